// Where a scene's pixels lie in space.
#pragma once

#include <relievo/io/scene.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// Camera at the origin, x right, y down, z forward, metres.
struct Point {
  double x, y, z;
};

/// GeometryOptions applied to a scene.
class SceneSpace {
 public:
  SceneSpace(const LayeredScene& scene, const GeometryOptions& options);

  /// Distance along the axis of what has this disparity, 0 to 1.
  double depth(double disparity) const;
  /// Where the centre of pixel (x, y) lies.
  Point at(double x, double y, double disparity) const;
  /// Focal length in pixels, alike in both directions.
  double focal_px() const { return focal_; }
  /// Vertical field of view, radians.
  double vertical_fov() const;

 private:
  DepthScale scale_;
  GeometryOptions options_;
  double width_, height_, focal_;
};

}  // namespace io
}  // namespace v1
}  // namespace relievo
