// Into premultiplied linear light and back.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/linear_light.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/blend.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

// Straight RGBA times its own alpha times coverage.
void CoverRow(std::uint16_t* rgba, const std::uint8_t* coverage, int width, bool own_alpha) {
  for (int x = 0; x < width; ++x) {
    unsigned alpha = coverage == nullptr ? 65535u : coverage[x] * 257u;
    if (own_alpha) alpha = product_65535(alpha, rgba[4 * x + 3]);
    for (int c = 0; c < 3; ++c) rgba[4 * x + c] = static_cast<std::uint16_t>(product_65535(rgba[4 * x + c], alpha));
    rgba[4 * x + 3] = static_cast<std::uint16_t>(alpha);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "core/curves.hpp"
#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/linear_light.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(CoverRow);

// Codes to linear light, through the table where there is one a code.
struct ToLight {
  const std::uint16_t* table;  // null for f32
  int curve;

  unsigned color(std::uint8_t v) const { return table[v]; }
  unsigned color(std::uint16_t v) const { return table[v]; }
  unsigned color(Half v) const { return table[v.bits]; }
  unsigned color(float v) const { return light_65535(curve, v); }
};

template <int channels, class T>
void light_row(const T* in, int width, const ToLight& to_light, std::uint16_t* rgba) {
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < 3; ++c) {
      rgba[4 * x + c] = static_cast<std::uint16_t>(to_light.color(in[channels * x + (channels == 1 ? 0 : c)]));
    }
    rgba[4 * x + 3] = channels == 4 ? static_cast<std::uint16_t>(alpha_65535(in[4 * x + channels - 1])) : 65535;
  }
}

template <class T>
void code_row(const std::uint16_t* rgba, int width, int channels, const T* table, T* out) {
  for (int x = 0; x < width; ++x) {
    const unsigned alpha = rgba[4 * x + 3];
    for (int c = 0; c < channels; ++c) out[channels * x + c] = table[straight_65535(rgba[4 * x + c], alpha)];
  }
}

}  // namespace

void CpuEngine::premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                                   const MutableImageView& out) {
  const int channels = color.format.channels;
  const Scalar scalar = color.format.scalar;
  const ToLight to_light{scalar == Scalar::f32 ? nullptr : light_table(scalar, color.color.transfer),
                         int(color.color.transfer)};
  const auto cover = HWY_DYNAMIC_DISPATCH(CoverRow);
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      std::uint16_t* const rgba = out.row<std::uint16_t>(y);
      with_scalar(scalar, [&](auto t) {
        const auto* const in = color.row<decltype(t)>(first_row + y);
        if (channels == 1) {
          light_row<1>(in, out.width, to_light, rgba);
        } else if (channels == 3) {
          light_row<3>(in, out.width, to_light, rgba);
        } else {
          light_row<4>(in, out.width, to_light, rgba);
        }
      });
      if (channels == 4 || !coverage.empty()) {
        cover(rgba, coverage.empty() ? nullptr : coverage.row<std::uint8_t>(first_row + y), out.width, channels == 4);
      }
    }
  });
}

void CpuEngine::unpremultiply_linear(const ImageView& in, const MutableImageView& out) {
  const Scalar scalar = out.format.scalar;
  const void* const table = code_table(scalar, out.color.transfer);
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(scalar, [&](auto t) {
        using T = decltype(t);
        code_row(in.row<std::uint16_t>(y), out.width, out.format.channels, static_cast<const T*>(table), out.row<T>(y));
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
