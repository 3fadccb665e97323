// Levels stretched to a range.
#pragma once

#include <cstdint>

#include "kernels/rounding.hpp"

namespace relievo {
inline namespace v1 {

/// 0 at `low` and below, 1 at `high` and above, linear between; NaN gives 0.
RELIEVO_HD inline void stretch_to(float value, float low, float high, float& out) {
  out = clamp_unit((value - low) / (high - low));
}
RELIEVO_HD inline void stretch_to(float value, float low, float high, std::uint8_t& out) {
  float unit;
  stretch_to(value, low, high, unit);
  out = static_cast<std::uint8_t>(round_even(unit * 255));
}

}  // namespace v1
}  // namespace relievo
