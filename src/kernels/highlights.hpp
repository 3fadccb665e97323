// Highlights brighter than white, and back.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Light from which on it is taken to be brighter than it was recorded.
inline constexpr float highlight_knee = 0.5f;

/// Linear light 0..1 whose upper half rises to `gain`, smoothly: x + (gain - 1) ((x - knee) / (1 - knee))^2 above the
/// knee; beyond white as much brighter as white is.
RELIEVO_HD inline float expand_highlights(float light, float gain) {
  if (light <= highlight_knee) return light;
  if (light >= 1) return light + (gain - 1);
  const float above = (light - highlight_knee) / (1 - highlight_knee);
  return light + (gain - 1) * above * above;
}

/// The inverse.
RELIEVO_HD inline float compress_highlights(float light, float gain) {
  if (light <= highlight_knee) return light;
  if (light >= gain) return light - (gain - 1);
  const float above = light - highlight_knee;
  const float k = (gain - 1) / ((1 - highlight_knee) * (1 - highlight_knee));
  return highlight_knee + 2 * above / (1 + std::sqrt(1 + 4 * k * above));
}

}  // namespace v1
}  // namespace relievo
