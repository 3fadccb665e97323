#include <relievo/interop/eigen.hpp>

#include "common/sentence.hpp"

namespace relievo {
namespace {

TEST(InteropEigen, AMatrixIsTheImagesOwnMemory) {
  Image image(5, 3, {Scalar::f32, 1});
  auto matrix = interop::as_matrix(image.mutable_view());
  EXPECT_EQ(matrix.rows(), 3);
  EXPECT_EQ(matrix.cols(), 5);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 5; ++x) matrix(y, x) = static_cast<float>(10 * y + x);
  }
  EXPECT_EQ(image.row<float>(2)[4], 24);
  EXPECT_EQ(interop::as_matrix(image.view()).sum(), matrix.sum());
  EXPECT_EQ(matrix.data(), image.row<float>(0));
}

TEST(InteropEigen, RefusesOtherFormats) {
  const Image rgb(2, 2, {Scalar::f32, 3});
  expect_refused([&] { interop::as_matrix(rgb.view()); }, "not 3 channels of 32 bits");
  const Image bytes(2, 2, {Scalar::u8, 1});
  expect_refused([&] { interop::as_matrix(bytes.view()); }, "not 1 channels of 8 bits");
  ImageView view = Image(2, 2, {Scalar::f32, 1}).view();
  view.stride = 9;
  expect_refused([&] { interop::as_matrix(view); }, "not 9");
  view.device = {DeviceKind::cuda, 0};
  expect_refused([&] { interop::as_matrix(view); }, "download");
}

TEST(InteropEigen, CamerasGoBothWays) {
  const Intrinsics camera{500, 320, 240};
  const Eigen::Matrix3f k = interop::as_matrix(camera);
  const Eigen::Vector3f pixel = k * Eigen::Vector3f(0.1f, -0.2f, 1);
  EXPECT_FLOAT_EQ(pixel.x(), 370);
  EXPECT_FLOAT_EQ(pixel.y(), 140);
  const Intrinsics back = interop::as_intrinsics(2 * k);
  EXPECT_EQ(back.focal_px, 500);
  EXPECT_EQ(back.center_x, 320);
  EXPECT_EQ(back.center_y, 240);
  Eigen::Matrix3f skewed = k;
  skewed(0, 1) = 1;
  expect_refused([&] { interop::as_intrinsics(skewed); }, "no skew");
}

}  // namespace
}  // namespace relievo
