// Where a pixel of a backward warp looks in a layer.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/host_device.hpp"
#include "kernels/rounding.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {

/// Two neighbours and the way from the first to the second, along one axis; both inside the image.
struct Neighbours {
  int first, second;
  float t;
};

/// Neighbours of a position, which is clamped to the image.
RELIEVO_HD inline Neighbours neighbours_of(float position, int size) {
  const float inside = clamp_to(position, static_cast<float>(size - 1));
  const int first = static_cast<int>(inside);
  return {first, first + 1 < size ? first + 1 : first, inside - static_cast<float>(first)};
}

/// A position as a whole number, which may lie outside the image, and a fraction.
struct Split {
  int whole;
  float t;
};

/// Where index i of an axis looks by zoom and shift alone. A bare shift has the same fraction everywhere, to the bit.
RELIEVO_HD inline Split shifted(int i, int size, float zoom, float shift) {
  const double center = 0.5 * (size - 1);
  const double at = zoom == 1 ? -static_cast<double>(shift) : center + (i - center) / zoom - shift;
  const double limit = 2.0 * size;
  const double clamped = at < -limit ? -limit : limit < at ? limit : at;
  const double floor = std::floor(clamped);
  return {static_cast<int>(floor) + (zoom == 1 ? i : 0), static_cast<float>(clamped - floor)};
}

/// Where index i of an axis looks before layers move.
RELIEVO_HD inline float enlarged(float i, int size, float zoom) {
  const float center = 0.5f * static_cast<float>(size - 1);
  return center + (i - center) / zoom;
}

/// Whether a layer's motion, which has the members of LayerMotion, is more than a shift.
template <class Motion>
RELIEVO_HD bool moves_by_disparity(const Motion& motion) {
  return motion.gain_x != 0 || motion.gain_y != 0 || motion.gain_z != 0;
}

/// Finds s with s + motion(disparity(s), s - c) = c + (q - c) / zoom by three fixed-point steps. What does not change
/// along an output row is kept.
template <class Motion>
struct Locator {
  const float* pixels;
  std::int64_t stride;  ///< floats
  int width, height;
  float center_x, center_y, py, zoom;
  Motion motion;

  RELIEVO_HD Locator(const float* disparity, std::int64_t disparity_stride, int w, int h, const Motion& m, float z,
                     float row)
      : pixels(disparity),
        stride(disparity_stride),
        width(w),
        height(h),
        center_x(0.5f * static_cast<float>(w - 1)),
        center_y(0.5f * static_cast<float>(h - 1)),
        py(enlarged(row, h, z)),
        zoom(z),
        motion(m) {}

  RELIEVO_HD void locate(int column, float* at_x, float* at_y) const {
    const float px = enlarged(static_cast<float>(column), width, zoom);
    float x = px;
    float y = py;
    // Most steps stay between the same four pixels.
    int known_x = -1, known_y = -1;
    float p00 = 0, p01 = 0, p10 = 0, p11 = 0;
    for (int step = 0; step < 3; ++step) {
      const Neighbours h = neighbours_of(x, width);
      const Neighbours v = neighbours_of(y, height);
      if (h.first != known_x || v.first != known_y) {
        const float* const above = pixels + v.first * stride;
        const float* const below = pixels + v.second * stride;
        p00 = above[h.first];
        p01 = above[h.second];
        p10 = below[h.first];
        p11 = below[h.second];
        known_x = h.first;
        known_y = v.first;
      }
      const float off = bilinear(p00, p01, p10, p11, h.t, v.t) - motion.convergence;
      x = px - (motion.shift_x + off * (motion.gain_x + motion.gain_z * (x - center_x)));
      y = py - (motion.shift_y + off * (motion.gain_y + motion.gain_z * (y - center_y)));
    }
    *at_x = x;
    *at_y = y;
  }
};

}  // namespace v1
}  // namespace relievo
