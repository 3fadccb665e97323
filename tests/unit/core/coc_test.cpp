// The circle of confusion against its definition in double.
#include "kernels/coc.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace relievo {
namespace {

TEST(Coc, IsLinearBeyondTheRange) {
  for (const float scale : {0.5f, 17.25f, 300.0f}) {
    for (const float focus : {0.0f, 0.37f, 1.0f}) {
      for (const float range : {0.0f, 0.1f, 1.0f}) {
        for (int i = 0; i <= 100; ++i) {
          const float d = static_cast<float>(i) / 100;
          const double off = std::max(
              0.0, std::fabs(static_cast<double>(d) - static_cast<double>(focus)) - static_cast<double>(range));
          EXPECT_NEAR(coc_radius(d, focus, range, scale), static_cast<double>(scale) * off,
                      static_cast<double>(scale) * 2e-7);
        }
      }
    }
  }
}

TEST(Coc, IsZeroInFocus) {
  EXPECT_EQ(coc_radius(0.5f, 0.5f, 0, 1000), 0);
  EXPECT_EQ(coc_radius(0.55f, 0.5f, 0.1f, 1000), 0);
  EXPECT_EQ(coc_radius(0.45f, 0.5f, 0.1f, 1000), 0);
}

TEST(Coc, LevelsLieBetweenTheirRadii) {
  const float radii[] = {0, 1, 2, 3, 4, 6, 8};
  for (int i = 0; i < 7; ++i) EXPECT_EQ(level_of(radii[i], radii, 7), static_cast<float>(i));
  EXPECT_FLOAT_EQ(level_of(0.25f, radii, 7), 0.25f);
  EXPECT_FLOAT_EQ(level_of(5, radii, 7), 4.5f);      // Halfway from 4 to 6.
  EXPECT_FLOAT_EQ(level_of(7.5f, radii, 7), 5.75f);  // Three quarters from 6 to 8.
}

TEST(Coc, LevelsAreClampedToTheTable) {
  const float radii[] = {3, 4, 6};
  EXPECT_EQ(level_of(0, radii, 3), 0);
  EXPECT_EQ(level_of(3, radii, 3), 0);
  EXPECT_EQ(level_of(1000, radii, 3), 2);
  EXPECT_EQ(level_of(std::nanf(""), radii, 3), 0);
  EXPECT_EQ(level_of(5, radii, 1), 0);
}

}  // namespace
}  // namespace relievo
