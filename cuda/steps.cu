// Sharpening steps of disparity, a thread a pixel.
#include "kernels/steps.hpp"

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/place.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{32, 4, 1};

struct Extremes {
  float least, most;
};
__device__ Extremes around(const Rows<float>& values, int x, int y, int width, int height, int reach, int stride) {
  Extremes found{values.row(y)[x], values.row(y)[x]};
  const int first = reach / stride * stride;
  for (int v = y - first; v <= y + first; v += stride) {
    if (v < 0 || v >= height) continue;
    for (int u = x - first; u <= x + first; u += stride) {
      if (u < 0 || u >= width) continue;
      const float value = values.row(v)[u];
      found.least = fminf(found.least, value);
      found.most = fmaxf(found.most, value);
    }
  }
  return found;
}

template <int channels, class T>
__global__ void sharpen(Rows<T> color, Rows<float> disparity, StepSearch how, int width, int height,
                        MutableRows<float> out) {
  const cuda::Place at = cuda::place(width, height);
  if (!at.inside) return;
  const int x = at.x, y = at.y;
  const Extremes near = around(disparity, x, y, width, height, how.reach, how.stride);
  float found = disparity.row(y)[x];
  if (near.most - near.least > how.threshold) {
    const Extremes wide = around(disparity, x, y, width, height, 2 * how.reach, 2 * how.stride);
    found = sharpened(
        x, y, width, height, channels, how, {near.least, near.most, wide.least, wide.most},
        [&](int u, int v) { return disparity.row(v)[u]; },
        [&](int u, int v, float* pixel) {
#pragma unroll
          for (int k = 0; k < channels; ++k) pixel[k] = to_unit(color.row(v)[channels * u + k]);
        });
  }
  out.row(y)[x] = found;
}

}  // namespace

void CudaEngine::sharpen_steps(const ImageView& color, const ImageView& disparity, const StepSearch& how,
                               const MutableImageView& out) {
  const Enqueue enqueue(*this, "sharpen_steps");
  with_scalar(color.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, cuda::Grid{cuda::blocks_for(out.width, out.height, block), block, stream_},
                   cuda::rows<T>(color), cuda::rows<float>(disparity), how, out.width, out.height,
                   cuda::rows<float>(out));
    };
    if (color.format.channels == 1) {
      launch(sharpen<1, T>);
    } else {
      launch(sharpen<3, T>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
