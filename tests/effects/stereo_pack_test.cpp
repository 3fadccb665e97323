// Two views in one picture: which eye where, and the anaglyph against its matrices in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <relievo/stereo_encoder.hpp>

#include "common/images.hpp"
#include "common/light.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::part;
using test::same;

StereoPair views(int width, int height, PixelFormat format = test::u8_3) {
  return {test::photo(width, height, format),
          test::make(width, height, format, [](int x, int y, int c) { return test::texture(x + 77, y + 5, c); })};
}

Image pack(const StereoPair& pair, StereoLayout layout) {
  StereoOptions options;
  options.layout = layout;
  return StereoEncoder(Device::cpu(1), options).pack(pair);
}

TEST(Pack, SideBySideHasTheLeftEyeLeft) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const StereoPair pair = views(31, 20, format);
    const Image out = pack(pair, StereoLayout::side_by_side);
    ASSERT_EQ(out.width(), 62);
    ASSERT_EQ(out.height(), 20);
    EXPECT_TRUE(same(part(out, 0, 0, 31, 20), pair.left));
    EXPECT_TRUE(same(part(out, 31, 0, 31, 20), pair.right));
  }
}

TEST(Pack, CrossEyedHasTheRightEyeLeft) {
  const StereoPair pair = views(31, 20);
  const Image out = pack(pair, StereoLayout::cross_eyed);
  ASSERT_EQ(out.width(), 62);
  ASSERT_EQ(out.height(), 20);
  EXPECT_TRUE(same(part(out, 0, 0, 31, 20), pair.right));
  EXPECT_TRUE(same(part(out, 31, 0, 31, 20), pair.left));
}

TEST(Pack, TopBottomHasTheLeftEyeOnTop) {
  const StereoPair pair = views(31, 20);
  const Image out = pack(pair, StereoLayout::top_bottom);
  ASSERT_EQ(out.width(), 31);
  ASSERT_EQ(out.height(), 40);
  EXPECT_TRUE(same(part(out, 0, 0, 31, 20), pair.left));
  EXPECT_TRUE(same(part(out, 0, 20, 31, 20), pair.right));
}

TEST(Pack, HalfSideBySideSqueezesEachToHalf) {
  const StereoPair pair = views(40, 20);
  const Image out = pack(pair, StereoLayout::half_side_by_side);
  ASSERT_EQ(out.width(), 40);
  ASSERT_EQ(out.height(), 20);
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 20; ++x) {
      for (int c = 0; c < 3; ++c) {
        EXPECT_NEAR(at(out, x, y, c), (at(pair.left, 2 * x, y, c) + at(pair.left, 2 * x + 1, y, c)) / 2, 0.51 / 255);
        EXPECT_NEAR(at(out, 20 + x, y, c), (at(pair.right, 2 * x, y, c) + at(pair.right, 2 * x + 1, y, c)) / 2,
                    0.51 / 255);
      }
    }
  }
  for (const int width : {1, 2, 3, 7}) {
    const Image odd = pack(views(width, 4), StereoLayout::half_side_by_side);
    EXPECT_EQ(odd.width(), width);
    EXPECT_EQ(odd.height(), 4);
  }
}

TEST(Pack, AnaglyphIsDuboisInLight) {
  // E. Dubois, sRGB display and red-cyan glasses.
  constexpr double from_left[3][3] = {{0.437, 0.449, 0.164}, {-0.062, -0.062, -0.024}, {-0.048, -0.050, -0.017}};
  constexpr double from_right[3][3] = {{-0.011, -0.032, -0.007}, {0.377, 0.761, 0.009}, {-0.026, -0.093, 1.234}};
  const auto unit = [](double v) { return std::clamp(v, 0.0, 1.0); };
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3}) {
    const StereoPair pair = views(60, 40, format);
    const Image out = pack(pair, StereoLayout::anaglyph);
    ASSERT_EQ(out.width(), 60);
    ASSERT_EQ(out.height(), 40);
    EXPECT_EQ(out.format(), format);
    double worst = 0;
    for (int y = 0; y < 40; ++y) {
      for (int x = 0; x < 60; ++x) {
        for (int c = 0; c < 3; ++c) {
          double left = 0, right = 0;
          for (int k = 0; k < 3; ++k) {
            left += from_left[c][k] * test::light_of(at(pair.left, x, y, k));
            right += from_right[c][k] * test::light_of(at(pair.right, x, y, k));
          }
          worst = std::max(worst, std::fabs(at(out, x, y, c) - test::code_of(unit(unit(left) + unit(right)))));
        }
      }
    }
    EXPECT_LE(worst, format.scalar == Scalar::u8 ? 1.0 / 255 : 1e-3) << static_cast<int>(format.scalar);
  }
}

TEST(Pack, KeepsTheColoursMeaning) {
  StereoPair pair = views(8, 8);
  const Color color{Primaries::display_p3, Transfer::bt709, false};
  pair.left.set_color(color);
  pair.right.set_color(color);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(pack(pair, static_cast<StereoLayout>(i)).color(), color);
}

TEST(Pack, RefusesViewsThatDoNotMatch) {
  const auto error = [](const StereoPair& pair, StereoLayout layout = StereoLayout::side_by_side) {
    return error_of([&] { pack(pair, layout); });
  };
  EXPECT_EQ(error({}), "invalid_argument: The left view is empty.");
  EXPECT_EQ(error({test::photo(4, 4), {}}), "invalid_argument: The right view is empty.");
  EXPECT_EQ(error({test::photo(4, 4), test::photo(5, 4)}),
            "invalid_argument: The left view is 4 x 4 pixels, the right view 5 x 4; they must be the same.");
  EXPECT_EQ(error({test::photo(4, 4), test::photo(4, 4, test::u16_3)}),
            "invalid_argument: The left and the right view differ in pixel format.");
  EXPECT_EQ(error(views(4, 4, test::u8_1), StereoLayout::anaglyph),
            "invalid_argument: An anaglyph needs views of 3 channels; these have 1.");
  EXPECT_EQ(error(views(40000, 1)),
            "invalid_argument: An image of 80000 x 1 pixels is out of range; each side is 1 to 65535.");
}

}  // namespace
}  // namespace relievo
