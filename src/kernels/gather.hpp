// What a tap of the depth-weighted gather contributes.
#pragma once

#include "kernels/host_device.hpp"
#include "kernels/rounding.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {

/// Largest radius of a gather, px; tables of its taps have this many rows and columns.
inline constexpr int largest_radius = 128;
inline constexpr int reach_side = 2 * largest_radius + 1;
/// Entries per px of a table of areas.
inline constexpr int area_steps = 64;

/// Place of a tap in a table of reaches.
RELIEVO_HD inline int reach_index(int dx, int dy) { return (dy + largest_radius) * reach_side + dx + largest_radius; }

/// How much of a pixel an aperture of `radius` covers whose reach is `reach`: all within, half on its rim.
RELIEVO_HD inline float soft_cover(float radius, float reach) { return clamp_unit(radius + 0.5f - reach); }

/// Pixels to each side of a centre that an aperture of `radius` can cover.
RELIEVO_HD inline int taps_of(float radius) { return static_cast<int>(radius + 0.5f); }

/// 1 / area of the aperture of a radius from 0 to largest_radius.
RELIEVO_HD inline float inverse_area(float radius, const float* areas) {
  const float at = radius * area_steps;
  const int below = static_cast<int>(at);
  const int above = below < largest_radius * area_steps ? below + 1 : below;
  return 1.0f / lerp(areas[below], areas[above], at - static_cast<float>(below));
}

/// What decides how far the light of a pixel spreads.
struct Spread {
  float disparity;
  float radius;  ///< below 0: no pixel
  float inverse_area;
};

/// Weight at a pixel of the light of another one at distance `reach`. Light from nearer than the pixel spreads over it
/// as far as its own circle of confusion goes; light from behind spreads no farther than the pixel's own circle lets
/// it.
RELIEVO_HD inline float gather_weight(const Spread& tap, const Spread& own, float reach) {
  const bool by_tap = tap.disparity > own.disparity || tap.radius < own.radius;
  return soft_cover(by_tap ? tap.radius : own.radius, reach) * (by_tap ? tap.inverse_area : own.inverse_area);
}

}  // namespace v1
}  // namespace relievo
