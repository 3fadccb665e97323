// Order statistics of floats by integers.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Integers in the order of floats, above 0 for every number; -0 counts as 0. NaN has no place.
RELIEVO_HD inline std::uint32_t order_key(float value) {
  const float positive_zero = value + 0.0f;
  std::uint32_t bits;
  std::memcpy(&bits, &positive_zero, sizeof bits);
  return bits ^ (0x80000000u | static_cast<std::uint32_t>(static_cast<std::int32_t>(bits) >> 31));
}
RELIEVO_HD inline float from_order_key(std::uint32_t key) {
  const std::uint32_t bits = (key & 0x80000000u) != 0 ? key & 0x7fffffffu : ~key;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Pixels from one of a sample to the next: it has 2^20 to 2^21 of them, or all where they are fewer. Its error is far
/// below what a quantile means.
RELIEVO_HD inline std::int64_t sample_step(std::int64_t pixels) { return pixels >> 20 > 1 ? pixels >> 20 : 1; }

/// Rank from the smallest up of quantile `at` of `count` values; negative ones count from the largest down.
RELIEVO_HD inline std::int64_t quantile_rank(double at, std::int64_t count) {
  const auto rank = static_cast<std::int64_t>((at < 0 ? -at : at) * static_cast<double>(count - 1) + 0.5);
  return at < 0 ? count - 1 - rank : rank;
}

}  // namespace v1
}  // namespace relievo
