// The scalar types as C++ types, read and written as floats.
#pragma once

#include <cstdint>

#include "kernels/half.hpp"
#include "kernels/host_device.hpp"
#include "kernels/rounding.hpp"

namespace relievo {
inline namespace v1 {

struct Half {
  std::uint16_t bits;
};

/// Largest code value of an integer type, 1 for floats.
template <class T>
inline constexpr float full_scale = 1;
template <>
inline constexpr float full_scale<std::uint8_t> = 255;
template <>
inline constexpr float full_scale<std::uint16_t> = 65535;

RELIEVO_HD inline float to_float(std::uint8_t v) { return v; }
RELIEVO_HD inline float to_float(std::uint16_t v) { return v; }
RELIEVO_HD inline float to_float(Half v) { return half_to_float(v.bits); }
RELIEVO_HD inline float to_float(float v) { return v; }

/// Code value (not 0..1) to T: integers are clamped and rounded to nearest.
template <class T>
RELIEVO_HD T from_float(float v);
template <>
RELIEVO_HD inline std::uint8_t from_float(float v) {
  return static_cast<std::uint8_t>(round_positive(clamp_to(v, 255)));
}
template <>
RELIEVO_HD inline std::uint16_t from_float(float v) {
  return static_cast<std::uint16_t>(round_positive(clamp_to(v, 65535)));
}
template <>
RELIEVO_HD inline Half from_float(float v) {
  return {float_to_half(v)};
}
template <>
RELIEVO_HD inline float from_float(float v) {
  return v;
}

/// The value a code value stands for: integers as 0..1.
template <class T>
RELIEVO_HD float to_unit(T v) {
  return to_float(v) / full_scale<T>;
}
/// The inverse; integers are clamped and rounded to nearest.
template <class T>
RELIEVO_HD T from_unit(float v) {
  return from_float<T>(v * full_scale<T>);
}

}  // namespace v1
}  // namespace relievo
