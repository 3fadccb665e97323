// Backward warp of layers. A pixel looks down from the nearest layer to the first that is opaque there, then composites
// upwards those that are seen through.
#include <algorithm>
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/blend.hpp"
#include "kernels/locator.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::Layers;
using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{32, 8, 1};
struct Motions {
  LayerMotion of[cuda::max_layers];
};
static_assert(sizeof(Layers) + sizeof(Motions) <= 4096 - 64);

// Where a pixel looks in a layer.
struct Place {
  Neighbours x, y;
};

__device__ inline Neighbours shifted_neighbours(int i, int size, float zoom, float shift) {
  const Split at = shifted(i, size, zoom, shift);
  return {repeat_border(at.whole, size), repeat_border(at.whole + 1, size), at.t};
}

__device__ inline Place place(const Rows<float>& disparity, const LayerMotion& motion, int x, int y, int width,
                              int height, float zoom) {
  if (!moves_by_disparity(motion)) {
    return {shifted_neighbours(x, width, zoom, motion.shift_x), shifted_neighbours(y, height, zoom, motion.shift_y)};
  }
  const Locator<LayerMotion> locator(disparity.row(0), disparity.pitch / static_cast<std::int64_t>(sizeof(float)),
                                     width, height, motion, zoom, static_cast<float>(y));
  float at_x, at_y;
  locator.locate(x, &at_x, &at_y);
  return {neighbours_of(at_x, width), neighbours_of(at_y, height)};
}

template <int channels, class T>
__device__ inline void sample(const Rows<T>& in, const Place& at, T* out) {
  using S = Sampler<T>;
  const auto wx = S::weight(at.x.t);
  const auto wy = S::weight(at.y.t);
  const T* const above = in.row(at.y.first);
  const T* const below = in.row(at.y.second);
  const int left = at.x.first * channels;
  const int right = at.x.second * channels;
#pragma unroll
  for (int c = 0; c < channels; ++c) {
    out[c] = S::along(S::across(above[left + c], below[left + c], wy),
                      S::across(above[right + c], below[right + c], wy), wx);
  }
}

template <class T, int channels>
__global__ void __launch_bounds__(256)
    warp(const Layers layers, const Motions motions, int count, float zoom, int width, int height, MutableRows<T> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  T seen[channels] = {};
  std::uint64_t seen_through = 0;
  bool down = true;
  for (int i = count - 1;;) {
    const Place at = place(layers.disparity(i), motions.of[i], x, y, width, height, zoom);
    std::uint8_t cover = 255;
    if (!layers.opaque(i)) sample<1>(layers.coverage(i), at, &cover);
    if (down && cover != 255) {
      // What is transparent here is not looked at again.
      if (cover != 0) seen_through |= std::uint64_t{1} << i;
      if (i != 0) {
        --i;
        continue;
      }
    } else {
      T front[channels];
      sample<channels>(layers.color<T>(i), at, front);
#pragma unroll
      for (int c = 0; c < channels; ++c) seen[c] = mix(front[c], seen[c], cover);
    }
    down = false;
    if (seen_through == 0) break;
    i = __ffsll(static_cast<long long>(seen_through)) - 1;
    seen_through &= seen_through - 1;
  }
#pragma unroll
  for (int c = 0; c < channels; ++c) out.row(y)[channels * x + c] = seen[c];
}

}  // namespace

void CudaEngine::warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                             const MutableImageView& out) {
  const Enqueue enqueue(*this, "warp_layers");
  Motions all{};
  std::copy_n(motions, count, all.of);
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    cuda::launch(out.format.channels == 1 ? warp<T, 1> : warp<T, 3>,
                 {cuda::blocks_for(out.width, out.height, block), block, stream_}, Layers(layers, count), all, count,
                 zoom, out.width, out.height, cuda::rows<T>(out));
  });
}

}  // namespace v1
}  // namespace relievo
