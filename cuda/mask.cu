// Masks of bytes.
#include <cstdint>

#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int pixels = 16;

__global__ void mask_pixels(Rows<std::uint8_t> in, int threshold, Rows<std::uint8_t> also,
                            MutableRows<std::uint8_t> out, int width, int height) {
  const GroupPlace at = cuda::group_place<pixels>(width, height);
  if (at.count <= 0) return;
  std::uint8_t value[pixels], other[pixels] = {};
  cuda::load_group(in.row(at.y) + at.x, at.count, value);
  if (also.data != nullptr) cuda::load_group(also.row(at.y) + at.x, at.count, other);
#pragma unroll
  for (int i = 0; i < pixels; ++i) value[i] = value[i] > threshold || other[i] != 0 ? 255 : 0;
  cuda::store_group(value, at.count, out.row(at.y) + at.x);
}

__global__ void invert_pixels(Rows<std::uint8_t> in, MutableRows<std::uint8_t> out, int width, int height) {
  const GroupPlace at = cuda::group_place<pixels>(width, height);
  if (at.count <= 0) return;
  std::uint8_t value[pixels];
  cuda::load_group(in.row(at.y) + at.x, at.count, value);
#pragma unroll
  for (int i = 0; i < pixels; ++i) value[i] = static_cast<std::uint8_t>(~value[i]);
  cuda::store_group(value, at.count, out.row(at.y) + at.x);
}

}  // namespace

void CudaEngine::mask_above(const ImageView& in, int threshold, const ImageView& also, const MutableImageView& out) {
  const Enqueue enqueue(*this, "mask_above");
  cuda::launch(mask_pixels, cuda::group_grid<pixels>(out.width, out.height, stream_), cuda::rows<std::uint8_t>(in),
               threshold, cuda::rows<std::uint8_t>(also), cuda::rows<std::uint8_t>(out), out.width, out.height);
}

void CudaEngine::invert(const ImageView& in, const MutableImageView& out) {
  const Enqueue enqueue(*this, "invert");
  cuda::launch(invert_pixels, cuda::group_grid<pixels>(out.width, out.height, stream_), cuda::rows<std::uint8_t>(in),
               cuda::rows<std::uint8_t>(out), out.width, out.height);
}

}  // namespace v1
}  // namespace relievo
