#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

ApertureShape polygon(int blades, float roundness, float rotation, float squeeze) {
  ApertureShape shape;
  shape.blades = blades;
  shape.roundness = roundness;
  shape.rotation = rotation;
  shape.squeeze = squeeze;
  return shape;
}
ApertureShape turned(ApertureShape shape, float rotation, float squeeze) {
  shape.rotation = rotation;
  shape.squeeze = squeeze;
  return shape;
}
const ApertureShape shapes[] = {Aperture::circle,
                                Aperture::hexagon,
                                Aperture::octagon,
                                Aperture::heart,
                                turned(Aperture::heart, 0, 1.5f),
                                turned(Aperture::circle, 0, 2),
                                polygon(5, 0, 0, 1),
                                polygon(9, 0.5f, 30, 2),
                                Aperture::line,
                                turned(Aperture::line, 90, 1),
                                turned(Aperture::line, 50, 1)};

std::string name_of(const ApertureShape& shape) {
  return std::string(relievo::name_of(shape.shape)) + ", " + std::to_string(shape.blades) + " blades, turned " +
         std::to_string(shape.rotation);
}
constexpr PixelFormat formats[] = {{Scalar::u16, 4}, {Scalar::f32, 4}};
constexpr PixelFormat map{Scalar::f32, 1};

// Least r for which (x, y) lies in the aperture of radius r.
double reach_of(const ApertureShape& shape, double x, double y) {
  if (x == 0 && y == 0) return 0;
  const double turn = static_cast<double>(shape.rotation) * std::numbers::pi / 180;
  if (shape.shape == Aperture::line) {
    // The pixel of its column, or of its row, that lies nearest to the line.
    const double along_x = std::cos(turn) / static_cast<double>(shape.squeeze), along_y = std::sin(turn);
    const bool steep = std::fabs(along_y) > std::fabs(along_x);
    const double times = steep ? y / along_y : x / along_x;
    const double off = steep ? times * along_x - x : times * along_y - y;
    return std::fabs(off) < 0.5 ? std::fabs(times) : 1000;
  }
  const double distance = std::hypot(x * static_cast<double>(shape.squeeze), y);
  const double angle = std::atan2(x * static_cast<double>(shape.squeeze), -y) - turn;  // from above, clockwise
  if (shape.shape == Aperture::heart) {
    const auto inside = [&](double r) {
      const double u = 1.2 * distance * std::sin(angle) / r, v = 0.1 + 1.2 * distance * std::cos(angle) / r;
      return std::pow(u * u + v * v - 1, 3) <= u * u * v * v * v;
    };
    double low = 0, high = 1000;
    while (high - low > 1e-9) (inside((low + high) / 2) ? high : low) = (low + high) / 2;
    return high;
  }
  if (shape.blades == 0) return distance;
  // The corner angle beside which the point lies, corners up: the side's distance over that of a circle's radius 1.
  const double side = 2 * std::numbers::pi / shape.blades;
  const double off = std::fmod(angle + 4 * std::numbers::pi, side) - side / 2;
  const auto round = static_cast<double>(shape.roundness);
  return distance * ((1 - round) * std::cos(off) / std::cos(side / 2) + round);
}

double cover(double radius, double reach) { return std::clamp(radius + 0.5 - reach, 0.0, 1.0); }

// The definition in doubles.
class Oracle {
 public:
  Oracle(const Picture& in, const Picture& disparity, const Picture& radius, const ApertureShape& shape, int radius_max)
      : in_(in), disparity_(disparity), taps_(radius_max + 1) {
    for (int dy = -taps_; dy <= taps_; ++dy) {
      for (int dx = -taps_; dx <= taps_; ++dx) reach_.push_back(reach_of(shape, -dx, -dy));
    }
    for (int y = 0; y < in.height(); ++y) {
      for (int x = 0; x < in.width(); ++x) {
        radius_.push_back(static_cast<float>(radius.at(x, y, 0)) * static_cast<float>(radius_max));
        double area = 0;
        for (const double reach : reach_) area += cover(radius_.back(), reach);
        area_.push_back(area);
      }
    }
  }

  double operator()(int x, int y, int c) const {
    const std::size_t own = index(x, y);
    double light = 0, weight = 0;
    std::size_t tap = 0;
    for (int dy = -taps_; dy <= taps_; ++dy) {
      for (int dx = -taps_; dx <= taps_; ++dx, ++tap) {
        const int qx = x + dx, qy = y + dy;
        if (qx < 0 || qy < 0 || qx >= in_.width() || qy >= in_.height()) continue;
        const std::size_t theirs = index(qx, qy);
        const bool nearer = disparity_.at(qx, qy, 0) > disparity_.at(x, y, 0);
        const std::size_t by = nearer || radius_[theirs] < radius_[own] ? theirs : own;
        const double w = cover(radius_[by], reach_[tap]) / area_[by];
        light += w * in_.at(qx, qy, c);
        weight += w;
      }
    }
    return light / weight;
  }

 private:
  std::size_t index(int x, int y) const { return std::size_t(y) * in_.width() + x; }

  const Picture &in_, &disparity_;
  int taps_;
  std::vector<float> radius_;
  std::vector<double> reach_, area_;
};

// Patches of constant radius in multiples of 1/64 px, where the engine's table of areas is exact, and pixels of all
// radii.
Picture patchy_radii(int width, int height, double largest, unsigned seed) {
  Picture picture = random_picture(width, height, map, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double value = (x / 9 + y / 5) % 3 == 0 ? picture.at(x, y, 0) : ((x / 9 + 2 * (y / 5)) % 4) / 3.0;
      picture.set(x, y, 0, std::round(64 * largest * value) / 64 / largest);
    }
  }
  return picture;
}

// A few steps of depth, so that many pixels are equally far.
Picture steps(int width, int height, unsigned seed) {
  Picture picture = random_picture(width, height, map, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) picture.set(x, y, 0, std::floor(4 * picture.at(x, y, 0)) / 4);
  }
  return picture;
}

TEST(GatherBlur, MatchesItsDefinition) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : {Size{1, 1}, Size{1, 7}, Size{7, 1}, Size{17, 13}, Size{61, 27}, Size{131, 9}}) {
      const Picture in = random_picture(size.width, size.height, format, 1);
      const Picture disparity = steps(size.width, size.height, 2);
      const Picture radius = patchy_radii(size.width, size.height, 5, 3);
      for (const ApertureShape& shape : shapes) {
        Picture out(size.width, size.height, format);
        engine.gather_blur(in, disparity, radius, out, shape, 5, 0);
        EXPECT_TRUE(near(out, rounding(format.scalar, 3e-6), Oracle(in, disparity, radius, shape, 5)))
            << name_of(shape);
      }
    }
  }
}

// Sharp on the left, up to 24 px on the right.
TEST(GatherBlur, LargeRadiiAndSharpPartsMatchTheDefinition) {
  TestEngine engine(2);
  const Picture in = random_picture(140, 40, {Scalar::u16, 4}, 1);
  const Picture disparity = steps(140, 40, 2);
  Picture radius = patchy_radii(140, 40, 24, 3);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 80; ++x) radius.set(x, y, 0, 0);
  }
  for (const Aperture shape : {Aperture::circle, Aperture::heart}) {
    Picture out(140, 40, {Scalar::u16, 4});
    engine.gather_blur(in, disparity, radius, out, shape, 24, 0);
    // A half for rounding, and what 1800 taps lose in floats.
    EXPECT_TRUE(near(out, 0.55, Oracle(in, disparity, radius, shape, 24))) << name_of(shape);
  }
}

TEST(GatherBlur, RadiiBetweenTheStepsOfTheTableAreClose) {
  TestEngine engine(1);
  const Picture in = random_picture(40, 30, {Scalar::f32, 4}, 1);
  const Picture disparity = steps(40, 30, 2);
  const Picture radius = random_picture(40, 30, map, 3);
  for (const ApertureShape& shape : shapes) {
    Picture out(40, 30, {Scalar::f32, 4});
    engine.gather_blur(in, disparity, radius, out, shape, 6, 0);
    EXPECT_TRUE(near(out, 2e-3, Oracle(in, disparity, radius, shape, 6))) << name_of(shape);
  }
}

TEST(GatherBlur, WithoutRadiusIsTheInputBitForBit) {
  TestEngine engine(1);
  for (const PixelFormat format : formats) {
    const Picture in = random_picture(61, 47, format);
    const Picture disparity = random_picture(61, 47, map, 2);
    Picture out(61, 47, format);
    engine.gather_blur(in, disparity, constant_picture(61, 47, map, 0), out, Aperture::hexagon, 20, 0);
    EXPECT_TRUE(out.same_bits(in));
  }
}

TEST(GatherBlur, KeepsAConstantImageBitForBit) {
  TestEngine engine(1);
  const Picture in = constant_picture(61, 47, {Scalar::u16, 4}, 45875);
  const Picture disparity = steps(61, 47, 2);
  for (const ApertureShape& shape : shapes) {
    Picture out(61, 47, {Scalar::u16, 4});
    engine.gather_blur(in, disparity, patchy_radii(61, 47, 9, 3), out, shape, 9, 0);
    EXPECT_TRUE(out.same_bits(in)) << name_of(shape);
  }
}

// A far bright half out of focus beside a near dark one in focus, and the other way round.
TEST(GatherBlur, WhatIsFartherNeverSpreadsOverWhatIsNearerAndSharp) {
  TestEngine engine(1);
  Picture in(60, 20, {Scalar::u16, 4}), disparity(60, 20, map), radius(60, 20, map);
  for (const bool near_is_sharp : {true, false}) {
    for (int y = 0; y < 20; ++y) {
      for (int x = 0; x < 60; ++x) {
        for (int c = 0; c < 4; ++c) in.set(x, y, c, x < 30 ? 1000 : 60000);
        disparity.set(x, y, 0, (x < 30) == near_is_sharp ? 1 : 0);
        radius.set(x, y, 0, x < 30 ? 0 : 1);
      }
    }
    Picture out(60, 20, {Scalar::u16, 4});
    engine.gather_blur(in, disparity, radius, out, Aperture::circle, 8, 0);
    for (int x = 0; x < 60; ++x) {
      if (x < 30 && (near_is_sharp || x < 22)) {
        EXPECT_EQ(out.at(x, 10, 0), 1000) << x;
      } else if (x < 30) {
        EXPECT_GT(out.at(x, 10, 0), out.at(x - 1, 10, 0)) << x;
      }
    }
  }
}

TEST(GatherBlur, ALightBecomesTheApertureAndKeepsItsEnergy) {
  TestEngine engine(1);
  const Picture disparity = constant_picture(41, 41, map, 0.5);
  Picture in = constant_picture(41, 41, {Scalar::f32, 4}, 0);
  for (int c = 0; c < 4; ++c) in.set(20, 20, c, 1);
  for (const ApertureShape& shape : shapes) {
    for (const int size : {1, 4, 9}) {
      Picture out(41, 41, {Scalar::f32, 4});
      engine.gather_blur(in, disparity, constant_picture(41, 41, map, 1), out, shape, size, 0);
      double energy = 0, area = 0;
      for (int y = -20; y <= 20; ++y) {
        for (int x = -20; x <= 20; ++x) area += cover(size, reach_of(shape, x, y));
      }
      for (int y = 0; y < 41; ++y) {
        for (int x = 0; x < 41; ++x) {
          energy += out.at(x, y, 0);
          EXPECT_NEAR(out.at(x, y, 0), cover(size, reach_of(shape, x - 20, y - 20)) / area, 1e-5)
              << name_of(shape) << " " << size << ": " << x << ", " << y;
        }
      }
      EXPECT_NEAR(energy, 1, 1e-5) << name_of(shape);
    }
  }
}

// More shapes one after the other than any engine keeps, in both orders.
TEST(GatherBlur, ManyShapesDoNotMixUp) {
  TestEngine engine(1);
  const Picture in = random_picture(30, 20, {Scalar::f32, 4}, 1);
  const Picture disparity = steps(30, 20, 2), radius = patchy_radii(30, 20, 4, 3);
  std::vector<Picture> before;
  for (int blades = 3; blades <= 14; ++blades) {
    Picture out(30, 20, {Scalar::f32, 4});
    engine.gather_blur(in, disparity, radius, out, polygon(blades, 0, 0, 1), 4, 0);
    EXPECT_TRUE(near(out, 3e-6, Oracle(in, disparity, radius, polygon(blades, 0, 0, 1), 4))) << blades;
    before.push_back(std::move(out));
  }
  for (int blades = 14; blades >= 3; --blades) {
    Picture out(30, 20, {Scalar::f32, 4});
    engine.gather_blur(in, disparity, radius, out, polygon(blades, 0, 0, 1), 4, 0);
    EXPECT_TRUE(out.same_bits(before[static_cast<std::size_t>(blades - 3)])) << blades;
  }
}

TEST(GatherBlur, BandsEqualTheWhole) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    const Picture in = random_picture(61, 70, format);
    const Picture disparity = steps(61, 70, 2), radius = patchy_radii(61, 70, 7, 3);
    Picture whole(61, 70, format);
    engine.gather_blur(in, disparity, radius, whole, Aperture::heart, 7, 0);
    for (const int first : {0, 13, 53}) {
      Picture band(61, 17, format);
      engine.gather_blur(in, disparity, radius, band, Aperture::heart, 7, first);
      EXPECT_TRUE(near(band, 0, [&](int x, int y, int c) { return whole.at(x, first + y, c); }));
    }
  }
}

TEST(GatherBlur, RadiiAreClampedToTheirRange) {
  TestEngine engine(1);
  const Picture in = random_picture(30, 20, {Scalar::u16, 4});
  const Picture disparity = steps(30, 20, 2);
  Picture wild = patchy_radii(30, 20, 4, 3), tame = wild;
  wild.set(3, 3, 0, -5);
  tame.set(3, 3, 0, 0);
  wild.set(15, 10, 0, 1e9);
  tame.set(15, 10, 0, 1);
  wild.set(20, 5, 0, std::numeric_limits<float>::quiet_NaN());
  tame.set(20, 5, 0, 0);
  Picture out(30, 20, {Scalar::u16, 4}), expected(30, 20, {Scalar::u16, 4});
  engine.gather_blur(in, disparity, wild, out, Aperture::circle, 4, 0);
  engine.gather_blur(in, disparity, tame, expected, Aperture::circle, 4, 0);
  EXPECT_TRUE(out.same_bits(expected));
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
