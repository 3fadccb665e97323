// Code values as tables and formulas take them.
#pragma once

#include <cmath>
#include <cstdint>

#include "cuda/runtime.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// Index of a code value in a table over all of them.
__device__ inline int code_index(std::uint8_t v) { return v; }
__device__ inline int code_index(std::uint16_t v) { return v; }
__device__ inline int code_index(Half v) { return v.bits; }
__device__ inline int code_index(float) { return 0; }  // no table has all floats

/// A table over all codes of T: one over bytes is copied into `near`, shared memory of the block, the others stay where
/// they are. Blocks have 256 threads; all of them call this.
template <class T, class Entry>
__device__ inline const Entry* near_table(const Entry* table, Entry (&near)[256]) {
  if constexpr (sizeof(T) == 1) {
    if (table == nullptr) return nullptr;
    const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x;
    near[thread] = table[thread];
    __syncthreads();
    return near;
  } else {
    return table;
  }
}

/// `to_unit` without a division: the quotient by a product, corrected by its remainder, rounds as the division does
/// for every code.
template <class T>
__device__ inline float unit_of(T v) {
  if constexpr (full_scale<T> == 1) {
    return to_float(v);
  } else {
    constexpr float full = full_scale<T>;
    constexpr float inverse = 1 / full;
    const float quotient = to_float(v) * inverse;
    return std::fma(std::fma(-quotient, full, to_float(v)), inverse, quotient);
  }
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
