// Apertures as runs, against their definitions pixel by pixel.
#include "core/aperture_mask.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "common/images.hpp"

namespace relievo {
namespace {

constexpr Aperture named[] = {Aperture::circle, Aperture::hexagon, Aperture::octagon, Aperture::heart};

ApertureShape polygon(int blades, float roundness = 0) {
  ApertureShape shape;
  shape.blades = blades;
  shape.roundness = roundness;
  return shape;
}
ApertureShape turned(ApertureShape shape, float degrees) {
  shape.rotation = degrees;
  return shape;
}
ApertureShape squeezed(ApertureShape shape, float times) {
  shape.squeeze = times;
  return shape;
}
ApertureShape of_picture(int side, bool binary, const std::function<double(int x, int y)>& light) {
  AperturePicture picture{side, binary, {}};
  for (int i = 0; i < side * side; ++i) picture.light.push_back(static_cast<float>(light(i % side, i / side)));
  ApertureShape shape(Aperture::image);
  shape.picture = std::make_shared<const AperturePicture>(std::move(picture));
  return shape;
}

std::vector<ApertureShape> outlines() {
  std::vector<ApertureShape> all(std::begin(named), std::end(named));
  for (const int blades : {3, 4, 5, 9, 16}) {
    all.push_back(polygon(blades));
    all.push_back(turned(polygon(blades, 0.5f), 30));
    all.push_back(squeezed(turned(polygon(blades, 1), -77), 1.5f));
  }
  all.push_back(turned(Aperture::heart, 45));
  all.push_back(squeezed(Aperture::circle, 4));
  for (const float degrees : {0.0f, 30.0f, 45.0f, 90.0f, 200.0f}) all.push_back(turned(Aperture::line, degrees));
  all.push_back(squeezed(turned(Aperture::line, 30), 3));
  return all;
}

std::string text_of(const ApertureShape& shape) {
  return std::string(name_of(shape.shape)) + ", " + std::to_string(shape.blades) + " blades, round " +
         std::to_string(shape.roundness) + ", turned " + std::to_string(shape.rotation) + ", squeezed " +
         std::to_string(shape.squeeze);
}

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
  for (const ApertureShape& shape : outlines()) {
    for (int radius = 0; radius <= 128; radius += radius < 12 ? 1 : 29) {
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
      EXPECT_EQ(mask.area, area) << text_of(shape) << " " << radius;
      EXPECT_GE(area, 1);
      EXPECT_LE(area, max_aperture_area);
      EXPECT_LE(mask.runs.size(), max_aperture_runs);
      EXPECT_EQ(mask.radius, radius);
    }
  }
}

TEST(Aperture, RadiusZeroIsOnePixel) {
  std::vector<ApertureShape> all = outlines();
  all.push_back(of_picture(8, false, [](int x, int) { return x / 7.0; }));
  for (const ApertureShape& shape : all) {
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

// Of a regular polygon of circumradius 1 the area n / 2 sin(2 pi / n); with arcs by Simpson's rule.
double polygon_area(int blades, double roundness = 0) {
  const double half = M_PI / blades;
  constexpr int steps = 1000;
  double sum = 0;
  for (int i = 0; i <= steps; ++i) {
    const double off = half * i / steps, straight = std::cos(half) / std::cos(off);
    const double edge = 1 / ((1 - roundness) / straight + roundness);
    sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * edge * edge;
  }
  return blades * sum * half / steps / 3;
}

TEST(Aperture, AreasAreThoseOfTheShapes) {
  EXPECT_NEAR(polygon_area(6), 1.5 * std::sqrt(3), 1e-9);
  EXPECT_NEAR(polygon_area(5, 1), M_PI, 1e-9);
  // The heart (x^2 + y^2 - 1)^3 = x^2 y^3 has area 3.661972 (by Simpson's rule), here scaled by 1 / 1.2; turned by
  // 45 degrees a lobe points up, 1.3497 from the centre.
  for (const int radius : {32, 64, 128}) {
    const double square = radius * radius + radius / 2.0;
    const auto near = [&](const ApertureShape& shape, double area) {
      EXPECT_NEAR(make_aperture(shape, radius).area, area * square, 0.02 * area * square)
          << text_of(shape) << " " << radius;
    };
    near(Aperture::circle, M_PI);
    near(Aperture::hexagon, 1.5 * std::sqrt(3));
    near(Aperture::octagon, 2 * std::sqrt(2));
    near(Aperture::heart, 3.661972 / 1.44);
    near(turned(Aperture::heart, 45), 3.661972 / (1.35 * 1.35));
    near(squeezed(turned(Aperture::heart, 45), 2), 3.661972 / (1.35 * 1.35) / 2);
    near(squeezed(Aperture::circle, 4), M_PI / 4);
    for (const int blades : {3, 5, 9, 16}) {
      for (const float roundness : {0.0f, 0.5f, 1.0f}) {
        near(polygon(blades, roundness), polygon_area(blades, static_cast<double>(roundness)));
        near(turned(polygon(blades, roundness), 30), polygon_area(blades, static_cast<double>(roundness)));
      }
    }
  }
}

TEST(Aperture, RoundBladesAreADisc) {
  for (const int radius : {1, 2, 3, 20, 128}) {
    EXPECT_EQ(grid(make_aperture(polygon(6, 1), radius)), grid(make_aperture(Aperture::circle, radius))) << radius;
  }
}

TEST(Aperture, ShapesAreSymmetric) {
  for (const Aperture shape : named) {
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

// Of a shape that half a turn leaves as it is the middle is the centre; odd blades have theirs there but for pixels.
TEST(Aperture, SmallOnesAreCentred) {
  for (const ApertureShape& shape : outlines()) {
    if (shape.shape == Aperture::heart) continue;
    for (const int radius : {1, 2, 3, 7}) {
      const ApertureMask mask = make_aperture(shape, radius);
      double x = 0, y = 0;
      for (const ApertureRun& run : mask.runs) {
        for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
          x += static_cast<double>(dx) / mask.area;
          y += static_cast<double>(run.dy) / mask.area;
        }
      }
      const bool odd = shape.blades % 2 == 1 && shape.roundness < 1;
      EXPECT_LE(std::hypot(x, y), odd ? 0.5 : 1e-12) << text_of(shape) << " " << radius;
      EXPECT_GT(mask.area, shape.shape == Aperture::line && radius == 1 ? 0 : 1) << text_of(shape) << " " << radius;
    }
  }
}

// A turned heart is as much smaller as keeps its lobes in the square: there is a pixel at its border, and what was cut
// off would make the area less.
TEST(Aperture, ATurnedHeartStaysWhole) {
  for (const float degrees : {20.0f, 45.0f, 80.0f}) {
    const ApertureMask mask = make_aperture(turned(Aperture::heart, degrees), 100);
    int reach = 0;
    for (const ApertureRun& run : mask.runs) {
      reach = std::max({reach, std::abs(run.dy), std::abs(run.dx_begin), run.dx_end - 1});
    }
    EXPECT_GE(reach, 99) << degrees;
    EXPECT_LE(mask.runs.front().dx_end - mask.runs.front().dx_begin, 30) << degrees << ": a lobe is cut off";
  }
}

TEST(Aperture, RotationTurnsClockwise) {
  const ApertureShape all[] = {
      polygon(5),      polygon(4, 0.3f), Aperture::hexagon,
      Aperture::heart, Aperture::line,   of_picture(9, true, [](int x, int y) { return 2 * x + y < 9 ? 1 : 0; })};
  for (const ApertureShape& shape : all) {
    for (const int radius : {1, 2, 7, 40}) {
      const auto before = grid(make_aperture(turned(shape, 20), radius));
      const auto after = grid(make_aperture(turned(shape, 110), radius));
      EXPECT_EQ(after, grid(make_aperture(turned(shape, -250), radius)));
      for (int y = 0; y <= 2 * radius; ++y) {
        for (int x = 0; x <= 2 * radius; ++x) {
          EXPECT_EQ(after[x][2 * radius - y], before[y][x]) << text_of(shape) << " " << radius;
        }
      }
    }
  }
  // A pentagon's corner is up; a turn by 30 degrees takes it to the right.
  const ApertureMask mask = make_aperture(turned(polygon(5), 30), 40);
  EXPECT_NEAR(mask.runs.front().dx_end, 40.25 * std::sin(M_PI / 6), 1.5);
  EXPECT_NEAR(mask.runs.front().dy, -40.25 * std::cos(M_PI / 6), 1);
}

TEST(Aperture, SqueezeNarrows) {
  for (const int radius : {1, 5, 64, 128}) {
    const auto pixels = grid(make_aperture(squeezed(Aperture::circle, 2), radius));
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) {
        EXPECT_EQ(pixels[dy + radius][dx + radius], 4 * dx * dx + dy * dy <= radius * radius + radius / 2.0);
      }
    }
  }
  // The turned shape is squeezed, so a line on end stays and a level one shrinks.
  EXPECT_EQ(make_aperture(squeezed(turned(Aperture::line, 90), 2), 20).area, 41);
  EXPECT_EQ(make_aperture(squeezed(Aperture::line, 2), 20).area, 21);
}

TEST(Aperture, ALineIsOnePixelThickAndConnected) {
  const ApertureMask level = make_aperture(Aperture::line, 9), steep = make_aperture(turned(Aperture::line, 90), 9);
  ASSERT_EQ(level.runs.size(), 1u);
  EXPECT_EQ(level.runs[0].dx_begin, -9);
  EXPECT_EQ(level.runs[0].dx_end, 10);
  EXPECT_EQ(steep.runs.size(), 19u);
  EXPECT_EQ(steep.area, 19);
  for (int degrees = 0; degrees < 360; degrees += 7) {
    const double c = std::cos(degrees * M_PI / 180), s = std::sin(degrees * M_PI / 180);
    for (const int radius : {1, 2, 3, 30, 128}) {
      const ApertureMask mask = make_aperture(turned(Aperture::line, static_cast<float>(degrees)), radius);
      const auto pixels = grid(mask);
      std::vector<std::pair<int, int>> along;  // by the longer of both directions
      for (int y = 0; y <= 2 * radius; ++y) {
        for (int x = 0; x <= 2 * radius; ++x) {
          EXPECT_EQ(pixels[y][x], pixels[2 * radius - y][2 * radius - x]);
          if (pixels[y][x] == 0) continue;
          const int dx = x - radius, dy = y - radius;
          EXPECT_LE(std::fabs(dx * s - dy * c), 0.5 + 1e-6) << degrees << " " << radius;
          along.push_back(std::fabs(c) >= std::fabs(s) ? std::pair(dx, dy) : std::pair(dy, dx));
        }
      }
      std::sort(along.begin(), along.end());
      for (std::size_t i = 1; i < along.size(); ++i) {
        EXPECT_EQ(along[i].first, along[i - 1].first + 1) << degrees << " " << radius;
        EXPECT_LE(std::abs(along[i].second - along[i - 1].second), 1) << degrees << " " << radius;
      }
      EXPECT_NEAR(std::hypot(along.back().first, along.back().second), radius, 1.3) << degrees << " " << radius;
    }
  }
}

TEST(Aperture, APictureLetsLightThroughWhereItIsBright) {
  const ApertureShape left = of_picture(10, true, [](int x, int) { return x < 5 ? 1 : 0; });
  for (const int radius : {1, 2, 3, 20, 100}) {
    const auto pixels = grid(make_aperture(left, radius)), top = grid(make_aperture(turned(left, 90), radius));
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) {
        if (dx == 0) continue;
        EXPECT_EQ(pixels[dy + radius][dx + radius], dx < 0) << radius << ": " << dx << ", " << dy;
        EXPECT_EQ(top[dx + radius][dy + radius], dx < 0) << radius << ": " << dx << ", " << dy;
      }
    }
  }
  const auto narrow = grid(make_aperture(squeezed(left, 2), 20));
  EXPECT_EQ(narrow[20][11], 1);
  EXPECT_EQ(narrow[20][9], 0);
}

TEST(Aperture, GreyCountsInFourSteps) {
  // Bars of a quarter, a half, three quarters and all of the light.
  const ApertureShape bars = of_picture(8, false, [](int x, int) { return (x / 2 + 1) / 4.0; });
  const auto pixels = grid(make_aperture(bars, 50));
  for (const int y : {5, 50, 95}) {
    for (const int x : {12, 37, 63, 88}) EXPECT_EQ(pixels[y][x], x / 25 + 1) << x;
  }
  // Larger ones would have too many pixels for the blurs.
  const auto larger = grid(make_aperture(bars, 128));
  EXPECT_LT(larger[128][30], larger[128][226]);
  // A picture with a quarter of the light is the same aperture.
  const ApertureShape dim = of_picture(8, false, [](int x, int) { return (x / 2 + 1) / 16.0; });
  EXPECT_EQ(grid(make_aperture(dim, 50)), pixels);
}

TEST(Aperture, PicturesStayWithinTheLimitsOfTheBlurs) {
  unsigned state = 1;
  const auto noise = [&](int, int) {
    state = state * 1664525u + 1013904223u;
    return (state >> 8) / 16777216.0;
  };
  const ApertureShape pictures[] = {
      of_picture(1, true, [](int, int) { return 1; }),
      of_picture(512, true, [](int, int) { return 1; }),
      of_picture(512, true, [](int x, int y) { return (x / 3 + y / 3) % 2; }),
      of_picture(257, true, [](int x, int) { return x % 2; }),
      of_picture(300, false, noise),
      of_picture(512, false, [](int x, int y) { return std::max(0.0, 1 - std::hypot(x - 255.5, y - 255.5) / 256); }),
      of_picture(64, true, [](int x, int y) { return x == 9 && y == 20 ? 1 : 0; })};
  for (const ApertureShape& picture : pictures) {
    for (const float degrees : {0.0f, 33.0f}) {
      for (const int radius : {1, 2, 3, 10, 63, 64, 91, 127, 128}) {
        const ApertureMask mask = make_aperture(turned(picture, degrees), radius);
        EXPECT_GE(mask.area, 1);
        EXPECT_LE(mask.area, max_aperture_area) << radius;
        EXPECT_LE(mask.runs.size(), max_aperture_runs) << radius;
        EXPECT_TRUE(std::is_sorted(mask.runs.begin(), mask.runs.end(), [](const ApertureRun& a, const ApertureRun& b) {
          return a.dy < b.dy || (a.dy == b.dy && a.dx_begin < b.dx_begin);
        }));
        if (!picture.picture->binary) continue;
        for (const auto& row : grid(mask)) EXPECT_LE(*std::max_element(row.begin(), row.end()), 1);
      }
    }
  }
  const auto white = grid(make_aperture(pictures[1], 40));
  for (const auto& row : white) EXPECT_EQ(row, std::vector<int>(81, 1));
}

TEST(Aperture, ColumnRunsHoldTheSamePixels) {
  for (const ApertureShape& shape :
       {ApertureShape(Aperture::heart), polygon(7), turned(Aperture::line, 50),
        of_picture(30, false, [](int x, int y) { return std::max(0.0, std::sin(0.4 * x) * std::cos(0.3 * y)); })}) {
    for (const int radius : {0, 1, 6, 40}) {
      const ApertureMask mask = make_aperture(shape, radius);
      const int side = 2 * radius + 1;
      std::vector<std::vector<int>> pixels(side, std::vector<int>(side)), mirror = pixels;
      for (const ColumnRun& run : column_runs(mask)) {
        for (int dy = run.top; dy <= run.bottom; ++dy) ++pixels.at(dy + radius).at(run.dx + radius);
      }
      EXPECT_EQ(pixels, grid(mask)) << text_of(shape) << " " << radius;
      for (int y = 0; y < side; ++y) {
        for (int x = 0; x < side; ++x) mirror[y][x] = pixels[side - 1 - y][side - 1 - x];
      }
      EXPECT_EQ(grid(mirrored(mask)), mirror) << text_of(shape) << " " << radius;
    }
  }
}

TEST(Aperture, TheHeartHasTwoBumpsAboveAndATipBelow) {
  for (const int radius : {8, 20, 64}) {
    const ApertureMask mask = make_aperture(Aperture::heart, radius);
    EXPECT_EQ(mask.runs[0].dy, mask.runs[1].dy) << "the top row has two runs";
    EXPECT_NE(mask.runs[1].dy, mask.runs[2].dy);
    EXPECT_LE(mask.runs[0].dx_end, 0);
    EXPECT_GT(mask.runs[1].dx_begin, 0);
    const ApertureRun& tip = mask.runs.back();
    EXPECT_NE(mask.runs[mask.runs.size() - 2].dy, tip.dy) << "the bottom row has one";
    EXPECT_LE(tip.dx_end - tip.dx_begin, radius / 2 + 1);
    EXPECT_GT(tip.dy, radius / 2);
    EXPECT_EQ(tip.dx_begin, -(tip.dx_end - 1));
  }
}

// What each refusal says, after the field's name.
TEST(Aperture, OptionsThatContradictOneAnotherAreRefused) {
  const auto refusal = [](const std::function<void(BokehOptions&)>& set) {
    BokehOptions options;
    set(options);
    return test::error_of([&] { check_aperture(options); });
  };
  EXPECT_EQ(refusal([](BokehOptions& o) { o.blades = 2; }),
            "invalid_argument: blades is 2; allowed are 0 and 3 to 16.");
  for (const Aperture shape : {Aperture::heart, Aperture::line, Aperture::image}) {
    EXPECT_EQ(refusal([&](BokehOptions& o) {
                o.shape = shape;
                o.blades = 5;
              }),
              "invalid_argument: blades is 5 with shape " + std::string(name_of(shape)) +
                  "; allowed is 0, for only circle, hexagon and octagon have blades.");
    EXPECT_EQ(refusal([&](BokehOptions& o) {
                o.shape = shape;
                o.roundness = 0.5f;
              }),
              "invalid_argument: roundness is 0.5 with shape " + std::string(name_of(shape)) +
                  "; allowed is 0, for it has no straight sides.");
  }
  EXPECT_EQ(refusal([](BokehOptions& o) { o.roundness = 0.5f; }),
            "invalid_argument: roundness is 0.5 with shape circle and no blades; allowed is 0, for it has no straight "
            "sides.");
  EXPECT_EQ(refusal([](BokehOptions& o) {
              o.shape = Aperture::image;
              o.mode = BokehMode::gather;
            }),
            "invalid_argument: shape is image with mode gather; allowed is mode lens.");
  EXPECT_EQ(refusal([](BokehOptions& o) {
              o.shape = Aperture::octagon;
              o.roundness = 1;
              o.rotation = -360;
              o.squeeze = 4;
            }),
            "nothing");
}

TEST(Aperture, BladesTakeThePlaceOfTheShape) {
  BokehOptions options;
  options.shape = Aperture::hexagon;
  EXPECT_EQ(grid(make_aperture(aperture_shape(options), 20)), grid(make_aperture(polygon(6), 20)));
  options.blades = 8;
  EXPECT_EQ(grid(make_aperture(aperture_shape(options), 20)), grid(make_aperture(Aperture::octagon, 20)));
  options.shape = Aperture::circle;
  EXPECT_EQ(grid(make_aperture(aperture_shape(options), 20)), grid(make_aperture(Aperture::octagon, 20)));
}

}  // namespace
}  // namespace relievo
