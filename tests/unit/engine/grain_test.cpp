// Grain: how much is added to what is out of focus, and that it is noise.
#include <gtest/gtest.h>

#include <cmath>

#include "common/images.hpp"
#include "kernels/grain.hpp"
#include "test_engine.hpp"

namespace relievo {
namespace {

Grain even(float sigma) {
  Grain grain;
  for (float& each : grain.sigma) each = sigma;
  return grain;
}

TEST(Grain, IsNoiseOfItsDeviation) {
  for (const PixelFormat format :
       {::test::u8_3, ::test::u16_3, ::test::f16_3, ::test::f32_3, ::test::u8_1, ::test::f32_1}) {
    Image picture = ::test::flat(160, 120, format, 0.6);
    test::TestEngine().add_grain(::test::flat(160, 120, ::test::f32_1, 1), even(0.03f), 0, picture.mutable_view());
    double sum = 0, squares = 0, beside = 0;
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        const double off = ::test::at(picture, x, y) - 0.6;
        sum += off;
        squares += off * off;
        if (x > 0) beside += off * (::test::at(picture, x - 1, y) - 0.6);
        for (int c = 1; c < format.channels; ++c)
          EXPECT_NEAR(::test::at(picture, x, y, c), ::test::at(picture, x, y), 1e-3);
      }
    }
    const double n = 160 * 120;
    EXPECT_NEAR(sum / n, 0, 0.001) << "brightness stays";
    EXPECT_NEAR(std::sqrt(squares / n), 0.03, 0.0012);
    EXPECT_NEAR(beside / squares, 0, 0.03) << "neighbours are independent";
  }
}

TEST(Grain, FollowsBlurAndBrightness) {
  Grain grain;
  for (int i = 0; i <= Grain::steps; ++i) grain.sigma[i] = 0.01f * static_cast<float>(i);
  Image picture = ::test::make(90, 80, ::test::f32_1, [](int x, int, int) { return x < 45 ? 0.25 : 0.75; });
  const Image blur = ::test::make(90, 80, ::test::f32_1, [](int, int y, int) { return y < 40 ? 0.0 : 0.5; });
  test::TestEngine().add_grain(blur, grain, 0, picture.mutable_view());
  double squares[2] = {};
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 90; ++x) {
      const double off = ::test::at(picture, x, y) - (x < 45 ? 0.25 : 0.75);
      if (y < 40) {
        EXPECT_EQ(off, 0) << "what is in focus stays as it is";
      } else {
        squares[x < 45 ? 0 : 1] += off * off;
      }
    }
  }
  EXPECT_NEAR(std::sqrt(squares[0] / (45 * 40)), 0.5 * 0.02, 0.001);
  EXPECT_NEAR(std::sqrt(squares[1] / (45 * 40)), 0.5 * 0.06, 0.003);
}

TEST(Grain, BandsAreThoseOfTheWhole) {
  Image whole = ::test::flat(50, 40, ::test::u8_3, 0.4), lower = ::test::flat(50, 25, ::test::u8_3, 0.4);
  test::TestEngine().add_grain(::test::flat(50, 40, ::test::f32_1, 1), even(0.1f), 0, whole.mutable_view());
  test::TestEngine().add_grain(::test::flat(50, 25, ::test::f32_1, 1), even(0.1f), 15, lower.mutable_view());
  EXPECT_TRUE(::test::same(::test::part(whole, 0, 15, 50, 25), lower));
}

}  // namespace
}  // namespace relievo
