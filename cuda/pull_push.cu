// Unknown pixels filled through a pyramid, a kernel a level.
#include <cstdint>
#include <vector>

#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/pull_push.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr std::size_t scratch_first_level = 24, scratch_levels = 25;

constexpr dim3 block{32, 8, 1};

/// The pixels to fill.
struct Fine {
  Rows<float> values;
  Rows<std::uint8_t> known;
  int threshold;

  __device__ Weighted operator()(int x, int y) const {
    return {values.row(y)[x], known.row(y)[x] >= threshold ? 1.0f : 0.0f};
  }
};

/// A level of the pyramid.
struct Coarse {
  MutableRows<Weighted> pixels;

  __device__ Weighted operator()(int x, int y) const { return pixels.row(y)[x]; }
};

struct Level {
  int width, height;
  Coarse coarse;
};

template <class Pixels>
__global__ void pull(Pixels in, int width, int height, Level out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= out.width || y >= out.height) return;
  Pulled pulled;
  for (int j = 2 * y; j < min(2 * y + 2, height); ++j) {
    for (int i = 2 * x; i < min(2 * x + 2, width); ++i) pulled.add(in(i, j));
  }
  out.coarse.pixels.row(y)[x] = pulled.mean();
}

__device__ float sample(const Level& level, int x, int y) {
  const PushTap along = push_tap(x, level.width), down = push_tap(y, level.height);
  const Weighted *const top = level.coarse.pixels.row(down.first), *const bottom = level.coarse.pixels.row(down.second);
  return pushed(top[along.first].value, top[along.second].value, bottom[along.first].value, bottom[along.second].value,
                along.t, down.t);
}

__global__ void push(Level coarse, Level fine) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= fine.width || y >= fine.height) return;
  Weighted& pixel = fine.coarse.pixels.row(y)[x];
  const Weighted before = pixel;
  if (before.weight < 1) pixel.value = completed(before, sample(coarse, x, y));
}

/// `top` is the pyramid's last pixel: without weight, nothing is known.
__global__ void fill(Level coarse, Coarse top, Rows<std::uint8_t> known, int threshold, int width, int height,
                     MutableRows<float> values) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height || known.row(y)[x] >= threshold || !(top(0, 0).weight > 0)) return;
  values.row(y)[x] = sample(coarse, x, y);
}

}  // namespace

void CudaEngine::pull_push(const MutableImageView& values, const ImageView& known, int threshold) {
  const Enqueue enqueue(*this, "pull_push");
  std::vector<Level> levels;
  int rows = 0;
  for (int width = values.width, height = values.height; levels.empty() || width > 1 || height > 1;) {
    width = (width + 1) / 2;
    height = (height + 1) / 2;
    if (!levels.empty()) rows += height;
    levels.push_back({width, height, {}});
  }
  constexpr PixelFormat format{Scalar::f32, 2};
  levels[0].coarse.pixels =
      cuda::rows<Weighted>(scratch_.image(scratch_first_level, levels[0].width, levels[0].height, format));
  // The others one under another in one image.
  if (levels.size() > 1) {
    const MutableImageView pyramid = scratch_.image(scratch_levels, levels[1].width, rows, format);
    int first_row = 0;
    for (std::size_t i = 1; i < levels.size(); ++i) {
      levels[i].coarse.pixels = {pyramid.row<unsigned char>(first_row), pyramid.stride};
      first_row += levels[i].height;
    }
  }
  const auto over = [&](int width, int height) {
    return cuda::Grid{cuda::blocks_for(width, height, block), block, stream_};
  };
  const Fine fine{cuda::rows<float>(ImageView(values)), cuda::rows<std::uint8_t>(known), threshold};
  cuda::launch(pull<Fine>, over(levels[0].width, levels[0].height), fine, values.width, values.height, levels[0]);
  for (std::size_t i = 1; i < levels.size(); ++i) {
    cuda::launch(pull<Coarse>, over(levels[i].width, levels[i].height), levels[i - 1].coarse, levels[i - 1].width,
                 levels[i - 1].height, levels[i]);
  }
  for (std::size_t i = levels.size() - 1; i > 0; --i) {
    cuda::launch(push, over(levels[i - 1].width, levels[i - 1].height), levels[i], levels[i - 1]);
  }
  cuda::launch(fill, over(values.width, values.height), levels[0], levels.back().coarse, fine.known, threshold,
               values.width, values.height, cuda::rows<float>(values));
}

}  // namespace v1
}  // namespace relievo
