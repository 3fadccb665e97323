// Premultiplied linear light in 0..65535.
#pragma once

#include <cstdint>

#include "kernels/blend.hpp"
#include "kernels/scalar.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {

/// Light of a code value 0..1 of `curve`.
RELIEVO_HD inline unsigned light_65535(int curve, float code) {
  return static_cast<unsigned>(round_positive(to_linear(curve, clamp_unit(code)) * 65535.0f));
}

RELIEVO_HD inline unsigned alpha_65535(std::uint8_t v) { return v * 257u; }
RELIEVO_HD inline unsigned alpha_65535(std::uint16_t v) { return v; }
RELIEVO_HD inline unsigned alpha_65535(float v) {
  return static_cast<unsigned>(round_positive(clamp_unit(v) * 65535.0f));
}
RELIEVO_HD inline unsigned alpha_65535(Half v) { return alpha_65535(to_float(v)); }

/// Premultiplied light divided by alpha, rounded to nearest; 0 where alpha is 0.
RELIEVO_HD inline unsigned straight_65535(unsigned light, unsigned alpha) {
  if (alpha == 65535u) return light;
  const unsigned straight = alpha == 0 ? 0 : (light * 65535u + alpha / 2) / alpha;
  return straight < 65535u ? straight : 65535u;
}

}  // namespace v1
}  // namespace relievo
