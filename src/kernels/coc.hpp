// Circle of confusion.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Radius in px of the circle of confusion: linear in inverse depth (Potmesil and Chakravarty, 1981).
RELIEVO_HD inline float coc_radius(float disparity, float focus, float range, float scale) {
  const float off = std::fabs(disparity - focus) - range;
  return off > 0 ? off * scale : 0;
}

/// Position i + t of `radius` in a rising table, clamped to it.
RELIEVO_HD inline float level_of(float radius, const float* radii, int count) {
  if (!(radius > radii[0])) return 0;
  for (int i = 1; i < count; ++i) {
    if (radius < radii[i]) {
      return static_cast<float>(i - 1) + (radius - radii[i - 1]) / (radii[i] - radii[i - 1]);
    }
  }
  return static_cast<float>(count - 1);
}

}  // namespace v1
}  // namespace relievo
