// Kernels on the CPU: what a kernel may name and call, and how a grid is run.
//
// The threads of a block are fibers of one host thread, run one at a time from barrier to barrier; blocks follow each
// other. RELIEVO_CUDA_SHUFFLE=seed shuffles threads and blocks. Mistakes that a GPU answers with undefined behaviour or
// a hang end the program with a sentence that names operation, block and threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <source_location>
#include <type_traits>

#include "cuda_on_cpu/vector_types.hpp"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __grid_constant__
#define __launch_bounds__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(n) __attribute__((aligned(n)))
// One block runs at a time, so that one copy serves all.
#define __shared__ static

#define RELIEVO_DYNAMIC_SHARED(T, name) T* const name = static_cast<T*>(::cuda_on_cpu::dynamic_shared(alignof(T)))

extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
constexpr int warpSize = 32;

namespace cuda_on_cpu {

/// Where in a kernel a barrier or a collective was met.
using Place = std::source_location;

void* dynamic_shared(std::size_t alignment);

enum class Vote { none, count, all, any };
/// Waits for every thread of the block that has not ended; the vote of their predicates.
int block_barrier(Vote vote, int predicate, const Place& place);

/// What each lane of a warp brought to a collective, and which lanes did.
struct Lanes {
  std::array<std::uint64_t, warpSize> values;
  unsigned arrived;
  unsigned lane;  ///< of the thread that asks
};
/// Waits for every lane of `mask` that has not ended; the result stands until the thread's next collective.
const Lanes& warp_collective(const char* name, unsigned mask, std::uint64_t value, const Place& place);
/// Lets other threads run where threads are shuffled, as between any two instructions of a GPU.
void interleave();
[[noreturn]] void mistake(const char* sentence, const Place& place);

template <class T>
std::uint64_t to_bits(T value) {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8), "CUDA has no such shuffle");
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

template <class T>
T from_lane(const Lanes& lanes, unsigned source) {
  // What a lane that is not there would say is undefined.
  std::uint64_t bits = (lanes.arrived >> source & 1u) != 0 ? lanes.values[source] : 0xA5A5A5A5A5A5A5A5u;
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

struct Launch {
  dim3 grid, block;
  std::size_t shared_bytes = 0;
  const char* operation = "";
  void (*thread)(const void* arguments) = nullptr;
  const void* arguments = nullptr;
};
void run(const Launch& launch);

}  // namespace cuda_on_cpu

// Barriers.
inline void __syncthreads(const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  cuda_on_cpu::block_barrier(cuda_on_cpu::Vote::none, 0, place);
}
inline int __syncthreads_count(int predicate, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  return cuda_on_cpu::block_barrier(cuda_on_cpu::Vote::count, predicate, place);
}
inline int __syncthreads_and(int predicate, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  return cuda_on_cpu::block_barrier(cuda_on_cpu::Vote::all, predicate, place);
}
inline int __syncthreads_or(int predicate, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  return cuda_on_cpu::block_barrier(cuda_on_cpu::Vote::any, predicate, place);
}
inline void __syncwarp(unsigned mask = ~0u, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  cuda_on_cpu::warp_collective("__syncwarp", mask, 0, place);
}
inline void __threadfence_block() {}
inline void __threadfence() {}

// Votes.
inline unsigned __ballot_sync(unsigned mask, int predicate,
                              const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__ballot_sync", mask, predicate != 0, place);
  unsigned ballot = 0;
  for (unsigned i = 0; i < 32; ++i) ballot |= (lanes.arrived >> i & 1u & static_cast<unsigned>(lanes.values[i])) << i;
  return ballot;
}
inline int __any_sync(unsigned mask, int predicate, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__any_sync", mask, predicate != 0, place);
  for (unsigned i = 0; i < 32; ++i) {
    if ((lanes.arrived >> i & 1u) != 0 && lanes.values[i] != 0) return 1;
  }
  return 0;
}
inline int __all_sync(unsigned mask, int predicate, const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__all_sync", mask, predicate != 0, place);
  for (unsigned i = 0; i < 32; ++i) {
    if ((lanes.arrived >> i & 1u) != 0 && lanes.values[i] == 0) return 0;
  }
  return 1;
}
// CUDA promises nothing about who is active together, so each thread may be on its own.
inline unsigned __activemask() {
  return 1u << ((threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32);
}

// Shuffles.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32,
              const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__shfl_sync", mask, cuda_on_cpu::to_bits(value), place);
  const unsigned w = static_cast<unsigned>(width);
  return cuda_on_cpu::from_lane<T>(lanes, (lanes.lane & ~(w - 1)) | (static_cast<unsigned>(source) & (w - 1)));
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32,
                 const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__shfl_up_sync", mask, cuda_on_cpu::to_bits(value), place);
  const unsigned within = lanes.lane & (static_cast<unsigned>(width) - 1);
  return cuda_on_cpu::from_lane<T>(lanes, delta > within ? lanes.lane : lanes.lane - delta);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32,
                   const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__shfl_down_sync", mask, cuda_on_cpu::to_bits(value), place);
  const unsigned w = static_cast<unsigned>(width);
  return cuda_on_cpu::from_lane<T>(lanes, delta >= w - (lanes.lane & (w - 1)) ? lanes.lane : lanes.lane + delta);
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int bits, int width = 32,
                  const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  const auto& lanes = cuda_on_cpu::warp_collective("__shfl_xor_sync", mask, cuda_on_cpu::to_bits(value), place);
  const unsigned source = lanes.lane ^ static_cast<unsigned>(bits);
  return cuda_on_cpu::from_lane<T>(lanes,
                                   source > (lanes.lane | (static_cast<unsigned>(width) - 1)) ? lanes.lane : source);
}

[[noreturn]] inline void __trap(const cuda_on_cpu::Place& place = cuda_on_cpu::Place::current()) {
  cuda_on_cpu::mistake("a thread met __trap()", place);
}
