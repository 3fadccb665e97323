// What both kernels of the backward warp take.
#pragma once

#include "core/engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "cuda/whole.hpp"
#include "kernels/locator.hpp"

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

/// neighbours_of without conversions.
__device__ inline Neighbours neighbours(float position, int last, float last_position) {
  const float inside = fminf(fmaxf(position, 0.0f), last_position);
  const Whole first = whole_of(inside);
  return {first.index, min(first.index + 1, last), inside - first.value};
}

/// Warps layers that all move along their rows, and not too far; whether these do.
bool warp_along_rows(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                     const MutableImageView& out, cudaStream_t stream);

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
