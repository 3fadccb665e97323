// Whole parts of floats by additions: a GPU converts at a quarter of their rate or less.
#pragma once

#include <cstdint>
#include <type_traits>

#include "cuda/runtime.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// 2^23, from where on floats are whole: a sum with it is `int` and float at once.
inline constexpr float whole_floats = 8388608;

/// floor(value) of 0 <= value < 2^23, as an integer and as a float.
struct Whole {
  int index;
  float value;
};
__device__ inline Whole whole_of(float value) {
  const float sum = __fadd_rz(value, whole_floats);
  return {__float_as_int(sum) - __float_as_int(whole_floats), sum - whole_floats};
}

/// Sampler::weight without conversions.
template <class T>
__device__ inline typename Sampler<T>::Weight weight_of(float t) {
  if constexpr (std::is_same_v<T, std::uint8_t>) {
    return whole_of(fmaf(t, 256.0f, 0.5f)).index;
  } else {
    return Sampler<T>::weight(t);
  }
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
