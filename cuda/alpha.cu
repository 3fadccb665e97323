// Alpha as an image of its own.
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/units.hpp"
#include "cuda/views.hpp"
#include "kernels/blend.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{32, 8, 1};

__global__ void extract(Rows<std::uint16_t> in, int width, int height, MutableRows<std::uint8_t> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  out.row(y)[x] = static_cast<std::uint8_t>((in.row(y)[4 * x + 3] + 128u) / 257u);
}

template <class T>
__global__ void insert(Rows<T> alpha, int width, int height, MutableRows<T> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  out.row(y)[4 * x + 3] = alpha.row(y)[x];
}

template <class T>
__global__ void split(Rows<T> in, MutableRows<T> color, MutableRows<T> alpha, int width, int height,
                      bool premultiplied) {
  constexpr int pixels = cuda::group_pixels;
  const cuda::GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  T rgba[4 * pixels], rgb[3 * pixels], a[pixels];
  cuda::load_group(in.row(at.y) + std::int64_t{4} * at.x, 4 * at.count, rgba);
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
    a[i] = rgba[4 * i + 3];
    const float scale = premultiplied ? straightening(cuda::unit_of(a[i])) : 1;
#pragma unroll
    for (int c = 0; c < 3; ++c) rgb[3 * i + c] = from_unit<T>(cuda::unit_of(rgba[4 * i + c]) * scale);
  }
  cuda::store_group(rgb, 3 * at.count, color.row(at.y) + std::int64_t{3} * at.x);
  cuda::store_group(a, at.count, alpha.row(at.y) + at.x);
}

}  // namespace

void CudaEngine::extract_alpha(const ImageView& in, const MutableImageView& out) {
  const Enqueue enqueue(*this, "extract_alpha");
  cuda::launch(extract, {cuda::blocks_for(out.width, out.height, block), block, stream_}, cuda::rows<std::uint16_t>(in),
               out.width, out.height, cuda::rows<std::uint8_t>(out));
}

void CudaEngine::insert_alpha(const ImageView& alpha, const MutableImageView& out) {
  const Enqueue enqueue(*this, "insert_alpha");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    cuda::launch(insert<T>, {cuda::blocks_for(out.width, out.height, block), block, stream_}, cuda::rows<T>(alpha),
                 out.width, out.height, cuda::rows<T>(out));
  });
}

void CudaEngine::split_alpha(const ImageView& in, const MutableImageView& color, const MutableImageView& alpha) {
  const Enqueue enqueue(*this, "split_alpha");
  with_scalar(in.format.scalar, [&](auto t) {
    using T = decltype(t);
    cuda::launch(split<T>, cuda::group_grid(in.width, in.height, stream_), cuda::rows<T>(in), cuda::rows<T>(color),
                 cuda::rows<T>(alpha), in.width, in.height, in.color.premultiplied);
  });
}

}  // namespace v1
}  // namespace relievo
