// Alpha as an image of its own.
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/blend.hpp"

namespace relievo {
inline namespace v1 {

void CpuEngine::extract_alpha(const ImageView& in, const MutableImageView& out) {
  parallel_rows(out.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint16_t* const rgba = in.row<std::uint16_t>(y);
      std::uint8_t* const alpha = out.row<std::uint8_t>(y);
      for (int x = 0; x < out.width; ++x) alpha[x] = static_cast<std::uint8_t>((rgba[4 * x + 3] + 128u) / 257u);
    }
  });
}

void CpuEngine::insert_alpha(const ImageView& alpha, const MutableImageView& out) {
  parallel_rows(out.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(out.format.scalar, [&](auto t) {
        using T = decltype(t);
        const T* const from = alpha.row<T>(y);
        T* const rgba = out.row<T>(y);
        for (int x = 0; x < out.width; ++x) rgba[4 * x + 3] = from[x];
      });
    }
  });
}

void CpuEngine::split_alpha(const ImageView& in, const MutableImageView& color, const MutableImageView& alpha) {
  if (!in.color.premultiplied) convert(in, color);
  parallel_rows(in.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(in.format.scalar, [&](auto t) {
        using T = decltype(t);
        const T* const rgba = in.row<T>(y);
        T* const a = alpha.row<T>(y);
        for (int x = 0; x < in.width; ++x) a[x] = rgba[4 * x + 3];
        if (!in.color.premultiplied) return;
        T* const rgb = color.row<T>(y);
        for (int x = 0; x < in.width; ++x) {
          const float scale = straightening(to_unit(rgba[4 * x + 3]));
          for (int c = 0; c < 3; ++c) rgb[3 * x + c] = from_unit<T>(to_unit(rgba[4 * x + c]) * scale);
        }
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo
