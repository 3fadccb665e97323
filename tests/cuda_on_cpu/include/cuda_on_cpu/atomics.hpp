// Atomics: threads run one at a time, so that plain reads and writes are atomic.
#pragma once

#include <type_traits>

#include "cuda_on_cpu/grid.hpp"

namespace cuda_on_cpu {

template <class T, class... Allowed>
concept OneOf = (std::is_same_v<T, Allowed> || ...);
template <class T>
concept Atomic = OneOf<T, int, unsigned, unsigned long long>;

template <class T, class Change>
T atomically(T* address, const Change& change) {
  interleave();
  const T old = *address;
  *address = change(old);
  return old;
}

}  // namespace cuda_on_cpu

#define CUDA_ON_CPU_ATOMIC(name, types, result)                                  \
  template <class T>                                                             \
  requires types T name(T* address, std::type_identity_t<T> value) {             \
    return cuda_on_cpu::atomically(address, [&](T old) -> T { return result; }); \
  }
#define CUDA_ON_CPU_ORDERED (cuda_on_cpu::Atomic<T> || std::is_same_v<T, long long>)
CUDA_ON_CPU_ATOMIC(atomicAdd, (cuda_on_cpu::Atomic<T> || cuda_on_cpu::OneOf<T, float, double>), old + value)
CUDA_ON_CPU_ATOMIC(atomicSub, (cuda_on_cpu::OneOf<T, int, unsigned>), old - value)
CUDA_ON_CPU_ATOMIC(atomicMin, CUDA_ON_CPU_ORDERED, value < old ? value : old)
CUDA_ON_CPU_ATOMIC(atomicMax, CUDA_ON_CPU_ORDERED, value > old ? value : old)
CUDA_ON_CPU_ATOMIC(atomicAnd, cuda_on_cpu::Atomic<T>, old& value)
CUDA_ON_CPU_ATOMIC(atomicOr, cuda_on_cpu::Atomic<T>, old | value)
CUDA_ON_CPU_ATOMIC(atomicXor, cuda_on_cpu::Atomic<T>, old ^ value)
CUDA_ON_CPU_ATOMIC(atomicExch, (cuda_on_cpu::Atomic<T> || std::is_same_v<T, float>), (static_cast<void>(old), value))
CUDA_ON_CPU_ATOMIC(atomicInc, (std::is_same_v<T, unsigned>), old >= value ? 0 : old + 1)
CUDA_ON_CPU_ATOMIC(atomicDec, (std::is_same_v<T, unsigned>), old == 0 || old > value ? value : old - 1)
#undef CUDA_ON_CPU_ORDERED
#undef CUDA_ON_CPU_ATOMIC

template <class T>
requires(cuda_on_cpu::Atomic<T> || std::is_same_v<T, unsigned short>) T
    atomicCAS(T* address, std::type_identity_t<T> expected, std::type_identity_t<T> value) {
  return cuda_on_cpu::atomically(address, [&](T old) { return old == expected ? value : old; });
}
