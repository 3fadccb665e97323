// Two views in one picture for red-cyan glasses.
#include "kernels/anaglyph.hpp"

#include <cstdint>

#include "core/curves.hpp"
#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Codes of one curve to linear light and back.
struct Curve {
  int curve;
  const float* light;         // null for f32
  const std::uint8_t* codes;  // null but for u8

  float to_light(std::uint8_t v) const { return light[v]; }
  float to_light(std::uint16_t v) const { return light[v]; }
  float to_light(Half v) const { return light[v.bits]; }
  float to_light(float v) const { return to_linear(curve, v); }

  template <class T>
  T to_code(float v) const {
    if constexpr (sizeof(T) == 1) {
      return codes[round_positive(v * 65535.0f)];
    } else {
      return from_unit<T>(from_linear(curve, v));
    }
  }
};

template <class T>
void anaglyph_row(const T* left, const T* right, int width, const Curve& curve, T* out) {
  for (int x = 0; x < 3 * width; x += 3) {
    const float l[3] = {curve.to_light(left[x]), curve.to_light(left[x + 1]), curve.to_light(left[x + 2])};
    const float r[3] = {curve.to_light(right[x]), curve.to_light(right[x + 1]), curve.to_light(right[x + 2])};
    float mixed[3];
    anaglyph_pixel(l, r, mixed);
    for (int c = 0; c < 3; ++c) out[x + c] = curve.to_code<T>(mixed[c]);
  }
}

}  // namespace

void CpuEngine::anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) {
  const Scalar scalar = out.format.scalar;
  const Transfer transfer = out.color.transfer;
  const Curve curve{
      int(transfer), scalar == Scalar::f32 ? nullptr : recode_table(scalar, transfer, Transfer::linear),
      scalar == Scalar::u8 ? static_cast<const std::uint8_t*>(code_table(Scalar::u8, transfer)) : nullptr};
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(scalar, [&](auto t) {
        using T = decltype(t);
        anaglyph_row(left.row<T>(y), right.row<T>(y), out.width, curve, out.row<T>(y));
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo
