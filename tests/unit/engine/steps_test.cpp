#include "kernels/steps.hpp"

#include <cmath>
#include <cstdint>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat f32_1{Scalar::f32, 1};
constexpr int width = 80, height = 40;

// A wall before a background, whose outline is a slanted line.
double outline(int y) { return 38 + 0.15 * y; }

Picture photo(PixelFormat format) {
  Picture out(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const double texture = 0.04 * std::sin(0.8 * x + c) + 0.03 * std::sin(1.1 * y);
        out.set(x, y, c, full(format.scalar) * ((x < outline(y) ? 0.3 + 0.1 * c : 0.75 - 0.2 * c) + texture));
      }
    }
  }
  return out;
}

// The way up takes six pixels and lies a pixel beside the outline.
Picture smeared(double beside) {
  Picture out(width, height, f32_1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double part = std::clamp((x + 0.5 - outline(y) - beside) / 6 + 0.5, 0.0, 1.0);
      out.set(x, y, 0, 0.2 + 0.0005 * x + 0.5 * part);
    }
  }
  return out;
}

TEST(Steps, AreSharpWhereColoursChange) {
  TestEngine engine(2);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3}) {
      const Picture color = photo({scalar, std::uint8_t(channels)}), disparity = smeared(1);
      Picture out(width, height, f32_1);
      engine.sharpen_steps(color, disparity, {0.04f, 4, 1}, out);
      int between = 0, wrong = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double level = out.at(x, y, 0) - 0.2 - 0.0005 * x;
          between += level > 0.07 && level < 0.43;
          wrong += std::fabs(x + 0.5 - outline(y)) > 1.01 && (level > 0.25) != (x + 0.5 > outline(y));
        }
      }
      EXPECT_EQ(between, 0) << channels;
      EXPECT_LE(wrong, height / 10) << channels;
    }
  }
}

TEST(Steps, WithoutColoursTheyAreSharpInTheMiddle) {
  TestEngine engine(1);
  const Picture grey = constant_picture(width, height, {Scalar::u8, 3}, 120), disparity = smeared(0);
  Picture out(width, height, f32_1);
  engine.sharpen_steps(grey, disparity, {0.04f, 4, 1}, out);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double away = x + 0.5 - outline(y);
      if (std::fabs(away) < 0.1) continue;
      EXPECT_NEAR(out.at(x, y, 0), 0.2 + 0.0005 * x + (away > 0 ? 0.5 : 0), 0.08) << x << ", " << y;
    }
  }
}

TEST(Steps, WhatIsNoStepStaysBitForBit) {
  TestEngine engine(2);
  const Picture color = random_picture(width, height, {Scalar::u8, 3}, 2);
  const auto same = [&](auto value, StepSearch how) {
    Picture disparity(width, height, f32_1), out(width, height, f32_1);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) disparity.set(x, y, 0, value(x, y));
    }
    engine.sharpen_steps(color, disparity, how, out);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (out.at(x, y, 0) != disparity.at(x, y, 0)) return false;
      }
    }
    return true;
  };
  // A slope, however steep; a step that is sharp; one that is low; steps of both kinds of a picture of one row.
  EXPECT_TRUE(same([](int x, int) { return 0.012 * x; }, {0.04f, 4, 1}));
  EXPECT_TRUE(same([](int x, int y) { return x + y < 50 ? 0.1 : 0.9; }, {0.04f, 4, 1}));
  EXPECT_TRUE(same([](int x, int) { return std::clamp(x / 6.0 - 5, 0.0, 1.0) * 0.03; }, {0.04f, 4, 1}));
  EXPECT_TRUE(same([](int x, int y) { return x > 20 && x < 24 && y > 9 && y < 30 ? 0.8 : 0.1; }, {0.04f, 6, 2}));
  // Where three surfaces meet the middle one is no way up.
  EXPECT_TRUE(same([](int x, int y) { return x < 40 ? 0.1 : y < 20 ? 0.4 : 0.9; }, {0.04f, 3, 1}));
  EXPECT_FALSE(same([](int x, int) { return std::clamp(x / 6.0 - 5, 0.0, 1.0); }, {0.04f, 4, 1}));
}

TEST(Steps, OfLargePicturesEveryFewPixelsAreAsked) {
  TestEngine engine(2);
  const int wide = 300;
  Picture color(wide, 30, {Scalar::u8, 3}), disparity(wide, 30, f32_1), out(wide, 30, f32_1);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < wide; ++x) {
      for (int c = 0; c < 3; ++c) color.set(x, y, c, x < 150 ? 60 : 190);
      disparity.set(x, y, 0, std::clamp((x + 0.5 - 148) / 20 + 0.5, 0.0, 1.0));
    }
  }
  engine.sharpen_steps(color, disparity, {0.04f, 12, 4}, out);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < wide; ++x) EXPECT_NEAR(out.at(x, y, 0), x < 150 ? 0 : 1, 0.13) << x;
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
