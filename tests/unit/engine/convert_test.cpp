#include <cmath>
#include <limits>

#include "kernels/transfer.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr Scalar all_scalars[] = {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32};
constexpr Transfer all_transfers[] = {Transfer::srgb, Transfer::linear, Transfer::bt709, Transfer::gamma22};

TEST(Convert, MatchesItsDefinitionForEveryScalarAndChannelCount) {
  TestEngine engine(2);
  for (const Scalar from : all_scalars) {
    for (const Scalar to : all_scalars) {
      for (const int a : {1, 3, 4}) {
        for (const int b : {1, 3, 4}) {
          const Picture in = random_picture(37, 21, {from, std::uint8_t(a)});
          Picture out(37, 21, {to, std::uint8_t(b)});
          engine.convert(in, out);
          EXPECT_TRUE(near(out, rounding(to, 2e-6),
                           [&](int x, int y, int c) {
                             const auto code = [&](int k) { return in.at(x, y, k) / full(from); };
                             double value = 0;
                             if (b == 1 && a != 1) {
                               value = 0.2126 * code(0) + 0.7152 * code(1) + 0.0722 * code(2);
                             } else if (c == 3) {
                               value = a == 4 ? code(3) : 1;
                             } else {
                               value = code(a == 1 ? 0 : c);
                             }
                             return value * full(to);
                           }))
              << a << " to " << b << " channels from scalar " << int(from);
        }
      }
    }
  }
}

TEST(Convert, AppliesCurvesToColourButNotToAlpha) {
  TestEngine engine(1);
  for (const Scalar from : all_scalars) {
    for (const Scalar to : all_scalars) {
      for (const Transfer a : all_transfers) {
        for (const Transfer b : all_transfers) {
          const Picture in = random_picture(19, 11, {from, 4}, 3, {Primaries::bt709, a, false});
          Picture out(19, 11, {to, 4}, {Primaries::bt709, b, false});
          engine.convert(in, out);
          const double tolerance = rounding(to, 1e-6) + (to == Scalar::u16 ? 0.05 : 0);
          EXPECT_TRUE(near(out, tolerance,
                           [&](int x, int y, int c) {
                             const double code = in.at(x, y, c) / full(from);
                             return (c == 3 || a == b ? code : from_linear(int(b), to_linear(int(a), code))) * full(to);
                           }))
              << int(a) << " to " << int(b);
        }
      }
    }
  }
}

TEST(Convert, CodesSurviveTheWayThroughWiderTypes) {
  TestEngine engine(1);
  Picture codes(256, 1, {Scalar::u8, 1});
  for (int v = 0; v < 256; ++v) codes.set(v, 0, 0, v);
  for (const Scalar wide : {Scalar::u16, Scalar::f16, Scalar::f32}) {
    Picture there(256, 1, {wide, 1});
    Picture back(256, 1, {Scalar::u8, 1});
    engine.convert(codes, there);
    engine.convert(there, back);
    EXPECT_TRUE(back.same_bits(codes)) << int(wide);
  }
}

TEST(Convert, EveryIntegerBecomesItsNearestFloat) {
  TestEngine engine(1);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16}) {
    const int count = scalar == Scalar::u8 ? 256 : 32768;
    Picture codes(count, 2, {scalar, 1}), floats(count, 2, {Scalar::f32, 1});
    const auto code = [&](int x, int y) { return scalar == Scalar::u8 ? x : 2 * x + y; };
    for (int y = 0; y < 2; ++y) {
      for (int x = 0; x < count; ++x) codes.set(x, y, 0, code(x, y));
    }
    engine.convert(codes, floats);
    EXPECT_TRUE(near(floats, 0, [&](int x, int y, int) { return float(code(x, y)) / float(full(scalar)); }));
  }
}

TEST(Convert, ClampsWhatAnIntegerCannotHold) {
  TestEngine engine(1);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  const float values[] = {-infinity, -1, -0.0f, 0.5f, 1, 2, infinity, nan};
  const double expected[] = {0, 0, 0, 128, 255, 255, 255, 0};
  Picture in(8, 1, {Scalar::f32, 1});
  for (int i = 0; i < 8; ++i) in.set(i, 0, 0, values[i]);
  in.view().row<float>(0)[7] = nan;
  Picture out(8, 1, {Scalar::u8, 1});
  engine.convert(in, out);
  for (int i = 0; i < 8; ++i) EXPECT_EQ(out.at(i, 0, 0), expected[i]) << i;
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
