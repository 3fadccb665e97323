// What a lens does to light.
#include "scenes/photograph.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "common/images.hpp"

namespace relievo {
namespace scenes {
namespace {

constexpr int width = 64, height = 48;

Image plane(double depth) {
  return test::make(width, height, test::f32_1, [&](int, int, int) { return depth; });
}
Image edge() {
  return test::make(width, height, test::f32_3, [](int x, int, int) { return x < width / 2 ? 0.02 : 0.8; });
}

// Pixels of the middle row that are neither as dark as its beginning nor as bright as its end.
int between(const Image& picture) {
  int count = 0;
  for (int x = 0; x < width; ++x) {
    const double v = test::at(picture, x, height / 2, 1);
    count += v > test::at(picture, 2, height / 2, 1) + 0.02 && v < test::at(picture, width - 3, height / 2, 1) - 0.02;
  }
  return count;
}

TEST(Photograph, ExposesGreyToMiddleGrey) {
  for (const double light : {0.01, 0.2, 30.0}) {
    const Image grey = test::make(width, height, test::f32_3, [&](int, int, int) { return light; });
    const Image made = photograph(grey, plane(2), {});
    // 0.16 of the light that saturates, through the shoulder 0.16 (1 + 0.0256) / (1 + 0.088) = 0.1508, is code 0.426 in
    // sRGB.
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(test::at(made, 9, 7, c), 0.426, 0.005) << light;
  }
}

TEST(Photograph, BlursWhatIsOutOfFocusByItsCircle) {
  Lens lens;
  lens.focus = 0.5f;
  lens.blur = 10;
  EXPECT_LE(between(photograph(edge(), plane(2), lens)), 0);
  // 1 / 1.25 - 0.5 = 0.3 away: 3 px each side.
  const int blurred = between(photograph(edge(), plane(1.25), lens));
  EXPECT_GE(blurred, 4);
  EXPECT_LE(blurred, 7);
}

TEST(Photograph, DoesNotSpreadFarLightOverWhatIsSharpAndNear) {
  Lens lens;
  lens.focus = 1;
  lens.blur = 10;
  // The bright half lies at 10 m, out of focus; the dark one at 1 m, in focus.
  const Image depth = test::make(width, height, test::f32_1, [](int x, int, int) { return x < width / 2 ? 1 : 10; });
  const Image made = photograph(edge(), depth, lens);
  for (int x = 0; x < width / 2; ++x) EXPECT_EQ(made.row<std::uint8_t>(9)[3 * x], made.row<std::uint8_t>(9)[0]) << x;
}

TEST(Photograph, NoiseHasItsDeviationAndItsSeed) {
  const Image grey = test::make(width, height, test::f32_3, [](int, int, int) { return 0.2; });
  Lens lens;
  lens.noise = 0.05f;
  const Image a = photograph(grey, plane(2), lens), b = photograph(grey, plane(2), lens);
  lens.seed = 1;
  const Image other = photograph(grey, plane(2), lens);
  EXPECT_TRUE(test::same(a, b));
  EXPECT_FALSE(test::same(a, other));
  double sum = 0, squares = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double v = test::at(a, x, y, 0);
      sum += v;
      squares += v * v;
    }
  }
  const double mean = sum / (width * height), deviation = std::sqrt(squares / (width * height) - mean * mean);
  EXPECT_GT(deviation, 0.035);
  EXPECT_LT(deviation, 0.065);
}

TEST(Photograph, CompressionKeepsAFlatPictureAndCoarsensDetail) {
  const Image grey = test::make(width, height, test::f32_3, [](int, int, int) { return 0.2; });
  const Image fine =
      test::make(width, height, test::f32_3, [](int x, int y, int) { return 0.2 + 0.02 * ((x + y) % 2); });
  Lens sharp, coarse;
  coarse.compression = 10;
  const Image flat = photograph(grey, plane(2), coarse);
  for (int c = 0; c < 3; ++c)
    EXPECT_NEAR(test::at(flat, 5, 5, c), test::at(photograph(grey, plane(2), sharp), 5, 5, c), 0.02);
  const auto detail = [](const Image& image) {
    double sum = 0;
    for (int x = 1; x < width; ++x) sum += std::fabs(test::at(image, x, 9, 1) - test::at(image, x - 1, 9, 1));
    return sum;
  };
  EXPECT_GT(detail(photograph(fine, plane(2), sharp)), 0.5);
  EXPECT_LT(detail(photograph(fine, plane(2), coarse)), 0.1);
}

}  // namespace
}  // namespace scenes
}  // namespace relievo
