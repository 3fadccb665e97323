// Pinhole cameras, poses and paths.
#pragma once

#include <array>

#include <relievo/export.hpp>
#include <relievo/fields.hpp>

namespace relievo {
inline namespace v1 {

/// A pinhole camera: focal length and principal point in pixels of a width x height image.
/// Pixel centres lie at +0.5 (Hartley and Zisserman, Multiple View Geometry, 6.1).
struct Intrinsics {
  float focal_px = 0;
  float center_x = 0;
  float center_y = 0;

  /// From a horizontal field of view: f = (width / 2) / tan(fov / 2), centre in the middle.
  /// Throws Error{invalid_argument} unless 0 < fov_degrees < 180 and the size is positive.
  RELIEVO_API static Intrinsics from_fov(float fov_degrees, int width, int height);
  /// Horizontal field of view in degrees for an image `width` pixels wide.
  RELIEVO_API float fov_degrees(int width) const;
};

/// Position of a camera relative to the photo's: x right, y down, z forward, in units of the
/// distance to the nearest point. The camera does not rotate.
struct CameraOffset {
  float x = 0;
  float y = 0;
  float z = 0;
};

/// Motion over one animation.
enum class CameraPath : unsigned char {
  sway = 0,    ///< Left to right and back.
  circle = 1,  ///< A circle in the image plane.
  swing = 2,   ///< A circle in the horizontal plane.
  zoom = 3,    ///< Straight forward.
};
template <>
struct EnumNames<CameraPath> {
  static constexpr std::string_view names[] = {"sway", "circle", "swing", "zoom"};
};

/// The offset at time t in 0..1 of a path of unit amplitude (|x|, |y|, |z| <= 1). `sway` and `zoom`
/// go from -1 (zoom: 0) to 1 by smoothstep t*t*(3-2t); the circles close. Thread safe.
RELIEVO_API CameraOffset camera_offset(CameraPath path, float t);

}  // namespace v1
}  // namespace relievo
