#include "io/scene_space.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr double farthest_m = 10'000, farthest_times = 10'000;
constexpr double usual_fov = 60;

}  // namespace

SceneSpace::SceneSpace(const LayeredScene& scene, const GeometryOptions& options)
    : scale_(scene.depth_scale()), options_(options), width_(scene.width()), height_(scene.height()) {
  const double own = static_cast<double>(scale_.fov_degrees);
  const double asked = static_cast<double>(options.fov_degrees);
  const double fov = asked > 0 ? asked : own > 0 ? own : usual_fov;
  focal_ = width_ / 2 / std::tan(fov / 2 * std::numbers::pi / 180);
}

double SceneSpace::depth(double disparity) const {
  const double value = scale_.at_zero + disparity * (scale_.at_one - scale_.at_zero);
  switch (scale_.kind) {
    case DepthKind::metres:
      return 1 / std::max(value, 1 / farthest_m);
    case DepthKind::disparity_px: {
      const double nearest = std::max(scale_.at_zero, scale_.at_one);
      if (!(nearest > 0)) break;
      return options_.nearest_m * nearest / std::max(value, nearest / farthest_times);
    }
    case DepthKind::disparity:
      break;
  }
  return options_.nearest_m / (disparity + (1 - disparity) / options_.depth_ratio);
}

Point SceneSpace::at(double x, double y, double disparity) const {
  const double z = depth(disparity);
  return {(x + 0.5 - width_ / 2) * z / focal_, (y + 0.5 - height_ / 2) * z / focal_, z};
}

double SceneSpace::vertical_fov() const { return 2 * std::atan(height_ / 2 / focal_); }

}  // namespace io
}  // namespace v1
}  // namespace relievo
