// Grain for what is out of focus, a thread a pixel.
#include "kernels/grain.hpp"

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{32, 8, 1};

template <class T, int channels>
__global__ void __launch_bounds__(256)
    add(Rows<float> blur, const __grid_constant__ Grain grain, int first_row, int width, int height, MutableRows<T> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  const float share = blur.row(y)[x];
  if (!(share > 0)) return;
  T* const pixel = out.row(y) + channels * x;
  float code[channels];
#pragma unroll
  for (int c = 0; c < channels; ++c) code[c] = to_unit(pixel[c]);
  const float added = grain_of(grain, code, channels, share, x, first_row + y);
#pragma unroll
  for (int c = 0; c < channels; ++c) pixel[c] = from_unit<T>(code[c] + added);
}

}  // namespace

void CudaEngine::add_grain(const ImageView& blur, const Grain& grain, int first_row, const MutableImageView& out) {
  const Enqueue enqueue(*this, "add_grain");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, {cuda::blocks_for(out.width, out.height, block), block, stream_}, cuda::rows<float>(blur),
                   grain, first_row, out.width, out.height, cuda::rows<T>(out));
    };
    if (out.format.channels == 1) {
      launch(add<T, 1>);
    } else {
      launch(add<T, 3>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
