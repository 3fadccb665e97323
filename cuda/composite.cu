// Layers over one another.
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/blend.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::Layers;
using cuda::MutableRows;

constexpr int pixels = cuda::group_pixels;

// Coverage of a group of pixels: 255 where the layer is opaque, 0 beyond the image.
__device__ void load_coverage(const Layers& layers, int k, const GroupPlace& at, std::uint8_t (&cover)[pixels]) {
  if (!layers.opaque(k)) {
    cuda::load_group(layers.coverage(k).row(at.y) + at.x, at.count, cover);
  } else {
#pragma unroll
    for (int i = 0; i < pixels; ++i) cover[i] = 255;
  }
}

// Where a layer is transparent its colour is not read: most of most layers.
template <int channels, class T>
__global__ void flatten_layers(const __grid_constant__ Layers layers, int count, MutableRows<T> out, int width,
                               int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  T behind[channels * pixels] = {};
  for (int k = 0; k < count; ++k) {
    std::uint8_t cover[pixels];
    load_coverage(layers, k, at, cover);
    if ((cover[0] | cover[1] | cover[2] | cover[3]) == 0) continue;
    T front[channels * pixels];
    cuda::load_group(layers.color<T>(k).row(at.y) + std::int64_t{channels} * at.x, channels * at.count, front);
#pragma unroll
    for (int i = 0; i < channels * pixels; ++i) behind[i] = mix(front[i], behind[i], cover[i / channels]);
  }
  cuda::store_group(behind, channels * at.count, out.row(at.y) + std::int64_t{channels} * at.x);
}

// From the nearest layer on; what is decided needs no farther one.
__global__ void nearest_disparity(const __grid_constant__ Layers layers, int count, MutableRows<float> out, int width,
                                  int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  float seen[pixels] = {};
  bool open[pixels];
#pragma unroll
  for (int i = 0; i < pixels; ++i) open[i] = i < at.count;
  for (int k = count - 1; k >= 0; --k) {
    std::uint8_t cover[pixels] = {255, 255, 255, 255};
    if (k > 0) load_coverage(layers, k, at, cover);
    bool wanted = false;
#pragma unroll
    for (int i = 0; i < pixels; ++i) wanted = wanted || (open[i] && cover[i] >= 128);
    if (!wanted) continue;
    float disparity[pixels];
    cuda::load_group(layers.disparity(k).row(at.y) + at.x, at.count, disparity);
    bool left = false;
#pragma unroll
    for (int i = 0; i < pixels; ++i) {
      if (open[i] && cover[i] >= 128) {
        seen[i] = disparity[i];
        open[i] = false;
      }
      left = left || open[i];
    }
    if (!left) break;
  }
  cuda::store_group(seen, at.count, out.row(at.y) + at.x);
}

}  // namespace

void CudaEngine::flatten(const LayerView* layers, int count, const MutableImageView& out) {
  const Enqueue enqueue(*this, "flatten");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, cuda::group_grid(out.width, out.height, stream_), Layers(layers, count), count,
                   cuda::rows<T>(out), out.width, out.height);
    };
    if (out.format.channels == 1) {
      launch(flatten_layers<1, T>);
    } else if (out.format.channels == 3) {
      launch(flatten_layers<3, T>);
    } else {
      launch(flatten_layers<4, T>);
    }
  });
}

void CudaEngine::visible_disparity(const LayerView* layers, int count, const MutableImageView& out) {
  const Enqueue enqueue(*this, "visible_disparity");
  cuda::launch(nearest_disparity, cuda::group_grid(out.width, out.height, stream_), Layers(layers, count), count,
               cuda::rows<float>(out), out.width, out.height);
}

}  // namespace v1
}  // namespace relievo
