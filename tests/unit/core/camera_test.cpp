// Cameras and their paths, against numbers worked out by hand.
#include <relievo/camera.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/images.hpp"

namespace relievo {
namespace {

TEST(Intrinsics, FocalLengthOfAFieldOfView) {
  const Intrinsics right_angle = Intrinsics::from_fov(90, 640, 480);  // tan 45 = 1
  EXPECT_FLOAT_EQ(right_angle.focal_px, 320);
  EXPECT_FLOAT_EQ(right_angle.center_x, 320);
  EXPECT_FLOAT_EQ(right_angle.center_y, 240);
  EXPECT_FLOAT_EQ(Intrinsics::from_fov(60, 1000, 501).focal_px, 866.02540f);  // 500 sqrt(3)
  EXPECT_FLOAT_EQ(Intrinsics::from_fov(60, 1000, 501).center_y, 250.5f);
  EXPECT_FLOAT_EQ(Intrinsics::from_fov(120, 1000, 10).focal_px, 288.67513f);  // 500 / sqrt(3)
}

TEST(Intrinsics, FieldOfViewOfAFocalLength) {
  EXPECT_FLOAT_EQ((Intrinsics{320, 0, 0}.fov_degrees(640)), 90);
  EXPECT_FLOAT_EQ((Intrinsics{288.67513f, 0, 0}.fov_degrees(1000)), 120);
  for (const float fov : {1.0f, 26.0f, 54.4f, 110.0f, 179.0f}) {
    EXPECT_NEAR(Intrinsics::from_fov(fov, 777, 5).fov_degrees(777), fov, 1e-4 * static_cast<double>(fov));
  }
}

TEST(Intrinsics, RefusesWhatIsNoCamera) {
  const auto error = [](float fov, int width, int height) {
    return test::error_of([&] { Intrinsics::from_fov(fov, width, height); });
  };
  EXPECT_EQ(error(0, 10, 10), "invalid_argument: fov_degrees is 0; allowed is above 0 to below 180.");
  EXPECT_EQ(error(180, 10, 10), "invalid_argument: fov_degrees is 180; allowed is above 0 to below 180.");
  EXPECT_EQ(error(std::numeric_limits<float>::quiet_NaN(), 10, 10),
            "invalid_argument: fov_degrees is nan; allowed is above 0 to below 180.");
  EXPECT_EQ(error(60, 0, 10), "invalid_argument: An image of 0 x 10 pixels is out of range; both are above 0.");
  EXPECT_EQ(error(60, 10, -1), "invalid_argument: An image of 10 x -1 pixels is out of range; both are above 0.");
}

void expect_offset(CameraPath path, float t, double x, double y, double z) {
  const CameraOffset offset = camera_offset(path, t);
  EXPECT_NEAR(offset.x, x, 1e-6) << name_of(path) << " at " << t;
  EXPECT_NEAR(offset.y, y, 1e-6) << name_of(path) << " at " << t;
  EXPECT_NEAR(offset.z, z, 1e-6) << name_of(path) << " at " << t;
}

TEST(CameraPath, SwayGoesAcrossBySmoothstep) {
  expect_offset(CameraPath::sway, 0, -1, 0, 0);
  expect_offset(CameraPath::sway, 0.25f, -0.6875, 0, 0);  // 2 * (0.0625 * 2.5) - 1
  expect_offset(CameraPath::sway, 0.5f, 0, 0, 0);
  expect_offset(CameraPath::sway, 0.75f, 0.6875, 0, 0);
  expect_offset(CameraPath::sway, 1, 1, 0, 0);
}

TEST(CameraPath, ZoomGoesForwardBySmoothstep) {
  expect_offset(CameraPath::zoom, 0, 0, 0, 0);
  expect_offset(CameraPath::zoom, 0.25f, 0, 0, 0.15625);
  expect_offset(CameraPath::zoom, 0.5f, 0, 0, 0.5);
  expect_offset(CameraPath::zoom, 1, 0, 0, 1);
}

TEST(CameraPath, CirclesCloseAndKeepTheirPlane) {
  expect_offset(CameraPath::circle, 0, 1, 0, 0);
  expect_offset(CameraPath::circle, 0.25f, 0, 1, 0);
  expect_offset(CameraPath::circle, 0.5f, -1, 0, 0);
  expect_offset(CameraPath::circle, 1, 1, 0, 0);
  expect_offset(CameraPath::swing, 0, 1, 0, 0);
  expect_offset(CameraPath::swing, 0.25f, 0, 0, 1);
  expect_offset(CameraPath::swing, 0.125f, std::sqrt(0.5), 0, std::sqrt(0.5));
  expect_offset(CameraPath::swing, 1, 1, 0, 0);
}

TEST(CameraPath, NeverLeavesTheUnitBox) {
  for (const CameraPath path : {CameraPath::sway, CameraPath::circle, CameraPath::swing, CameraPath::zoom}) {
    for (int i = 0; i <= 1000; ++i) {
      const CameraOffset offset = camera_offset(path, static_cast<float>(i) / 1000);
      EXPECT_LE(std::fabs(offset.x), 1);
      EXPECT_LE(std::fabs(offset.y), 1);
      EXPECT_LE(std::fabs(offset.z), 1);
    }
  }
}

}  // namespace
}  // namespace relievo
