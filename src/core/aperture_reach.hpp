// How far each pixel lies from the centre of an aperture, measured by the aperture itself.
#pragma once

#include <memory>
#include <vector>

#include "core/aperture_shape.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {

/// For gathers under the aperture of any radius up to `largest_radius`.
struct ApertureReach {
  /// Of pixel (dx, dy) at [(dy + largest_radius) * reach_side + dx + largest_radius]: the least radius whose aperture,
  /// mirrored, covers half of it.
  std::vector<float> reach;
  /// The sum of `soft_cover` over all pixels, in steps of 1 / area_steps px from radius 0 on.
  std::vector<float> area;
};

/// Of any shape but `image`. Those of the last few shapes are kept. Thread-safe.
std::shared_ptr<const ApertureReach> aperture_reach(const ApertureShape& shape);

}  // namespace v1
}  // namespace relievo
