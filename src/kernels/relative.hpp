// Relative disparity, 0 to 1, of a depth map's values, NaN where they are unknown.
#pragma once

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// A value, or with `inverse` 1/value. Double: the inverse of every float is finite in it, and so is the difference of
/// any two.
RELIEVO_HD inline double disparity_of(double value, bool inverse) { return inverse ? 1 / value : value; }

/// Where the disparity of a value lies from `low` (0) to `high` (1), clamped; 0.5 where that is no range. NaN stays.
RELIEVO_HD inline float normalized(float value, bool inverse, double low, double high) {
  if (value != value) return value;
  if (!(high - low > 0)) return 0.5f;
  const double part = (disparity_of(value, inverse) - low) / (high - low);
  return static_cast<float>(part < 0 ? 0 : 1 < part ? 1 : part);
}

/// What is unknown between two known values: the smaller, which is the farther disparity; NaN where neither is known.
RELIEVO_HD inline float filled_between(float before, float after) {
  if (before != before) return after;
  return after < before ? after : before;
}

}  // namespace v1
}  // namespace relievo
