// How far a figure stands before what surrounds it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "portrait.hpp"

namespace {

// A mask of 10 x 6 px, so the ring is 2 px wide; disparity is 0.8 within it and depends on the distance without.
TEST(FigureContrast, IsThatOfTheMedianWithinToThatOfARingAFifthAsWide) {
  relievo::Image mask(40, 30, {relievo::Scalar::u8, 1}), relative(40, 30, {relievo::Scalar::f32, 1});
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      const int dx = std::max({15 - x, x - 24, 0}), dy = std::max({12 - y, y - 17, 0});
      const int squared = dx * dx + dy * dy;
      mask.row<std::uint8_t>(y)[x] = squared == 0 ? 255 : 127;
      // 36 pixels are more than 1 and at most 2 px away, 32 are 1 px away.
      relative.row<float>(y)[x] = squared == 0 ? 0.8f : squared > 1 && squared <= 4 ? 0.3f : 0.9f;
    }
  }
  EXPECT_NEAR(tool::figure_contrast(relative, mask), 0.5, 1e-6);
}

TEST(FigureContrast, IsNotKnownWithoutFigureOrSurroundings) {
  relievo::Image mask(8, 8, {relievo::Scalar::u8, 1}), relative(8, 8, {relievo::Scalar::f32, 1});
  for (const int value : {0, 255}) {
    for (int y = 0; y < 8; ++y) {
      std::fill_n(mask.row<std::uint8_t>(y), 8, static_cast<std::uint8_t>(value));
      std::fill_n(relative.row<float>(y), 8, 0.5f);
    }
    EXPECT_TRUE(std::isnan(tool::figure_contrast(relative, mask)));
  }
}

}  // namespace
