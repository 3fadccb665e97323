#include <cmath>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {{Scalar::u8, 3}, {Scalar::u16, 1}, {Scalar::f16, 4}, {Scalar::f32, 1}};
const Size pairs[][2] = {{{1, 1}, {3, 5}},     {{5, 4}, {1, 1}},     {{64, 48}, {16, 12}},   {{61, 47}, {23, 31}},
                         {{23, 31}, {61, 47}}, {{100, 7}, {33, 70}}, {{131, 67}, {131, 66}}, {{300, 5}, {1100, 9}}};

double bilinear_oracle(const Picture& in, double x, double y, int c) {
  x = std::clamp(x, 0.0, in.width() - 1.0);
  y = std::clamp(y, 0.0, in.height() - 1.0);
  const int x0 = int(x), y0 = int(y);
  const double tx = x - x0, ty = y - y0;
  return (in.at(x0, y0, c) * (1 - tx) + in.repeated(x0 + 1, y0, c) * tx) * (1 - ty) +
         (in.repeated(x0, y0 + 1, c) * (1 - tx) + in.repeated(x0 + 1, y0 + 1, c) * tx) * ty;
}

// Keys' kernel with a = -0.5 at distance d.
double keys(double d) {
  d = std::abs(d);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
}

// Overlap of input pixel i with output pixel o, in input pixels.
double overlap(int i, int o, double scale) {
  return std::max(0.0, std::min(i + 1.0, (o + 1) * scale) - std::max(double(i), o * scale));
}

TEST(Resize, BilinearMatchesItsDefinition) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const auto& [from, to] : pairs) {
      const Picture in = random_picture(from.width, from.height, format);
      Picture out(to.width, to.height, format);
      engine.resize(in, out, ResizeFilter::bilinear);
      EXPECT_TRUE(
          near(out, rounding(format.scalar) + (format.scalar == Scalar::u16 ? 0.05 : 0), [&](int x, int y, int c) {
            return bilinear_oracle(in, (x + 0.5) * from.width / to.width - 0.5,
                                   (y + 0.5) * from.height / to.height - 0.5, c);
          }));
    }
  }
}

TEST(Resize, BicubicMatchesItsDefinition) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const auto& [from, to] : pairs) {
      const Picture in = random_picture(from.width, from.height, format);
      Picture out(to.width, to.height, format);
      engine.resize(in, out, ResizeFilter::bicubic);
      EXPECT_TRUE(near(out, rounding(format.scalar) + (format.scalar == Scalar::u16 ? 0.05 : 0),
                       [&, from = from, to = to](int x, int y, int c) {
                         const double u = (x + 0.5) * from.width / to.width - 0.5;
                         const double v = (y + 0.5) * from.height / to.height - 0.5;
                         double sum = 0;
                         for (int j = int(std::floor(v)) - 1; j <= int(std::floor(v)) + 2; ++j) {
                           for (int i = int(std::floor(u)) - 1; i <= int(std::floor(u)) + 2; ++i) {
                             sum += keys(u - i) * keys(v - j) * in.repeated(i, j, c);
                           }
                         }
                         const double most = full(format.scalar);
                         return most > 1 ? std::clamp(sum, 0.0, most) : sum;
                       }));
    }
  }
}

TEST(Resize, BicubicKeepsAParabolaInside) {
  TestEngine engine(1);
  Picture in(20, 1, {Scalar::f32, 1});
  for (int x = 0; x < 20; ++x) in.set(x, 0, 0, 0.01 * (x + 0.5) * (x + 0.5) - 0.3 * (x + 0.5));
  Picture out(50, 1, {Scalar::f32, 1});
  engine.resize(in, out, ResizeFilter::bicubic);
  for (int x = 6; x < 44; ++x) {
    const double at = (x + 0.5) * 0.4;
    EXPECT_NEAR(out.at(x, 0, 0), 0.01 * at * at - 0.3 * at, 1e-6) << x;
  }
}

TEST(Resize, AreaIsTheMeanOfWhatAPixelCovers) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const auto& [from, to] : pairs) {
      const Picture in = random_picture(from.width, from.height, format);
      Picture out(to.width, to.height, format);
      engine.resize(in, out, ResizeFilter::area);
      const double sx = double(from.width) / to.width;
      const double sy = double(from.height) / to.height;
      EXPECT_TRUE(near(out, rounding(format.scalar), [&, from = from](int x, int y, int c) {
        double sum = 0;
        for (int v = 0; v < from.height; ++v) {
          for (int u = 0; u < from.width; ++u) sum += overlap(u, x, sx) * overlap(v, y, sy) * in.at(u, v, c);
        }
        return sum / (sx * sy);
      }));
    }
  }
}

TEST(Resize, AreaIsExactForWholeFactors) {
  TestEngine engine(1);
  const Picture in = random_picture(96, 60, {Scalar::u16, 3});
  Picture out(16, 15, {Scalar::u16, 3});
  engine.resize(in, out, ResizeFilter::area);
  EXPECT_TRUE(near(out, 0, [&](int x, int y, int c) {
    long sum = 0;
    for (int v = 0; v < 4; ++v) {
      for (int u = 0; u < 6; ++u) sum += long(in.at(6 * x + u, 4 * y + v, c));
    }
    return double((sum + 12) / 24);
  }));
}

TEST(Resize, AreaRoundsHalvesUpForAnyFactor) {
  TestEngine engine(1);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16}) {
    for (const auto& [from, to] : {std::pair{Size{10, 6}, Size{6, 4}}, std::pair{Size{1200, 3}, Size{7, 2}},
                                   std::pair{Size{3001, 9}, Size{1, 4}}}) {
      const Picture in = random_picture(from.width, from.height, {scalar, 3});
      Picture out(to.width, to.height, {scalar, 3});
      engine.resize(in, out, ResizeFilter::area);
      EXPECT_TRUE(near(out, 0, [&, from = from, to = to](int x, int y, int c) {
        long long sum = 0;
        for (int v = 0; v < from.height; ++v) {
          for (int u = 0; u < from.width; ++u) {
            const auto part = [](long long i, long long in_size, long long o, long long out_size) {
              return std::max(0ll,
                              std::min((i + 1) * out_size, (o + 1) * in_size) - std::max(i * out_size, o * in_size));
            };
            sum += part(u, from.width, x, to.width) * part(v, from.height, y, to.height) * (long long)in.at(u, v, c);
          }
        }
        const long long area = (long long)from.width * from.height;
        return double((2 * sum + area) / (2 * area));
      }));
    }
  }
}

TEST(Resize, NearestTakesThePixelUnderTheCentre) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    for (const auto& [from, to] : pairs) {
      const Picture in = random_picture(from.width, from.height, format);
      Picture out(to.width, to.height, format);
      engine.resize(in, out, ResizeFilter::nearest);
      EXPECT_TRUE(near(out, 0, [&, from = from, to = to](int x, int y, int c) {
        return in.at(int(std::floor((x + 0.5) * from.width / to.width)),
                     int(std::floor((y + 0.5) * from.height / to.height)), c);
      }));
    }
  }
}

TEST(Resize, KeepsAConstantImage) {
  TestEngine engine(1);
  for (const ResizeFilter filter :
       {ResizeFilter::nearest, ResizeFilter::bilinear, ResizeFilter::bicubic, ResizeFilter::area}) {
    const Picture in = constant_picture(37, 29, {Scalar::f32, 1}, 0.3);
    Picture out(53, 11, {Scalar::f32, 1});
    engine.resize(in, out, filter);
    EXPECT_TRUE(near(out, 0, [&](int, int, int) { return in.at(0, 0, 0); }));
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
