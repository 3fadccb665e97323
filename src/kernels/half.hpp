// IEEE 754 half precision without hardware support, or with a GPU's, which rounds alike; only what it makes of NaN
// differs, so that goes by hand.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

RELIEVO_HD inline float half_to_float(std::uint16_t half) {
#if defined(__CUDA_ARCH__)
  if ((half & 0x7c00u) != 0x7c00u) {
    float exact;
    asm("cvt.f32.f16 %0, %1;" : "=f"(exact) : "h"(half));
    return exact;
  }
#endif
  const std::uint32_t sign = (half & 0x8000u) << 16;
  std::uint32_t exponent = (half >> 10) & 31u;
  std::uint32_t mantissa = half & 1023u;
  std::uint32_t bits = sign;
  if (exponent == 31) {
    bits |= 0x7f800000u | (mantissa << 13);
  } else if (exponent != 0) {
    bits |= ((exponent + 112) << 23) | (mantissa << 13);
  } else if (mantissa != 0) {
    exponent = 113;
    while ((mantissa & 1024u) == 0) {
      mantissa <<= 1;
      --exponent;
    }
    bits |= (exponent << 23) | ((mantissa & 1023u) << 13);
  }
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Rounds to nearest, ties to even.
RELIEVO_HD inline std::uint16_t float_to_half(float value) {
  std::uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
  const std::uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<std::uint16_t>(sign | 0x7e00u);
#if defined(__CUDA_ARCH__)
  std::uint16_t rounded;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(rounded) : "f"(value));
  return rounded;
#else
  if (magnitude >= 0x477ff000u) return static_cast<std::uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x33000001u) return sign;
  const std::uint32_t exponent = magnitude >> 23;
  std::uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  std::uint32_t shift = 13;
  std::uint32_t base = 0;
  if (exponent < 113) {
    shift += 113 - exponent;
  } else {
    base = (exponent - 113) << 10;
  }
  const std::uint32_t rest = mantissa & ((1u << shift) - 1);
  const std::uint32_t half_way = 1u << (shift - 1);
  mantissa >>= shift;
  if (rest > half_way || (rest == half_way && (mantissa & 1u) != 0)) ++mantissa;
  return static_cast<std::uint16_t>(sign | (base + mantissa));
#endif
}

}  // namespace v1
}  // namespace relievo
