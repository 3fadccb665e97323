// Apertures as runs, against their definitions pixel by pixel.
#include "core/aperture_mask.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace relievo {
namespace {

constexpr Aperture shapes[] = {Aperture::circle, Aperture::hexagon, Aperture::octagon, Aperture::heart};

// The mask as a square of 2 radius + 1.
std::vector<std::vector<int>> grid(const ApertureMask& mask) {
  const int side = 2 * mask.radius + 1;
  std::vector<std::vector<int>> out(side, std::vector<int>(side));
  for (const ApertureRun& run : mask.runs) {
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) ++out.at(run.dy + mask.radius).at(dx + mask.radius);
  }
  return out;
}

TEST(Aperture, RunsAreSortedApartAndAddUpToTheArea) {
  for (const Aperture shape : shapes) {
    for (int radius = 0; radius <= 128; ++radius) {
      const ApertureMask mask = make_aperture(shape, radius);
      int area = 0;
      for (std::size_t i = 0; i < mask.runs.size(); ++i) {
        const ApertureRun& run = mask.runs[i];
        area += run.dx_end - run.dx_begin;
        EXPECT_LT(run.dx_begin, run.dx_end);
        EXPECT_GE(run.dx_begin, -radius);
        EXPECT_LE(run.dx_end, radius + 1);
        EXPECT_LE(std::abs(run.dy), radius);
        if (i == 0) continue;
        const ApertureRun& before = mask.runs[i - 1];
        EXPECT_TRUE(before.dy < run.dy || (before.dy == run.dy && before.dx_end < run.dx_begin));
      }
      EXPECT_EQ(mask.area, area) << name_of(shape) << " " << radius;
      EXPECT_EQ(mask.radius, radius);
    }
  }
}

TEST(Aperture, RadiusZeroIsOnePixel) {
  for (const Aperture shape : shapes) {
    const ApertureMask mask = make_aperture(shape, 0);
    EXPECT_EQ(mask.area, 1);
    ASSERT_EQ(mask.runs.size(), 1u);
    EXPECT_EQ(mask.runs[0].dy, 0);
    EXPECT_EQ(mask.runs[0].dx_begin, 0);
    EXPECT_EQ(mask.runs[0].dx_end, 1);
  }
}

TEST(Aperture, ADiscIsItsDefinition) {
  for (const int radius : {1, 2, 3, 8, 27, 64, 128}) {
    const auto pixels = grid(make_aperture(Aperture::circle, radius));
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) {
        const bool inside = dx * dx + dy * dy <= radius * radius + radius / 2.0;
        EXPECT_EQ(pixels[dy + radius][dx + radius], inside) << radius << ": " << dx << ", " << dy;
      }
    }
  }
  EXPECT_EQ(make_aperture(Aperture::circle, 1).area, 5);
  EXPECT_EQ(make_aperture(Aperture::circle, 2).area, 21);  // 5 x 5 without its corners: 8 > 5, 5 <= 5.
}

TEST(Aperture, AreasAreThoseOfTheShapes) {
  // Of circumradius R = r + 0.5: hexagon 3 sqrt(3) / 2 R^2, octagon 2 sqrt(2) R^2; the disc pi (r^2 + r / 2);
  // the heart (x^2 + y^2 - 1)^3 = x^2 y^3 has area 3.661972 (by Simpson's rule), here scaled by 1 / 1.2.
  for (const int radius : {20, 64, 128}) {
    const double r = radius, R = r + 0.5;
    const auto near = [&](Aperture shape, double area) {
      EXPECT_NEAR(make_aperture(shape, radius).area, area, 0.02 * area) << name_of(shape) << " " << radius;
    };
    near(Aperture::circle, M_PI * (r * r + r / 2));
    near(Aperture::hexagon, 1.5 * std::sqrt(3) * R * R);
    near(Aperture::octagon, 2 * std::sqrt(2) * R * R);
    near(Aperture::heart, 3.661972 * R * R / 1.44);
  }
}

TEST(Aperture, ShapesAreSymmetric) {
  for (const Aperture shape : shapes) {
    for (const int radius : {1, 3, 6, 20, 85}) {
      const auto pixels = grid(make_aperture(shape, radius));
      const int last = 2 * radius;
      for (int y = 0; y <= last; ++y) {
        for (int x = 0; x <= last; ++x) {
          EXPECT_EQ(pixels[y][x], pixels[y][last - x]) << name_of(shape) << " " << radius;
          if (shape == Aperture::heart) continue;
          EXPECT_EQ(pixels[y][x], pixels[last - y][x]) << name_of(shape) << " " << radius;
          if (shape == Aperture::hexagon) continue;
          EXPECT_EQ(pixels[y][x], pixels[x][y]) << name_of(shape) << " " << radius;
        }
      }
    }
  }
}

TEST(Aperture, TheHeartHasTwoBumpsAboveAndATipBelow) {
  for (const int radius : {8, 20, 64}) {
    const ApertureMask mask = make_aperture(Aperture::heart, radius);
    EXPECT_EQ(mask.runs[0].dy, mask.runs[1].dy) << "the top row has two runs";
    EXPECT_NE(mask.runs[1].dy, mask.runs[2].dy);
    EXPECT_LT(mask.runs[0].dx_end, 0);
    EXPECT_GT(mask.runs[1].dx_begin, 0);
    const ApertureRun& tip = mask.runs.back();
    EXPECT_NE(mask.runs[mask.runs.size() - 2].dy, tip.dy) << "the bottom row has one";
    EXPECT_LE(tip.dx_end - tip.dx_begin, radius / 2 + 1);
    EXPECT_GT(tip.dy, radius / 2);
    EXPECT_EQ(tip.dx_begin, -(tip.dx_end - 1));
  }
}

}  // namespace
}  // namespace relievo
