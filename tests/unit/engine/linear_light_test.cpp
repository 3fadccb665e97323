#include <cmath>

#include "kernels/transfer.hpp"
#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr Scalar all_scalars[] = {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32};
constexpr Transfer all_transfers[] = {Transfer::srgb, Transfer::linear, Transfer::bt709, Transfer::gamma22};

TEST(LinearLight, EveryByteSurvivesTheWayThereAndBack) {
  TestEngine engine(1);
  for (const Transfer transfer : all_transfers) {
    const Color color{Primaries::bt709, transfer, false};
    for (const int channels : {1, 3}) {
      const PixelFormat format{Scalar::u8, std::uint8_t(channels)};
      Picture in(256, 1, format, color);
      for (int v = 0; v < 256; ++v) {
        for (int c = 0; c < channels; ++c) in.set(v, 0, c, (v + 85 * c) % 256);
      }
      const Picture opaque = constant_picture(256, 1, {Scalar::u8, 1}, 255);
      for (const ImageView& coverage : {ImageView{}, opaque.view()}) {
        Picture light(256, 1, {Scalar::u16, 4}, {Primaries::bt709, Transfer::linear, true});
        Picture out(256, 1, format, color);
        engine.premultiply_linear(in, coverage, 0, light);
        engine.unpremultiply_linear(light, out);
        EXPECT_TRUE(out.same_bits(in)) << "curve " << int(transfer);
      }
    }
  }
}

TEST(LinearLight, PremultipliesColourByAlphaAndCoverage) {
  TestEngine engine(2);
  for (const Scalar scalar : all_scalars) {
    for (const Transfer transfer : all_transfers) {
      for (const int channels : {1, 3, 4}) {
        const Picture in = random_picture(61, 40, {scalar, std::uint8_t(channels)}, 1, {{}, transfer, false});
        const Picture coverage = random_picture(61, 40, {Scalar::u8, 1}, 2);
        Picture out(61, 33, {Scalar::u16, 4});
        engine.premultiply_linear(in, coverage, 7, out);
        EXPECT_TRUE(near(out, 1.6, [&](int x, int y, int c) {
          double alpha = coverage.at(x, y + 7, 0) / 255;
          if (channels == 4) alpha *= in.at(x, y + 7, 3) / full(scalar);
          if (c == 3) return alpha * 65535;
          return alpha * 65535 * to_linear(int(transfer), in.at(x, y + 7, channels == 1 ? 0 : c) / full(scalar));
        }));
      }
    }
  }
}

TEST(LinearLight, DividesByAlphaOnTheWayBack) {
  TestEngine engine(2);
  Picture light = random_picture(61, 40, {Scalar::u16, 4});
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 61; ++x) {
      const double alpha = y == 0 ? 0 : std::max(20000.0, light.at(x, y, 3));
      light.set(x, y, 3, alpha);
      for (int c = 0; c < 3; ++c) light.set(x, y, c, std::floor(light.at(x, y, c) * alpha / 65535));
    }
  }
  for (const Scalar scalar : all_scalars) {
    for (const Transfer transfer : all_transfers) {
      for (const int channels : {1, 3}) {
        Picture out(61, 40, {scalar, std::uint8_t(channels)}, {{}, transfer, false});
        engine.unpremultiply_linear(light, out);
        // The division rounds to a linear code value first.
        const double tolerance = scalar == Scalar::u8 ? 0.6 : scalar == Scalar::u16 ? 200 : 3e-3;
        EXPECT_TRUE(near(out, tolerance, [&](int x, int y, int c) {
          const double alpha = light.at(x, y, 3);
          return alpha == 0 ? 0 : full(scalar) * from_linear(int(transfer), light.at(x, y, c) / alpha);
        })) << int(transfer);
      }
    }
  }
}

TEST(Transfer, CurvesUndoEachOtherAndMirrorNegativeValues) {
  for (int curve = 0; curve < 4; ++curve) {
    for (double v = -1.5; v <= 1.5; v += 0.001) {
      EXPECT_NEAR(from_linear(curve, to_linear(curve, v)), v, 2e-6) << curve;
      EXPECT_EQ(to_linear(curve, -v), -to_linear(curve, v));
    }
  }
  EXPECT_NEAR(to_linear(0, 0.5), 0.21404114, 1e-8);
  EXPECT_NEAR(to_linear(0, 0.04), 0.04 / 12.92, 1e-12);
  EXPECT_NEAR(to_linear(1, 0.5), 0.5, 0);
  EXPECT_NEAR(to_linear(2, 0.5), 0.2597194, 1e-6);
  EXPECT_NEAR(to_linear(2, 0.045), 0.01, 1e-12);
  EXPECT_NEAR(to_linear(3, 0.5), 0.2176376, 1e-7);
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
