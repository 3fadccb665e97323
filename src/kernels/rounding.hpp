// Rounding and clamping that give the same bits everywhere.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Nearest integer of value >= 0, halves up, exact also just below a half.
RELIEVO_HD inline int round_positive(float value) {
  const int whole = static_cast<int>(value);
  return whole + (value - static_cast<float>(whole) >= 0.5f ? 1 : 0);
}

/// Nearest integer of 0 <= value < 2^22, halves to even: floats from 2^23 on are integers.
RELIEVO_HD inline float round_even(float value) { return (value + 8388608.0f) - 8388608.0f; }

/// Clamps to 0..1; NaN gives 0.
RELIEVO_HD inline float clamp_unit(float value) {
  const float low = value > 0 ? value : 0;
  return low < 1 ? low : 1;
}

/// Clamps to 0..high; NaN gives 0.
RELIEVO_HD inline float clamp_to(float value, float high) {
  const float low = value > 0 ? value : 0;
  return low < high ? low : high;
}

}  // namespace v1
}  // namespace relievo
