#include <cmath>

#include "kernels/anaglyph.hpp"
#include "kernels/blend.hpp"
#include "kernels/transfer.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {{Scalar::u8, 1},  {Scalar::u8, 3},  {Scalar::u16, 1},
                                   {Scalar::u16, 3}, {Scalar::f16, 3}, {Scalar::f32, 3}};

TEST(Blend, ProductsOfSixteenBitCodesAreExact) {
  for (unsigned a = 0; a < 65536; a += a < 300 || a > 65200 ? 1 : 37) {
    for (unsigned b = 0; b < 65536; b += b < 300 || b > 65200 ? 1 : 41) {
      ASSERT_EQ(product_65535(a, b), (std::uint64_t{a} * b * 2 + 65535) / (2 * 65535)) << a << " " << b;
    }
  }
}

TEST(Blend, MixturesAreExact) {
  for (unsigned cover = 0; cover < 256; ++cover) {
    for (unsigned a = 0; a < 256; ++a) {
      for (unsigned b = 0; b < 256; ++b) {
        ASSERT_EQ(mix_u8(a, b, cover), (a * cover + b * (255 - cover) + 127) / 255);
        const unsigned wide_a = a * 257 ^ (cover & 0xff), wide_b = b * 255 + cover;
        ASSERT_EQ(mix_u16(wide_a, wide_b, cover), (wide_a * cover + wide_b * (255 - cover) + 127) / 255);
      }
    }
  }
}

TEST(Flatten, CompositesFarToNear) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Picture far = random_picture(size.width, size.height, format, 1);
      const Picture middle = random_picture(size.width, size.height, format, 2);
      const Picture near_one = random_picture(size.width, size.height, format, 3);
      const Picture cover = random_picture(size.width, size.height, {Scalar::u8, 1}, 4);
      const Picture disc = disc_coverage(size.width, size.height, 0.3 * size.width);
      const LayerView layers[] = {{far, {}, {}}, {middle, cover, {}}, {near_one, disc, {}}};
      Picture out(size.width, size.height, format);
      engine.flatten(layers, 3, out);
      const double step = rounding(format.scalar);
      EXPECT_TRUE(near(out, 2 * step, [&](int x, int y, int c) {
        double value = far.at(x, y, c);
        value += cover.at(x, y, 0) / 255 * (middle.at(x, y, c) - value);
        return value + disc.at(x, y, 0) / 255 * (near_one.at(x, y, c) - value);
      }));
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          if (disc.at(x, y, 0) == 255) {
            EXPECT_EQ(out.at(x, y, 0), near_one.at(x, y, 0));
          } else if (disc.at(x, y, 0) == 0 && cover.at(x, y, 0) == 0) {
            EXPECT_EQ(out.at(x, y, 0), far.at(x, y, 0));
          }
        }
      }
    }
  }
}

TEST(Alpha, GoesOutRoundedAndInUntouched) {
  TestEngine engine(2);
  const Picture rgba = random_picture(61, 147, {Scalar::u16, 4});
  Picture alpha(61, 147, {Scalar::u8, 1});
  engine.extract_alpha(rgba, alpha);
  EXPECT_TRUE(near(alpha, 0, [&](int x, int y, int) { return std::round(rgba.at(x, y, 3) * 255 / 65535); }));
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    const Picture plane = random_picture(61, 147, {scalar, 1}, 5);
    const Picture before = random_picture(61, 147, {scalar, 4}, 6);
    Picture out(61, 147, {scalar, 4});
    engine.copy(before, out);
    engine.insert_alpha(plane, out);
    EXPECT_TRUE(near(out, 0, [&](int x, int y, int c) { return c == 3 ? plane.at(x, y, 0) : before.at(x, y, c); }));
  }
}

TEST(VisibleDisparity, IsThatOfTheNearestLayerHalfCovered) {
  TestEngine engine(2);
  const Picture far = random_picture(61, 147, {Scalar::f32, 1}, 1);
  const Picture near_one = random_picture(61, 147, {Scalar::f32, 1}, 2);
  const Picture cover = random_picture(61, 147, {Scalar::u8, 1}, 3);
  const LayerView layers[] = {{{}, {}, far}, {{}, cover, near_one}};
  Picture out(61, 147, {Scalar::f32, 1});
  engine.visible_disparity(layers, 2, out);
  EXPECT_TRUE(near(out, 0, [&](int x, int y, int) { return (cover.at(x, y, 0) >= 128 ? near_one : far).at(x, y, 0); }));
}

TEST(Anaglyph, WorksInLinearLight) {
  TestEngine engine(2);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    const Picture left = random_picture(61, 47, {scalar, 3}, 1);
    const Picture right = random_picture(61, 47, {scalar, 3}, 2);
    Picture out(61, 47, {scalar, 3});
    engine.anaglyph(left, right, out);
    const double tolerance = scalar == Scalar::u8 ? 0.52 : scalar == Scalar::u16 ? 0.6 : 1e-3;
    EXPECT_TRUE(near(out, tolerance, [&](int x, int y, int c) {
      float l[3], r[3], mixed[3];
      for (int k = 0; k < 3; ++k) {
        l[k] = float(to_linear(0, left.at(x, y, k) / full(scalar)));
        r[k] = float(to_linear(0, right.at(x, y, k) / full(scalar)));
      }
      anaglyph_pixel(l, r, mixed);
      return from_linear(0, double(mixed[c])) * full(scalar);
    }));
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
