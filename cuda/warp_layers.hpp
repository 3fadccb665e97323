// What both kernels of the backward warp take.
#pragma once

#include <cstdint>
#include <type_traits>

#include "core/engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "kernels/locator.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

struct Motions {
  LayerMotion of[max_layers];
};
static_assert(sizeof(Layers) + sizeof(Motions) <= 4096 - 64);

struct WarpView {
  float zoom;
  int width, height;
};

/// floor(value) of 0 <= value < 2^23, as an integer and as a float, by additions: a GPU converts at a quarter of their
/// rate or less.
struct Whole {
  int index;
  float value;
};
__device__ inline Whole whole_of(float value) {
  constexpr float magic = 8388608;  // 2^23, from where on floats are whole
  const float sum = __fadd_rz(value, magic);
  return {__float_as_int(sum) - __float_as_int(magic), sum - magic};
}

/// neighbours_of without conversions.
__device__ inline Neighbours neighbours(float position, int last, float last_position) {
  const float inside = fminf(fmaxf(position, 0.0f), last_position);
  const Whole first = whole_of(inside);
  return {first.index, min(first.index + 1, last), inside - first.value};
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

/// Warps layers that all move along their rows, and not too far; whether these do.
bool warp_along_rows(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                     const MutableImageView& out, cudaStream_t stream);

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
