// Alpha as an image of its own.
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

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

}  // namespace v1
}  // namespace relievo
