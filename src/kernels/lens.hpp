// What a lens makes of a pixel of a layer.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/coc.hpp"
#include "kernels/highlights.hpp"
#include "kernels/host_device.hpp"
#include "kernels/rounding.hpp"
#include "kernels/sampling.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {

/// White, of light in 32 bits.
inline constexpr float lens_one = 1 << 20;
/// Coverage 255, of alpha in 16 bits.
inline constexpr int lens_opaque = 255;
/// Side of the squares in which the cat's eye is one.
inline constexpr int cats_eye_cell = 32;

/// Which pixels of a line at `across` from the centre of an aperture the barrel leaves, a disc as `radius` has it whose
/// centre is at (shift_across, shift_along): those from `first` to `last` along it.
RELIEVO_HD inline void barrel_span(int across, int radius, float shift_across, float shift_along, int* first,
                                   int* last) {
  const float off = static_cast<float>(across) - shift_across;
  const float half = static_cast<float>(radius * radius) + 0.5f * static_cast<float>(radius) - off * off;
  if (half < 0) {
    *first = 1;
    *last = 0;
    return;
  }
  const float reach = std::sqrt(half);
  *first = static_cast<int>(std::ceil(shift_along - reach));
  *last = static_cast<int>(std::floor(shift_along + reach));
}

/// How far the barrel is off for the cat's eye of the cell at `at` of an axis with `size` px, in radii.
RELIEVO_HD inline float barrel_shift(int at, int size, float half_diagonal, float cats_eye) {
  const float middle = static_cast<float>(at / cats_eye_cell * cats_eye_cell) + 0.5f * cats_eye_cell;
  return cats_eye * (middle - 0.5f * static_cast<float>(size)) / half_diagonal;
}

/// Light of a code value of `curve` in 0..2^27; NaN gives 0.
RELIEVO_HD inline std::int32_t lens_light(int curve, float code, float gain) {
  const float light = expand_highlights(to_linear(curve, code > 0 ? code : 0), gain) * lens_one;
  return round_positive(clamp_to(light, 1 << 27));
}

/// Premultiplied: light times coverage / 255, to nearest. Below 2^24 exact; above a float's rounding.
RELIEVO_HD inline std::int32_t lens_premultiplied(std::int32_t light, int coverage) {
  return round_positive(static_cast<float>(light) * static_cast<float>(coverage) * (1.0f / 255.0f));
}

/// The code value of premultiplied light, `opacity` of whose pixel is covered.
RELIEVO_HD inline float lens_code(float light, int curve, float gain, int roots, const float* code_of_root) {
  const float white = light * (1 / lens_one);
  if (curve == 1) return compress_highlights(white, gain);
  const float root = std::sqrt(white / gain);
  if (!(root < 1)) return from_linear(curve, compress_highlights(white, gain));
  const float at = root * static_cast<float>(roots);
  const int i = static_cast<int>(at);
  return lerp(code_of_root[i], code_of_root[i + 1], at - static_cast<float>(i));
}

}  // namespace v1
}  // namespace relievo
