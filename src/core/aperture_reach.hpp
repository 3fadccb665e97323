// How far each pixel lies from the centre of an aperture, measured by the aperture itself.
#pragma once

#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {

/// For gathers under the aperture of any radius up to `largest_radius`.
struct ApertureReach {
  /// Of pixel (dx, dy) at [(dy + largest_radius) * reach_side + dx + largest_radius]: the least radius whose aperture,
  /// mirrored, covers it, where an aperture covers what lies within its radius + 1/2 as in make_aperture.
  std::vector<float> reach;
  /// The sum of `soft_cover` over all pixels, in steps of 1 / area_steps px from radius 0 on.
  std::vector<float> area;
};

/// Made at the first call for a shape, kept as long as the process.
const ApertureReach& aperture_reach(Aperture shape);

}  // namespace v1
}  // namespace relievo
