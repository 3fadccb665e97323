// Holes in depth filled by planes, beside what Telea and pull-push make of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include <relievo/inpainter.hpp>
#include <relievo/layered_scene.hpp>

#include "common/images.hpp"
#include "core/engine.hpp"

namespace relievo {
namespace {

using test::at;

constexpr int width = 320, height = 240;

// In the middle; at the lower side; a person's.
constexpr std::array<const char*, 3> holes = {"middle", "lower side", "person"};
bool in_hole(std::size_t hole, int x, int y) {
  if (hole == 0) return std::hypot((x - 160) / 55.0, (y - 120) / 65.0) < 1;
  if (hole == 1) return std::abs(x - 150) < 45 && y > 60;
  return std::hypot(x - 160, y - 70) < 25 || (std::abs(x - 160) < 40 && y > 90);
}
Image mask_of(std::size_t hole) {
  return test::make(width, height, test::u8_1, [&](int x, int y, int) { return in_hole(hole, x, y) ? 1 : 0; });
}

double slope(int x, int y) { return 0.1 + 0.0015 * x + 0.002 * y; }
// Of standard deviation 0.01.
double noise(int x, int y) {
  double sum = 0;
  unsigned state = unsigned(x) * 2654435761u ^ unsigned(y) * 40503u;
  for (int i = 0; i < 12; ++i) {
    state = state * 1664525u + 1013904223u;
    sum += (state >> 8) / double(1 << 24);
  }
  return 0.01 * (sum - 6);
}
double room(int, int y) { return 0.3 + std::max(0.0, 0.004 * (y - 125)); }

struct DepthScene {
  std::string name;
  std::function<double(int, int)> value;
  double least_error;  // of the range, root of the mean square
  std::function<double(int, int)> disturbance = [](int, int) { return 0.0; };
};

const std::vector<DepthScene>& depth_scenes() {
  static const std::vector<DepthScene> scenes = {
      {"plane", slope, 1e-5},
      {"wall and floor", room, 1e-4},
      {"tilted wall and floor",
       [](int x, int y) { return std::max(0.3 + 0.0005 * x, 0.3 + 0.004 * (y - 140) + 0.0008 * (x - 160)); }, 1e-4},
      {"two walls that meet", [](int x, int) { return std::max(0.7 - 0.002 * x, 0.05 + 0.002 * x); }, 1e-4},
      {"an edge that stands out", [](int x, int) { return std::min(0.1 + 0.003 * x, 0.9 - 0.002 * x); }, 1e-4},
      {"a corner of three",
       [](int x, int y) {
         return std::max({0.6 - 0.0025 * x, -0.1 + 0.0018 * x, 0.2 + 0.004 * (y - 130)});
       },
       1e-3},
      {"plane and noise", slope, 0.003, noise},
      {"wall, floor and noise", room, 0.006, noise},
      {"planes apart", [](int x, int y) { return 0.6 * slope(x, y) + (x < 165 ? 0 : 0.3); }, 0.01},
      {"plane beside a step", [](int x, int y) { return x < 205 ? 0.6 * slope(x, y) : 0.9; }, 0.01},
      {"ball", [](int x, int y) { return std::sqrt(1 - (std::pow(x - 150, 2) + std::pow(y - 125, 2)) / 42000); },
       0.026},
  };
  return scenes;
}

Image depth_of(const DepthScene& scene, PixelFormat format = test::f32_1) {
  return test::make(width, height, format,
                    [&](int x, int y, int) { return scene.value(x, y) + scene.disturbance(x, y); });
}

// The same with what the hole hides gone.
Image without(const Image& depth, std::size_t hole) {
  return test::make(width, height, depth.format(),
                    [&](int x, int y, int c) { return in_hole(hole, x, y) ? 0.9 : at(depth, x, y, c); });
}

Image filled_by(InpaintMethod method, const Image& depth, std::size_t hole) {
  return Inpainter(Device::cpu(2), {.method = method}).inpaint(depth, mask_of(hole));
}

Image filled_by_pull_push(const Image& depth, std::size_t hole) {
  Image known = mask_of(hole), out = depth.clone();
  const Device cpu = Device::cpu(1);
  cpu.engine().invert(known, known.mutable_view());
  cpu.engine().pull_push(out.mutable_view(), known, 255);
  return out;
}

double error_of(const Image& filled, const DepthScene& scene, std::size_t hole) {
  double sum = 0, low = 1, high = 0;
  int count = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      low = std::min(low, scene.value(x, y));
      high = std::max(high, scene.value(x, y));
      if (!in_hole(hole, x, y)) continue;
      sum += std::pow(at(filled, x, y) - scene.value(x, y), 2);
      ++count;
    }
  }
  return std::sqrt(sum / count) / (high - low);
}

TEST(PlanarFill, IsNearerToTheTruthThanTeleaAndPullPush) {
  for (const DepthScene& scene : depth_scenes()) {
    const Image depth = depth_of(scene);
    for (std::size_t hole = 0; hole < holes.size(); ++hole) {
      SCOPED_TRACE(scene.name + ", " + holes[hole]);
      const Image given = without(depth, hole);
      const double planar = error_of(filled_by(InpaintMethod::planar, given, hole), scene, hole);
      EXPECT_LT(planar, scene.least_error);
      EXPECT_LT(planar, 0.8 * error_of(filled_by_pull_push(given, hole), scene, hole));
      // Where a ball goes on beyond the picture, Telea's slopes happen to bend as it does.
      if (scene.name == "ball" && hole == 1) continue;
      EXPECT_LT(planar, 0.8 * error_of(filled_by(InpaintMethod::telea, given, hole), scene, hole));
    }
  }
}

// Estimates of depth smear the edge of what stands before the rest beyond its outline.
TEST(PlanarFill, WhatIsLeftOfASubjectDoesNotGoOn) {
  double sum = 0, sum_of_smooth = 0;
  const Device cpu = Device::cpu(1);
  for (const DepthScene& scene : depth_scenes()) {
    for (std::size_t hole = 0; hole < holes.size(); ++hole) {
      SCOPED_TRACE(scene.name + ", " + holes[hole]);
      Image depth = without(depth_of(scene), hole);
      cpu.engine().gaussian(depth, depth.mutable_view(), 31);
      Image mask = mask_of(hole), known(width, height, test::u8_1), smooth = depth.clone();
      for (int i = 0; i < 2; ++i) {
        cpu.engine().morphology(mask, mask.mutable_view(), Morphology::dilate, make_ellipse(7));
      }
      cpu.engine().invert(mask, known.mutable_view());
      cpu.engine().pull_push(smooth.mutable_view(), known, 255);
      const Image filled = Inpainter(cpu, {.method = InpaintMethod::planar}).inpaint(depth, mask);
      const double error = error_of(filled, scene, hole), error_of_smooth = error_of(smooth, scene, hole);
      EXPECT_LT(error, error_of_smooth);
      sum += error;
      sum_of_smooth += error_of_smooth;
    }
  }
  EXPECT_LT(sum, 0.3 * sum_of_smooth);
}

TEST(PlanarFill, APlaneOfAnyFormatGoesOnToItsLastBit) {
  for (const PixelFormat format : {test::u8_1, test::u8_3, test::u16_1, test::u16_3, test::f16_3, test::f32_3}) {
    const double step = format.scalar == Scalar::u8 ? 1 / 255.0 : format.scalar == Scalar::u16 ? 1 / 65535.0 : 1e-3;
    const Image depth = test::make(width, height, format, [](int x, int y, int c) {
      return 0.1 + 0.001 * (c + 1) * x + (c == 1 ? -1 : 1) * 0.0005 * (y - height);
    });
    const Image hidden = test::make(width, height, format,
                                    [&](int x, int y, int c) { return in_hole(0, x, y) ? 1 : at(depth, x, y, c); });
    EXPECT_LE(test::largest_difference(filled_by(InpaintMethod::planar, hidden, 0), depth), 1.001 * step);
  }
}

TEST(PlanarFill, NoValueLeavesTheRangeAroundItsHole) {
  // A slope ends where the hole begins, which reaches the picture's side.
  const Image depth = test::make(width, height, test::f32_1,
                                 [](int x, int y, int) { return 0.2 + 0.003 * std::min(x, 200) + 1e-4 * y; });
  const Image mask = test::box(width, height, 200, 0, width, height);
  const Image filled = Inpainter(Device::cpu(1), {.method = InpaintMethod::planar}).inpaint(depth, mask);
  for (int y = 0; y < height; ++y) {
    for (int x = 200; x < width; ++x) {
      ASSERT_GE(at(filled, x, y), 0.7);
      ASSERT_LE(at(filled, x, y), 0.2 + 0.003 * 199 + 1e-4 * (height - 1) + 1e-6);
    }
  }
}

TEST(PlanarFill, EachHoleIsFilledFromItsOwnSurroundings) {
  const auto value = [](int x, int y) { return x < 108 ? 0.1 + 0.001 * y : 0.9 - 0.002 * y; };
  const Image depth = test::make(width, height, test::f32_1, [&](int x, int y, int) { return value(x, y); });
  const Image mask = test::make(width, height, test::u8_1, [](int x, int y, int) {
    return (x > 40 && x < 100 && y > 40 && y < 100) || (x > 115 && x < 215 && y > 60 && y < 160) ? 1 : 0;
  });
  const Image filled = Inpainter(Device::cpu(1), {.method = InpaintMethod::planar}).inpaint(depth, mask);
  EXPECT_LT(test::largest_difference(filled, depth), 1e-5);
}

TEST(PlanarFill, OfNothingKnownNothingBadComes) {
  const float none = std::numeric_limits<float>::quiet_NaN();
  Image depth = test::flat(60, 40, test::f32_1, 0.5);
  for (int y = 0; y < 40; ++y) std::fill_n(depth.row<float>(y), 60, none);
  const Image mask = test::box(60, 40, 20, 10, 30, 20);
  const Inpainter inpainter(Device::cpu(1), {.method = InpaintMethod::planar});
  EXPECT_EQ(at(inpainter.inpaint(depth, mask), 25, 15), 0);
  // One pixel, far away.
  depth.row<float>(39)[59] = 0.25f;
  EXPECT_EQ(at(inpainter.inpaint(depth, mask), 25, 15), 0.25);
}

TEST(PlanarFill, FloorsAndWallsGoOnBehindTheSubjectOfTwoLayers) {
  BakeOptions options;
  options.max_layers = 2;
  options.inpaint.method = InpaintMethod::telea;
  for (const DepthScene& scene : depth_scenes()) {
    for (std::size_t hole = 0; hole < holes.size(); ++hole) {
      SCOPED_TRACE(scene.name + ", " + holes[hole]);
      const Image matte =
          test::make(width, height, test::u8_1, [&](int x, int y, int) { return in_hole(hole, x, y) ? 1 : 0; });
      const DepthMap depth(without(depth_of(scene), hole), DepthKind::disparity);
      const LayeredScene baked =
          LayeredScene::bake(Device::cpu(2), test::flat(width, height, test::u8_3, 0.5), depth, options, matte);
      const DepthScale scale = baked.depth_scale();
      const ImageView back = baked.layer(0).disparity;
      const Image as_given = test::make(width, height, test::f32_1, [&](int x, int y, int) {
        return scale.at_zero + at(back, x, y) * (scale.at_one - scale.at_zero);
      });
      EXPECT_LT(error_of(as_given, scene, hole), std::max(0.01, scene.least_error));
    }
  }
}

}  // namespace
}  // namespace relievo
