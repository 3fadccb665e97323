// Cutting a photo into layers, a thread a pixel or a cell.
#include <cstdint>

#include "core/layer_pixels.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/place.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Place;
using cuda::place;
using cuda::Rows;

constexpr dim3 block{32, 4, 1};

cuda::Grid grid(int width, int height, cudaStream_t stream) {
  return {cuda::blocks_for(width, height, block), block, stream};
}

__global__ void sites(Rows<float> disparity, Rows<float> near, Rows<std::uint8_t> matte, LayerCuts cuts, int width,
                      int height, MutableRows<std::uint8_t> front, MutableRows<std::uint8_t> back,
                      MutableRows<std::uint8_t> rim) {
  const Place at = place(width, height);
  if (!at.inside) return;
  const std::uint8_t cover = matte.data == nullptr ? 255 : matte.row(at.y)[at.x];
  const LayerSite site =
      cover != 0 && cover != 255
          ? matte_site(cuts, disparity.row(at.y)[at.x], near.row(at.y)[at.x])
          : layer_site(at.x, at.y, width, height, cuts, [&](int u, int v) { return disparity.row(v)[u]; });
  front.row(at.y)[at.x] = site.front;
  back.row(at.y)[at.x] = site.back;
  rim.row(at.y)[at.x] = site.rim;
}

// A thread a cell and layer.
template <int channels, class T>
__global__ void means(Rows<T> color, Rows<float> disparity, Rows<std::uint8_t> front, Rows<std::uint8_t> rim, int width,
                      int height, int cell, int columns, int cells_down, LayerCuts cuts, MutableRows<float> out,
                      MutableRows<std::uint8_t> known) {
  const Place at = place(columns, cells_down * cuts.count);
  if (!at.inside) return;
  const int layer = at.y / cells_down, row = at.y % cells_down;
  float sum[4] = {};
  float total = 0;
  for (int y = row * cell; y < min(height, (row + 1) * cell); ++y) {
    for (int x = at.x * cell; x < min(width, (at.x + 1) * cell); ++x) {
      if (front.row(y)[x] != layer) continue;
      const float d = disparity.row(y)[x], weight = mean_weight(cuts, rim.row(y)[x], front.row(y)[x], d);
      if (weight == 0) continue;
      for (int k = 0; k < channels; ++k) sum[k] += weight * to_float(color.row(y)[channels * x + k]);
      sum[3] += weight * d;
      total += weight;
    }
  }
  const float scale = total > 0 ? 1 / total : 0;
  known.row(at.y)[at.x] = total > 0 ? 255 : 0;
  for (int k = 0; k < 4; ++k) {
    out.row((4 * layer + k) * cells_down + row)[at.x] = sum[k] * scale / (k < 3 ? full_scale<T> : 1.0f);
  }
}

__global__ void behind(Rows<std::uint8_t> front, Rows<LayerBits> covers, int cell, int width, int height,
                       MutableRows<std::uint8_t> back) {
  const Place at = place(width, height);
  if (!at.inside) return;
  std::uint8_t& to = back.row(at.y)[at.x];
  to = layer_behind(front.row(at.y)[at.x], to, covers.row(at.y / cell)[at.x / cell]);
}

template <int channels, class T>
__global__ void guess(LayerPixels<T, channels> pixels, int width, int height, MutableRows<T> out) {
  const Place at = place(width, height);
  if (at.inside) pixels.guess(at.x, at.y, out.row(at.y) + channels * at.x);
}

template <int channels, class T>
__global__ void compose(LayerPixels<T, channels> pixels, int index, int width, int height, MutableRows<T> color,
                        MutableRows<std::uint8_t> coverage, MutableRows<float> disparity) {
  const Place at = place(width, height);
  if (!at.inside) return;
  std::uint8_t cover;
  pixels.at(index, at.x, at.y, color.row(at.y) + channels * at.x, cover, disparity.row(at.y)[at.x]);
  if (coverage.data != nullptr) coverage.row(at.y)[at.x] = cover;
}

}  // namespace

void CudaEngine::layer_sites(const ImageView& disparity, const ImageView& near, const ImageView& matte,
                             const LayerCuts& cuts, const MutableImageView& front, const MutableImageView& back,
                             const MutableImageView& rim) {
  const Enqueue enqueue(*this, "layer_sites");
  cuda::launch(sites, grid(front.width, front.height, stream_), cuda::rows<float>(disparity), cuda::rows<float>(near),
               cuda::rows<std::uint8_t>(matte), cuts, front.width, front.height, cuda::rows<std::uint8_t>(front),
               cuda::rows<std::uint8_t>(back), cuda::rows<std::uint8_t>(rim));
}

void CudaEngine::layer_means(const ImageView& color, const ImageView& disparity, const ImageView& front,
                             const ImageView& rim, const LayerCuts& cuts, int cell, const MutableImageView& out,
                             const MutableImageView& known) {
  const Enqueue enqueue(*this, "layer_means");
  with_scalar(color.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, grid(known.width, known.height, stream_), cuda::rows<T>(color), cuda::rows<float>(disparity),
                   cuda::rows<std::uint8_t>(front), cuda::rows<std::uint8_t>(rim), color.width, color.height, cell,
                   known.width, known.height / cuts.count, cuts, cuda::rows<float>(out),
                   cuda::rows<std::uint8_t>(known));
    };
    if (color.format.channels == 1) {
      launch(means<1, T>);
    } else {
      launch(means<3, T>);
    }
  });
}

void CudaEngine::layers_behind(const ImageView& front, const ImageView& covers, int cell,
                               const MutableImageView& back) {
  const Enqueue enqueue(*this, "layers_behind");
  cuda::launch(behind, grid(front.width, front.height, stream_), cuda::rows<std::uint8_t>(front),
               cuda::rows<LayerBits>(covers), cell, front.width, front.height, cuda::rows<std::uint8_t>(back));
}

void CudaEngine::guess_behind(const LayerSources& from, const MutableImageView& out) {
  const Enqueue enqueue(*this, "guess_behind");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel, const auto& pixels) {
      cuda::launch(kernel, grid(out.width, out.height, stream_), pixels, out.width, out.height, cuda::rows<T>(out));
    };
    if (out.format.channels == 1) {
      launch(guess<1, T>, layer_pixels<T, 1>(from));
    } else {
      launch(guess<3, T>, layer_pixels<T, 3>(from));
    }
  });
}

void CudaEngine::compose_layer(const LayerSources& from, int index, const MutableImageView& color,
                               const MutableImageView& coverage, const MutableImageView& disparity) {
  const Enqueue enqueue(*this, "compose_layer");
  with_scalar(color.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel, const auto& pixels) {
      cuda::launch(kernel, grid(color.width, color.height, stream_), pixels, index, color.width, color.height,
                   cuda::rows<T>(color), cuda::rows<std::uint8_t>(coverage), cuda::rows<float>(disparity));
    };
    if (color.format.channels == 1) {
      launch(compose<1, T>, layer_pixels<T, 1>(from));
    } else {
      launch(compose<3, T>, layer_pixels<T, 3>(from));
    }
  });
}

}  // namespace v1
}  // namespace relievo
