// Baking as many layers as depth has: together they are the photo, and apart they show what lies behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/layered_scene.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::flat;

constexpr int width = 240, height = 160;

// Three walls one behind the other, the nearer two as boxes: 6, 14 and 30 px of disparity.
int wall_at(int x, int y) {
  if (x >= 130 && x < 190 && y >= 50 && y < 140) return 2;
  if (x >= 60 && x < 160 && y >= 30 && y < 120) return 1;
  return 0;
}
constexpr double wall_px[] = {6, 14, 30};

// Each wall has a hue of its own and a fine pattern, which goes on behind what hides it.
double wall_color(int wall, double x, double y, int c) {
  const double pattern = 0.05 * std::sin(0.9 * x) + 0.04 * std::sin(0.7 * y + wall);
  return (c == wall ? 0.75 : 0.3) + pattern;
}

// Codes of 8 bits, which all formats hold.
double code(double value) { return std::round(255 * value) / 255; }

Image photo_of_walls(PixelFormat format = test::u8_3) {
  return test::make(width, height, format, [](int x, int y, int c) {
    return c == 3 ? code(1.0 * x / width) : code(wall_color(wall_at(x, y), x, y, c));
  });
}

DepthMap depth_of_walls(DepthKind kind = DepthKind::disparity_px) {
  return DepthMap(test::make(width, height, test::f32_1, [](int x, int y, int) { return wall_px[wall_at(x, y)]; }),
                  kind);
}

Image no_matte() { return flat(width, height, test::u8_1, 0); }

LayeredScene bake_walls(PixelFormat format = test::u8_3, const BakeOptions& options = {}, int threads = 1) {
  return LayeredScene::bake(Device::cpu(threads), photo_of_walls(format), depth_of_walls(), options, no_matte());
}

double most_apart(const Image& a, const ImageView& b) {
  double most = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) {
      for (int c = 0; c < a.format().channels; ++c) most = std::max(most, std::fabs(at(a, x, y, c) - at(b, x, y, c)));
    }
  }
  return most;
}

TEST(BakeLayers, MakesALayerOfEachWall) {
  const LayeredScene scene = bake_walls();
  ASSERT_EQ(scene.layer_count(), 3);
  EXPECT_TRUE(scene.layer(0).coverage.empty());
  for (int i = 1; i < 3; ++i) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int wall = wall_at(x, y);
        if (wall == i) {
          EXPECT_GE(at(scene.layer(i).coverage, x, y), 0.5) << x << ", " << y;
        } else if (wall < i && wall_at(std::min(x + 2, width - 1), y) < i && wall_at(std::max(x - 2, 0), y) < i &&
                   wall_at(x, std::min(y + 2, height - 1)) < i && wall_at(x, std::max(y - 2, 0)) < i) {
          EXPECT_EQ(at(scene.layer(i).coverage, x, y), 0) << i << ": " << x << ", " << y;
        }
      }
    }
  }
}

TEST(BakeLayers, WithoutMotionTheyAreThePhotoBitForBit) {
  for (const PixelFormat format : {test::u8_3, test::u8_1, test::u16_3, test::u8_4}) {
    const LayeredScene scene = bake_walls(format);
    EXPECT_GT(scene.layer_count(), 1);
    EXPECT_TRUE(test::same(scene.view(0), photo_of_walls(format)));
  }
  for (const PixelFormat format : {test::f32_3, test::f16_3}) {
    EXPECT_LT(most_apart(bake_walls(format).view(0), photo_of_walls(format)), 2e-3);
  }
}

TEST(BakeLayers, TheIdentityIsNoSpecialCase) {
  const LayeredScene scene = bake_walls();
  EXPECT_LE(most_apart(scene.view(0.001 / 30), photo_of_walls()), 1 / 255.0);
  EXPECT_LE(most_apart(scene.view(-0.001 / 30), photo_of_walls()), 1 / 255.0);
}

// The texture behind the silhouettes is known here: the walls go on.
TEST(BakeLayers, TheViewFromTheRightShowsWhatLiesBehind) {
  const Image view = bake_walls().view(1);
  double error = 0, hidden_error = 0;
  int count = 0, hidden = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x + 6 < width; ++x) {
      // Of the walls the nearest that covers where it would have come from.
      int seen = 0;
      for (int wall = 1; wall < 3; ++wall) {
        const int from = x + int(wall_px[wall]);
        if (from < width && (wall == 2 ? wall_at(from, y) == 2 : from >= 60 && from < 160 && y >= 30 && y < 120)) {
          seen = wall;
        }
      }
      const int from = x + int(wall_px[seen]);
      const bool was_hidden = wall_at(from, y) != seen;
      for (int c = 0; c < 3; ++c) {
        const double apart = at(view, x, y, c) - code(wall_color(seen, from, y, c));
        error += apart * apart;
        hidden_error += was_hidden ? apart * apart : 0;
      }
      ++count;
      hidden += was_hidden ? 1 : 0;
    }
  }
  ASSERT_GT(hidden, 1000);
  EXPECT_GT(-10 * std::log10(error / (3 * count)), 30);
  // Nothing of what stands before: the walls' hues lie 0.45 apart.
  EXPECT_LT(std::sqrt(hidden_error / (3 * hidden)), 0.12);
}

TEST(BakeLayers, NothingOfTheSubjectStaysBehindIt) {
  const LayeredScene scene = bake_walls();
  const ImageView color = scene.layer(0).color;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      EXPECT_GT(at(color, x, y, 0), 0.5) << x << ", " << y;
      EXPECT_LT(at(color, x, y, 1), 0.55) << x << ", " << y;
      EXPECT_LT(at(color, x, y, 2), 0.55) << x << ", " << y;
    }
  }
}

TEST(BakeLayers, DisparityIsThatOfTheWallsEverywhere) {
  const LayeredScene scene = bake_walls();
  for (int i = 0; i < 3; ++i) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        ASSERT_NEAR(6 + 24 * at(scene.layer(i).disparity, x, y), wall_px[i], 0.01) << i << ": " << x << ", " << y;
      }
    }
  }
}

TEST(BakeLayers, KeepsToTheBudget) {
  BakeOptions options;
  options.max_layers = 3;
  EXPECT_EQ(bake_walls(test::u8_3, options).layer_count(), 3);
  // A layer takes 8 bytes a pixel.
  options.layer_memory_mib = 1;
  EXPECT_EQ(bake_walls(test::u8_3, options).layer_count(), 3);
  const Image large = flat(400, 300, test::u8_3, 0.5);
  const DepthMap steps(test::make(400, 300, test::f32_1, [](int x, int, int) { return x / 50 / 7.0; }),
                       DepthKind::disparity);
  EXPECT_EQ(LayeredScene::bake(Device::cpu(1), large, steps, options, flat(400, 300, test::u8_1, 0)).layer_count(), 1);
  options.max_layers = 16;
  options.layer_memory_mib = 100;
  EXPECT_EQ(LayeredScene::bake(Device::cpu(1), large, steps, options, flat(400, 300, test::u8_1, 0)).layer_count(), 8);
}

TEST(BakeLayers, DepthWithStepsEverywhereAndNowhereBakes) {
  const Image photo = photo_of_walls();
  const auto baked = [&](auto value) {
    const DepthMap depth(test::make(width, height, test::f32_1, value), DepthKind::disparity);
    return LayeredScene::bake(Device::cpu(2), photo, depth, {}, no_matte());
  };
  // A fence, a chessboard of pixels, a thousand specks, noise; a slope and a plane.
  const LayeredScene fence = baked([](int x, int, int) { return x / 2 % 2; });
  EXPECT_EQ(fence.layer_count(), 2);
  EXPECT_TRUE(test::same(fence.view(0), photo));
  EXPECT_TRUE(test::same(baked([](int x, int y, int) { return (x + y) % 2; }).view(0), photo));
  EXPECT_TRUE(test::same(baked([](int x, int y, int) { return x % 6 == 0 && y % 6 == 0; }).view(0), photo));
  std::srand(1);
  EXPECT_TRUE(test::same(baked([](int, int, int) { return std::rand() / double(RAND_MAX); }).view(0), photo));
  EXPECT_EQ(baked([](int x, int, int) { return x / double(width); }).layer_count(), 1);
  EXPECT_EQ(baked([](int, int, int) { return 0.5; }).layer_count(), 1);
}

TEST(BakeLayers, SmallPhotosBake) {
  for (const auto& [w, h] : {std::pair{1, 1}, std::pair{2, 1}, std::pair{1, 9}, std::pair{7, 7}, std::pair{40, 1}}) {
    const Image photo = test::make(w, h, test::u8_3, [](int x, int y, int c) { return (x + y + c) % 5 / 5.0; });
    const DepthMap depth(test::make(w, h, test::f32_1, [](int x, int, int) { return x % 3 / 2.0; }),
                         DepthKind::disparity);
    const LayeredScene scene = LayeredScene::bake(Device::cpu(1), photo, depth, {}, flat(w, h, test::u8_1, 0));
    EXPECT_TRUE(test::same(scene.view(0), photo)) << w << " x " << h;
  }
}

// A disc of soft edge before a background; the matte knows its edge, depth is two pixels off.
TEST(BakeLayers, AMatteSaysWhereTheSubjectEnds) {
  const auto cover = [](double x, double y) {
    return std::clamp((40 - std::hypot(x - 120, y - 80)) / 8 + 0.5, 0.0, 1.0);
  };
  const Image matte = test::make(width, height, test::u8_1, [&](int x, int y, int) { return code(cover(x, y)); });
  const Image photo = test::make(width, height, test::u8_3, [&](int x, int y, int c) {
    const double a = code(cover(x, y));
    return code(a * (c == 0 ? 0.8 : 0.2) + (1 - a) * (c == 2 ? 0.7 : 0.3));
  });
  const DepthMap depth(test::make(width, height, test::f32_1,
                                  [](int x, int y, int) { return std::hypot(x - 122, y - 80) < 41 ? 1.0 : 0.1; }),
                       DepthKind::disparity);
  const LayeredScene scene = LayeredScene::bake(Device::cpu(1), photo, depth, {}, matte);
  ASSERT_EQ(scene.layer_count(), 2);
  EXPECT_TRUE(test::same(scene.view(0), photo));
  double worst = 0, unlike = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      worst = std::max(worst, std::fabs(at(scene.layer(1).coverage, x, y) - cover(x, y)));
      unlike = std::max(unlike, at(scene.layer(0).color, x, y, 0) - 0.3);
    }
  }
  EXPECT_LT(worst, 0.1);
  EXPECT_LT(unlike, 0.1);
}

// A disc whose depth is smeared inside the matte, where it has the background's colour here and there, and what is thin
// beside it: both are of one depth up to their outline.
TEST(BakeLayers, NothingIsBetweenTheSubjectAndItsOutline) {
  constexpr int wide = 960, tall = 320;
  const auto is_thin = [](int x, int y) { return x >= 640 && x < 644 && y >= 40 && y < 280; };
  const auto radius = [](int x, int y) { return std::hypot(x - 300, y - 160); };
  const auto covered = [&](int x, int y) { return radius(x, y) < 120 || is_thin(x, y); };
  const Image matte = test::make(wide, tall, test::u8_1, [&](int x, int y, int) { return covered(x, y) ? 1.0 : 0.0; });
  const Image photo = test::make(wide, tall, test::u8_3, [&](int x, int y, int c) {
    const bool alike = radius(x, y) > 117 && (x / 2 + y / 2) % 2 == 0;
    return code(covered(x, y) && !alike ? (c == 0 ? 0.8 : 0.2) : (c == 2 ? 0.7 : 0.3));
  });
  const DepthMap depth(test::make(wide, tall, test::f32_1,
                                  [&](int x, int y, int) {
                                    if (is_thin(x, y)) return 0.8;
                                    return 0.1 + 0.7 * std::clamp((120.5 - radius(x, y)) / 3, 0.0, 1.0);
                                  }),
                       DepthKind::disparity_px);
  const LayeredScene scene = LayeredScene::bake(Device::cpu(1), photo, depth, {}, matte);
  ASSERT_EQ(scene.layer_count(), 2);
  for (int y = 0; y < tall; ++y) {
    for (int x = 0; x < wide; ++x) {
      const int layer = covered(x, y) ? 1 : 0;
      ASSERT_NEAR(at(scene.layer(layer).disparity, x, y), layer, 0.02) << x << ", " << y;
    }
  }
}

// A red slope before a blue wall, cut into layers on the way because of a box on it: where they part nothing of the
// wall shows out of focus.
TEST(BakeLayers, LayersThatPartOnASlopeDoNotLetLightThrough) {
  const Image photo =
      test::make(width, height, test::u8_3, [](int x, int, int c) { return c == (x < width / 3 ? 2 : 0) ? 0.8 : 0.2; });
  const DepthMap depth(test::make(width, height, test::f32_1,
                                  [](int x, int y, int) {
                                    if (x >= 200 && y < 30) return 1.0;
                                    return x < width / 3 ? 0 : 0.4 + 0.6 * y / height;
                                  }),
                       DepthKind::disparity);
  const LayeredScene scene = LayeredScene::bake(Device::cpu(1), photo, depth, {}, no_matte());
  ASSERT_GE(scene.layer_count(), 3);
  EXPECT_TRUE(test::same(scene.view(0), photo));
  BokehOptions options;
  options.f_number = 0.8f;
  const Image blurred = BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_disparity(0));
  for (int y = 0; y < height; ++y) {
    for (int x = width / 3 + 30; x < width; ++x) {
      for (int c = 0; c < 3; ++c) ASSERT_NEAR(at(blurred, x, y, c), at(photo, x, y, c), 1.5 / 255) << x << ", " << y;
    }
  }
}

TEST(BakeLayers, ThreadsDoNotChangeThem) {
  const LayeredScene one = bake_walls();
  for (const int threads : {2, 5}) {
    const LayeredScene scene = bake_walls(test::u8_3, {}, threads);
    ASSERT_EQ(scene.layer_count(), one.layer_count());
    for (int i = 0; i < one.layer_count(); ++i) {
      EXPECT_TRUE(test::same(scene.layer(i).color, one.layer(i).color));
      EXPECT_TRUE(test::same(scene.layer(i).disparity, one.layer(i).disparity));
    }
  }
}

TEST(BakeLayers, CanBeCancelledAtEachReport) {
  int reports = 0, left = 1 << 30;
  const Progress progress([&](double, std::string_view) {
    ++reports;
    return --left > 0;
  });
  const auto bake = [&] {
    LayeredScene::bake(Device::cpu(1), photo_of_walls(), depth_of_walls(), {}, no_matte(), progress);
  };
  bake();
  const int all = reports;
  EXPECT_GT(all, 6);
  for (int at_report = 1; at_report <= all; ++at_report) {
    left = at_report;
    EXPECT_EQ(error_of(bake).find("cancelled: Cancelled during "), 0u);
  }
}

TEST(BakeLayers, RefusesOptionsOutOfRange) {
  const auto error = [](auto change) {
    BakeOptions options;
    change(options);
    return error_of([&] { bake_walls(test::u8_3, options); });
  };
  EXPECT_EQ(error([](BakeOptions& o) { o.max_layers = 17; }),
            "invalid_argument: max_layers is 17; allowed is 1 to 16 layers.");
  EXPECT_EQ(error([](BakeOptions& o) { o.depth_threshold = 0; }),
            "invalid_argument: depth_threshold is 0; allowed is 0.001 to 1.");
}

}  // namespace
}  // namespace relievo
