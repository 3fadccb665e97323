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
/// How far what a pixel shows can be from it, in px: means of four pixels on a side reach two of them farther.
RELIEVO_HD inline int lens_reach(float radius) { return static_cast<int>(radius) + 2 * 4; }
/// Side of the squares in which the cat's eye is one.
inline constexpr int cats_eye_cell = 32;

/// The inverse of a step of a table of radii: times the step it is 1 or more, so that what lies beyond has all of it.
RELIEVO_HD inline float inverse_of_step(float step) {
  float inverse = 1 / step;
  while (step * inverse < 1) inverse = std::nextafter(inverse, 2 * inverse);
  return inverse;
}

/// Signed position of a pixel in a rising table of radii, above 0 nearer than the focus: i + t where its radius lies
/// between radii[i] and radii[i + 1]. `inverse_steps[i]` is that of radii[i] - radii[i - 1].
RELIEVO_HD inline float lens_position(float disparity, float focus, float range, float scale, const float* radii,
                                      const float* inverse_steps, int count) {
  if (count < 2) return 0;
  const float radius = coc_radius(disparity, focus, range, scale);
  int i = 1;
  while (i < count - 1 && radius > radii[i]) ++i;
  const float level = static_cast<float>(i - 1) + clamp_unit((radius - radii[i - 1]) * inverse_steps[i]);
  return disparity > focus ? level : -level;
}

/// Whether the barrel leaves a pixel of an aperture, at (x, y) from where the barrel's centre is: a disc as `radius`
/// has it.
RELIEVO_HD inline bool in_barrel(float x, float y, int radius) {
  return x * x + y * y <= static_cast<float>(radius * radius) + 0.5f * static_cast<float>(radius);
}

/// The pixels of a line of an aperture, a row or a column `across` from its centre, that the barrel leaves, whose
/// centre is at (shift_across, shift_along): those from `first` to `last` along it.
RELIEVO_HD inline void barrel_span(int across, int radius, float shift_across, float shift_along, int* first,
                                   int* last) {
  const float off = static_cast<float>(across) - shift_across;
  const float half = static_cast<float>(radius * radius) + 0.5f * static_cast<float>(radius) - off * off;
  const float reach = std::sqrt(half > 0 ? half : 0);
  // The root is rounded: rows and columns are the same pixels by in_barrel alone.
  *first = static_cast<int>(std::ceil(shift_along - reach)) - 1;
  *last = static_cast<int>(std::floor(shift_along + reach)) + 1;
  while (*first <= *last && !in_barrel(off, static_cast<float>(*first) - shift_along, radius)) ++*first;
  while (*first <= *last && !in_barrel(off, static_cast<float>(*last) - shift_along, radius)) --*last;
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

/// Premultiplied: light times coverage / 255, to nearest. Below 2^24 and opaque exact; above a float's rounding.
RELIEVO_HD inline std::int32_t lens_premultiplied(std::int32_t light, int coverage) {
  if (coverage == 255) return light;
  return round_positive(static_cast<float>(light) * static_cast<float>(coverage) * (1.0f / 255.0f));
}

/// The mean of a sum of light or coverage: of bytes, and of other types, whose sums doubles hold exactly.
RELIEVO_HD inline float lens_mean(std::int32_t sum, std::int32_t one) {
  return static_cast<float>(sum) * (1.0f / static_cast<float>(one));
}
RELIEVO_HD inline float lens_mean(double sum, double one) { return static_cast<float>(sum * (1.0 / one)); }

/// The code value of light, by a table of the codes of (i / roots)^2 gain, which has roots + 1 entries.
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
