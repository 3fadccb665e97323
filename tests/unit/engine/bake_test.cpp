// Steps of a bake, pixel by pixel.
#include <cmath>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr Scalar all_scalars[] = {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32};

TEST(SplitAlpha, LeavesStraightColourBitForBit) {
  TestEngine engine(2);
  for (const Scalar scalar : all_scalars) {
    for (const Size size : sizes()) {
      const Picture in = random_picture(size.width, size.height, {scalar, 4});
      Picture color(size.width, size.height, {scalar, 3}), alpha(size.width, size.height, {scalar, 1});
      engine.split_alpha(in, color, alpha);
      EXPECT_TRUE(near(color, 0, [&](int x, int y, int c) { return in.at(x, y, c); }));
      EXPECT_TRUE(near(alpha, 0, [&](int x, int y, int) { return in.at(x, y, 3); }));
    }
  }
}

TEST(SplitAlpha, DividesPremultipliedColour) {
  TestEngine engine(2);
  for (const Scalar scalar : all_scalars) {
    Picture in = random_picture(61, 147, {scalar, 4}, 1, {{}, Transfer::srgb, true});
    for (int y = 0; y < in.height(); ++y) {
      for (int x = 0; x < in.width(); ++x) {
        if (y == 3) in.set(x, y, 3, 0);
        for (int c = 0; c < 3 && y > 5; ++c) in.set(x, y, c, in.at(x, y, c) * in.at(x, y, 3) / full(scalar));
      }
    }
    Picture color(61, 147, {scalar, 3}), alpha(61, 147, {scalar, 1});
    engine.split_alpha(in, color, alpha);
    const bool integer = scalar == Scalar::u8 || scalar == Scalar::u16;
    EXPECT_TRUE(near(alpha, 0, [&](int x, int y, int) { return in.at(x, y, 3); }));
    for (int y = 0; y < in.height(); ++y) {
      for (int x = 0; x < in.width(); ++x) {
        for (int c = 0; c < 3; ++c) {
          const double a = in.at(x, y, 3) / full(scalar);
          const double straight = a > 0 ? in.at(x, y, c) / a : 0;
          const double expected = integer ? std::min(straight, full(scalar)) : straight;
          ASSERT_NEAR(color.at(x, y, c), expected, rounding(scalar) * std::max(1.0, integer ? 1.0 : expected));
        }
      }
    }
    EXPECT_TRUE(color.outside_untouched());
  }
}

TEST(MaskAbove, JoinsWhatIsAboveWithAnotherMask) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    const Picture in = random_picture(size.width, size.height, {Scalar::u8, 1}, 1);
    Picture also = random_picture(size.width, size.height, {Scalar::u8, 1}, 2);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) also.set(x, y, 0, also.at(x, y, 0) < 128 ? 0 : also.at(x, y, 0));
    }
    for (const int threshold : {0, 8, 127, 255}) {
      Picture out(size.width, size.height, {Scalar::u8, 1});
      engine.mask_above(in, threshold, {}, out);
      EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return in.at(x, y, 0) > threshold ? 255 : 0; }));
      const auto joined = [&](int x, int y, int) {
        return in.at(x, y, 0) > threshold || also.at(x, y, 0) != 0 ? 255 : 0;
      };
      engine.mask_above(in, threshold, also, out);
      EXPECT_TRUE(near(out, 0, joined));
      engine.copy(also, out);
      engine.mask_above(in, threshold, out, out);
      EXPECT_TRUE(near(out, 0, joined)) << "in place";
    }
  }
}

TEST(Invert, TakesEachByteFrom255) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    const Picture in = random_picture(size.width, size.height, {Scalar::u8, 1});
    Picture out(size.width, size.height, {Scalar::u8, 1});
    engine.invert(in, out);
    EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return 255 - in.at(x, y, 0); }));
    engine.invert(out, out);
    EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return in.at(x, y, 0); }));
  }
}

TEST(Decontaminate, SolvesTheCompositingEquationAtSoftEdges) {
  TestEngine engine(2);
  for (const Scalar scalar : all_scalars) {
    for (const int channels : {1, 3}) {
      for (const Size size : sizes()) {
        const PixelFormat format{scalar, std::uint8_t(channels)};
        const Picture photo = random_picture(size.width, size.height, format, 1);
        const Picture behind = random_picture(size.width, size.height, format, 2);
        Picture cover = random_picture(size.width, size.height, {Scalar::u8, 1}, 3);
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            if (y % 4 == 1) cover.set(x, y, 0, x % 3 == 0 ? 0 : 255);
          }
        }
        Picture front = photo, back = behind;
        engine.decontaminate(cover, front, back);
        const double high = scalar == Scalar::u8 || scalar == Scalar::u16 ? full(scalar) : INFINITY;
        const auto solved = [&](int x, int y, int c) {
          const double a = cover.at(x, y, 0) / 255, value = photo.at(x, y, c);
          if (a == 0 || a == 1) return value;
          const double gain = a * (1 - a) / (a * a + 0.03);
          return std::clamp(value + (value - behind.at(x, y, c)) * gain, 0.0, high);
        };
        const double tolerance =
            rounding(scalar, 2e-6) * (scalar == Scalar::f16 ? 3 : 1) + (scalar == Scalar::u16 ? 0.05 : 0);
        EXPECT_TRUE(near(front, tolerance, solved));
        EXPECT_TRUE(near(back, tolerance, [&](int x, int y, int c) {
          const double a = cover.at(x, y, 0) / 255, b = behind.at(x, y, c);
          if (a == 0 || a == 1) return b;
          const double missing = photo.at(x, y, c) - a * solved(x, y, c) - (1 - a) * b;
          const double unseen = full(scalar) / 64;
          return std::clamp(b + std::clamp(missing, -unseen, unseen), 0.0, high);
        }));
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
