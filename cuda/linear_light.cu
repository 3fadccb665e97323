// Into premultiplied linear light and back.
#include "kernels/linear_light.hpp"

#include <cstdint>

#include "core/curves.hpp"
#include "core/views.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/units.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

// The powers that floats need fill a thread's registers.
template <class T>
inline constexpr int pixels = sizeof(T) == 4 ? 1 : cuda::group_pixels;

template <int channels, class T>
__global__ void premultiply(Rows<T> color, Rows<std::uint8_t> coverage, const std::uint16_t* far_table, int curve,
                            MutableRows<std::uint16_t> out, int width, int height) {
  __shared__ std::uint16_t near[256];
  const std::uint16_t* const table = cuda::near_table<T>(far_table, near);
  constexpr int n = pixels<T>;
  const GroupPlace at = cuda::group_place<n>(width, height);
  if (at.count <= 0) return;
  T codes[channels * n];
  cuda::load_group(color.row(at.y) + std::int64_t{channels} * at.x, channels * at.count, codes);
  const std::uint8_t* const covers = coverage.data != nullptr ? coverage.row(at.y) + at.x : nullptr;
  std::uint8_t cover[cuda::group_pixels] = {255, 255, 255, 255};
  if (covers != nullptr) cuda::load_group(covers, at.count, cover);
  std::uint16_t rgba[4 * n];
#pragma unroll
  for (int i = 0; i < n; ++i) {
    unsigned alpha = cover[i] * 257u;
    if (channels == 4) alpha = product_65535(alpha, alpha_65535(codes[channels * i + channels - 1]));
    unsigned light = 0;
#pragma unroll
    for (int c = 0; c < 3; ++c) {
      if (c == 0 || channels > 1) {
        const T code = codes[channels * i + c];
        if constexpr (sizeof(T) == 4) {
          light = light_65535(curve, code);
        } else {
          light = table[cuda::code_index(code)];
        }
        light = product_65535(light, alpha);
      }
      rgba[4 * i + c] = static_cast<std::uint16_t>(light);
    }
    rgba[4 * i + 3] = static_cast<std::uint16_t>(alpha);
  }
  cuda::store_group(rgba, 4 * at.count, out.row(at.y) + std::int64_t{4} * at.x);
}

template <int channels, class T>
__global__ void unpremultiply(Rows<std::uint16_t> in, const T* table, MutableRows<T> out, int width, int height) {
  constexpr int n = cuda::group_pixels;
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  std::uint16_t rgba[4 * n];
  cuda::load_group(in.row(at.y) + std::int64_t{4} * at.x, 4 * at.count, rgba);
  T codes[channels * n];
#pragma unroll
  for (int i = 0; i < n; ++i) {
#pragma unroll
    for (int c = 0; c < channels; ++c)
      codes[channels * i + c] = table[straight_65535(rgba[4 * i + c], rgba[4 * i + 3])];
  }
  cuda::store_group(codes, channels * at.count, out.row(at.y) + std::int64_t{channels} * at.x);
}

}  // namespace

void CudaEngine::premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                                    const MutableImageView& out) {
  const Enqueue enqueue(*this, "premultiply_linear");
  const ImageView colors = rows_of(color, first_row, out.height), covers = rows_of(coverage, first_row, out.height);
  with_scalar(color.format.scalar, [&](auto t) {
    using T = decltype(t);
    const std::uint16_t* table = nullptr;
    if constexpr (sizeof(T) < 4) {
      constexpr std::size_t codes = sizeof(T) == 1 ? 256 : 65536;
      table = static_cast<const std::uint16_t*>(
          device_->table(light_table(color.format.scalar, color.color.transfer), codes * sizeof(std::uint16_t)));
    }
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, cuda::group_grid<pixels<T>>(out.width, out.height, stream_), cuda::rows<T>(colors),
                   cuda::rows<std::uint8_t>(covers), table, int(color.color.transfer), cuda::rows<std::uint16_t>(out),
                   out.width, out.height);
    };
    if (color.format.channels == 1) {
      launch(premultiply<1, T>);
    } else if (color.format.channels == 3) {
      launch(premultiply<3, T>);
    } else {
      launch(premultiply<4, T>);
    }
  });
}

void CudaEngine::unpremultiply_linear(const ImageView& in, const MutableImageView& out) {
  const Enqueue enqueue(*this, "unpremultiply_linear");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto* const table =
        static_cast<const T*>(device_->table(code_table(out.format.scalar, out.color.transfer), 65536 * sizeof(T)));
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, cuda::group_grid(out.width, out.height, stream_), cuda::rows<std::uint16_t>(in), table,
                   cuda::rows<T>(out), out.width, out.height);
    };
    if (out.format.channels == 1) {
      launch(unpremultiply<1, T>);
    } else {
      launch(unpremultiply<3, T>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
