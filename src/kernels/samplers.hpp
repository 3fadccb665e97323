// Interpolation between pixels of one scalar type: bytes in integers with weights in 1/256, the others
// in floats. First across two rows, then along the row.
#pragma once

#include <cstdint>

#include "kernels/sampling.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

template <class T>
struct Sampler {
  using Between = float;  ///< What lies between the two steps.
  using Weight = float;
  RELIEVO_HD static Weight weight(float t) { return t; }
  RELIEVO_HD static Between across(T above, T below, Weight t) { return lerp(to_float(above), to_float(below), t); }
  RELIEVO_HD static T along(Between left, Between right, Weight t) { return from_float<T>(lerp(left, right, t)); }
  /// Both steps where the rows are one.
  RELIEVO_HD static T in_row(T left, T right, Weight t) { return along(to_float(left), to_float(right), t); }
};

template <>
struct Sampler<std::uint8_t> {
  using Between = std::uint16_t;
  using Weight = int;
  RELIEVO_HD static Weight weight(float t) { return weight_256(t); }
  RELIEVO_HD static Between across(std::uint8_t above, std::uint8_t below, Weight t) {
    return static_cast<Between>(above * (256 - t) + below * t);
  }
  RELIEVO_HD static std::uint8_t along(Between left, Between right, Weight t) {
    return static_cast<std::uint8_t>((left * (256 - t) + right * t + 32768) >> 16);
  }
  RELIEVO_HD static std::uint8_t in_row(std::uint8_t left, std::uint8_t right, Weight t) {
    return static_cast<std::uint8_t>(linear_256(left, right, t));
  }
};

}  // namespace v1
}  // namespace relievo
