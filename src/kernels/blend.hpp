// Exact products of code values and mixtures by an 8-bit coverage.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/host_device.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// a b / 65535 rounded to nearest, for a, b in 0..65535 (Blinn's division, widened to 16 bits).
RELIEVO_HD inline unsigned product_65535(unsigned a, unsigned b) {
  const unsigned t = a * b + 32768u;
  return (t + (t >> 16)) >> 16;
}

/// (front cover + back (255 - cover)) / 255 rounded to nearest; either one bit for bit at 255 and 0.
RELIEVO_HD inline unsigned mix_u8(unsigned front, unsigned back, unsigned cover) {
  const unsigned t = front * cover + back * (255u - cover) + 128u;
  return (t + (t >> 8)) >> 8;
}

RELIEVO_HD inline unsigned mix_u16(unsigned front, unsigned back, unsigned cover) {
  const unsigned wide = cover * 257u;
  const unsigned t = front * wide + back * (65535u - wide) + 32768u;
  return (t + (t >> 16)) >> 16;
}

RELIEVO_HD inline float mix_f32(float front, float back, unsigned cover) {
  const float t = static_cast<float>(cover) / 255.0f;
  const float mixed = back + t * (front - back);
  return cover == 255u ? front : cover == 0u ? back : mixed;
}

/// One code value of a layer over what lies behind it.
RELIEVO_HD inline std::uint8_t mix(std::uint8_t front, std::uint8_t back, unsigned cover) {
  return static_cast<std::uint8_t>(mix_u8(front, back, cover));
}
RELIEVO_HD inline std::uint16_t mix(std::uint16_t front, std::uint16_t back, unsigned cover) {
  return static_cast<std::uint16_t>(mix_u16(front, back, cover));
}
RELIEVO_HD inline float mix(float front, float back, unsigned cover) { return mix_f32(front, back, cover); }
RELIEVO_HD inline Half mix(Half front, Half back, unsigned cover) {
  if (cover == 255) return front;
  if (cover == 0) return back;
  return from_float<Half>(mix_f32(to_float(front), to_float(back), cover));
}

/// What premultiplied colour is multiplied by to be straight, of alpha 0..1.
RELIEVO_HD inline float straightening(float alpha) { return alpha > 0 ? 1 / alpha : 0; }

/// ITU-R BT.709 luma of code values.
RELIEVO_HD inline float luma_709(float r, float g, float b) { return (0.2126f * r + 0.7152f * g) + 0.0722f * b; }

}  // namespace v1
}  // namespace relievo
