#include <relievo/camera.hpp>

#include <cmath>
#include <numbers>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

Intrinsics Intrinsics::from_fov(float fov_degrees, int width, int height) {
  require(fov_degrees > 0 && fov_degrees < 180, "fov_degrees is ", fov_degrees, "; allowed is above 0 to below 180.");
  require(width > 0 && height > 0, "An image of ", width, " x ", height, " pixels is out of range; both are above 0.");
  const double half = fov_degrees * std::numbers::pi / 360;
  return {static_cast<float>(width / 2.0 / std::tan(half)), width / 2.0f, height / 2.0f};
}

float Intrinsics::fov_degrees(int width) const {
  return static_cast<float>(2 * std::atan(width / 2.0 / focal_px) * 180 / std::numbers::pi);
}

CameraOffset camera_offset(CameraPath path, float t) {
  const float eased = t * t * (3 - 2 * t);
  const float angle = 2 * std::numbers::pi_v<float> * t;
  switch (path) {
    case CameraPath::sway:
      return {2 * eased - 1, 0, 0};
    case CameraPath::circle:
      return {std::cos(angle), std::sin(angle), 0};
    case CameraPath::swing:
      return {std::cos(angle), 0, std::sin(angle)};
    case CameraPath::zoom:
      return {0, 0, eased};
  }
  return {};
}

}  // namespace v1
}  // namespace relievo
