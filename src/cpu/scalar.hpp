// The scalar types as C++ types, read and written as floats.
#pragma once

#include <cstdint>

#include <relievo/image.hpp>

#include "kernels/half.hpp"
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

inline float to_float(std::uint8_t v) { return v; }
inline float to_float(std::uint16_t v) { return v; }
inline float to_float(Half v) { return half_to_float(v.bits); }
inline float to_float(float v) { return v; }

/// Code value (not 0..1) to T: integers are clamped and rounded to nearest.
template <class T>
T from_float(float v);
template <>
inline std::uint8_t from_float(float v) {
  return static_cast<std::uint8_t>(round_positive(clamp_to(v, 255)));
}
template <>
inline std::uint16_t from_float(float v) {
  return static_cast<std::uint16_t>(round_positive(clamp_to(v, 65535)));
}
template <>
inline Half from_float(float v) {
  return {float_to_half(v)};
}
template <>
inline float from_float(float v) {
  return v;
}

/// Calls body(T{}) with the C++ type of `scalar`.
template <class Body>
void with_scalar(Scalar scalar, Body&& body) {
  switch (scalar) {
    case Scalar::u8:
      return body(std::uint8_t{});
    case Scalar::u16:
      return body(std::uint16_t{});
    case Scalar::f16:
      return body(Half{});
    case Scalar::f32:
      return body(float{});
  }
}

}  // namespace v1
}  // namespace relievo
