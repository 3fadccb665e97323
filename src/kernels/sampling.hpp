// Where samples come from at borders and between pixels.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Index i mirrored into 0..n-1 without repeating the edge (BORDER_REFLECT_101).
RELIEVO_HD inline int reflect_101(int i, int n) {
  if (n == 1) return 0;
  const int period = 2 * n - 2;
  i %= period;
  if (i < 0) i += period;
  return i < n ? i : period - i;
}

/// Index i with the border repeated.
RELIEVO_HD inline int repeat_border(int i, int n) { return i < 0 ? 0 : i < n ? i : n - 1; }

/// a + t (b - a); a bit for bit at t = 0 and where a = b.
RELIEVO_HD inline float lerp(float a, float b, float t) { return a + t * (b - a); }

/// Weight of the second of two neighbours in 1/256, rounded to nearest, 0 to 256.
RELIEVO_HD inline int weight_256(float fraction) { return static_cast<int>(fraction * 256.0f + 0.5f); }

/// Bilinear sample of four code values with weights in 1/256, rounded to nearest.
RELIEVO_HD inline int bilinear_256(int p00, int p01, int p10, int p11, int wx, int wy) {
  const int left = p00 * (256 - wy) + p10 * wy;
  const int right = p01 * (256 - wy) + p11 * wy;
  return (left * (256 - wx) + right * wx + 32768) >> 16;
}

/// The same where both rows are equal, or the second has no weight.
RELIEVO_HD inline int linear_256(int p0, int p1, int wx) { return (p0 * (256 - wx) + p1 * wx + 128) >> 8; }

/// Bilinear sample in floats, rows first, as every path of the warps has it.
RELIEVO_HD inline float bilinear(float p00, float p01, float p10, float p11, float tx, float ty) {
  return lerp(lerp(p00, p10, ty), lerp(p01, p11, ty), tx);
}

}  // namespace v1
}  // namespace relievo
