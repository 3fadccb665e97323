// Two views in one picture for red-cyan glasses.
#include "kernels/anaglyph.hpp"

#include <cstdint>

#include "core/curves.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/units.hpp"
#include "cuda/views.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

// All but bytes need a power for each channel.
template <class T>
inline constexpr int pixels = sizeof(T) == 1   ? cuda::group_pixels
                              : sizeof(T) == 2 ? 2
                                               : 1;

template <class T>
__device__ float light_of(T code, const float* table, int curve) {
  if constexpr (sizeof(T) == 4) {
    return to_linear(curve, code);
  } else {
    return table[cuda::code_index(code)];
  }
}

template <class T>
__device__ T code_of(float light, const std::uint8_t* codes, int curve) {
  if constexpr (sizeof(T) == 1) {
    return codes[round_positive(light * 65535.0f)];
  } else {
    return from_unit<T>(from_linear(curve, light));
  }
}

template <class T>
__global__ void join_views(Rows<T> left, Rows<T> right, const float* far_table, const std::uint8_t* codes, int curve,
                           MutableRows<T> out, int width, int height) {
  __shared__ float near[256];
  const float* const table = cuda::near_table<T>(far_table, near);
  constexpr int n = pixels<T>;
  const GroupPlace at = cuda::group_place<n>(width, height);
  if (at.count <= 0) return;
  T l[3 * n], r[3 * n], joined[3 * n];
  cuda::load_group(left.row(at.y) + std::int64_t{3} * at.x, 3 * at.count, l);
  cuda::load_group(right.row(at.y) + std::int64_t{3} * at.x, 3 * at.count, r);
#pragma unroll
  for (int i = 0; i < 3 * n; i += 3) {
    float from_left[3], from_right[3], mixed[3];
#pragma unroll
    for (int c = 0; c < 3; ++c) {
      from_left[c] = light_of(l[i + c], table, curve);
      from_right[c] = light_of(r[i + c], table, curve);
    }
    anaglyph_pixel(from_left, from_right, mixed);
#pragma unroll
    for (int c = 0; c < 3; ++c) joined[i + c] = code_of<T>(mixed[c], codes, curve);
  }
  cuda::store_group(joined, 3 * at.count, out.row(at.y) + std::int64_t{3} * at.x);
}

}  // namespace

void CudaEngine::anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) {
  const Enqueue enqueue(*this, "anaglyph");
  const Scalar scalar = out.format.scalar;
  const Transfer transfer = out.color.transfer;
  const float* table = nullptr;
  const std::uint8_t* codes = nullptr;
  if (scalar != Scalar::f32) {
    const std::size_t count = scalar == Scalar::u8 ? 256 : 65536;
    table = static_cast<const float*>(
        device_->table(recode_table(scalar, transfer, Transfer::linear), count * sizeof(float)));
  }
  if (scalar == Scalar::u8) {
    codes = static_cast<const std::uint8_t*>(device_->table(code_table(scalar, transfer), 65536));
  }
  with_scalar(scalar, [&](auto t) {
    using T = decltype(t);
    cuda::launch(join_views<T>, cuda::group_grid<pixels<T>>(out.width, out.height, stream_), cuda::rows<T>(left),
                 cuda::rows<T>(right), table, codes, int(transfer), cuda::rows<T>(out), out.width, out.height);
  });
}

}  // namespace v1
}  // namespace relievo
