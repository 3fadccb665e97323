// Depth from tiles, against the disparity that the photo was made of.
#include "effects/depth_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "common/images.hpp"
#include "common/seeing_network.hpp"
#include "common/sentence.hpp"
#include "effects/depth_network.hpp"
#include "effects/edge_aware.hpp"

namespace relievo {
namespace {

using Scene = std::function<double(double, double)>;

constexpr int width = 1600, height = 1200;

// Ground, a disc, a fence and a wire: posts and wire are as fine as what a look at the whole tells apart.
double things(double x, double y) {
  if (std::hypot(x - 0.3, 0.75 * y - 0.4) < 0.15) return 0.8;
  if (x > 0.55 && x < 0.95 && y > 0.25 && y < 0.75 && std::fmod(x, 0.025) < 0.0125) return 0.7;
  if (std::abs(y - 0.08 - 0.1 * x) < 0.006) return 0.6;
  return 0.1 + 0.4 * y;
}

double hills(double x, double y) { return 0.3 + 0.3 * y + 0.15 * std::sin(5 * x + 1) * std::cos(4 * y); }

Image photo_of(const Scene& scene, int across = width, int down = height) {
  return test::make(across, down, test::f32_3,
                    [&](int x, int y, int) { return scene((x + 0.5) / across, (y + 0.5) / down); });
}

DepthOptions tiled(int tiles) {
  DepthOptions options;
  options.edge_aware = false;
  options.tiles = tiles;
  return options;
}

DepthMap estimate(DepthNetwork& network, const Image& photo, const DepthOptions& options,
                  const Progress& progress = {}) {
  return std::move(depth_by_network(Device::cpu(1), network, {photo.view()}, options, progress).front());
}

DepthMap estimate(const Image& photo, const DepthOptions& options) {
  test::SeeingNetwork network(Device::cpu(1));
  return estimate(network, photo, options);
}

// Root mean square of what a part of a map misses, in the scene's own unit.
double error_of(const DepthMap& depth, const Scene& scene, double left = 0, double right = 1) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < depth.height(); ++y) {
    for (int x = static_cast<int>(left * depth.width()); x < static_cast<int>(right * depth.width()); ++x, ++count) {
      double value = static_cast<double>(depth.values().row<float>(y)[x]);
      if (depth.kind() == DepthKind::metres) value = 1 / value;
      sum += std::pow(value - scene((x + 0.5) / depth.width(), (y + 0.5) / depth.height()), 2);
    }
  }
  return std::sqrt(sum / count);
}

// The largest mean bend across a column or a row, at the scale of 4 px.
double kink_of(const DepthMap& depth) {
  constexpr int step = 4;
  const auto at = [&](int x, int y) { return static_cast<double>(depth.values().row<float>(y)[x]); };
  double worst = 0;
  for (int x = step; x < depth.width() - step; ++x) {
    double sum = 0;
    for (int y = 0; y < depth.height(); ++y) sum += at(x - step, y) - 2 * at(x, y) + at(x + step, y);
    worst = std::max(worst, std::abs(sum) / depth.height());
  }
  for (int y = step; y < depth.height() - step; ++y) {
    double sum = 0;
    for (int x = 0; x < depth.width(); ++x) sum += at(x, y - step) - 2 * at(x, y) + at(x, y + step);
    worst = std::max(worst, std::abs(sum) / depth.width());
  }
  return worst;
}

TEST(DepthTiles, AreNearlyAsGoodAsANetworkThatSeesMore) {
  const Image photo = photo_of(things);
  DepthOptions large = tiled(1);
  large.resolution = 504;  // what four tiles of 224 px along 4:3 come to
  const double whole = error_of(estimate(photo, tiled(1)), things), best = error_of(estimate(photo, large), things);
  const double four = error_of(estimate(photo, tiled(4)), things);
  ASSERT_LT(best, 0.7 * whole);
  EXPECT_LT(four, 1.05 * best);
  EXPECT_LT(error_of(estimate(photo, tiled(2)), things), 0.95 * whole);
  EXPECT_LT(error_of(estimate(photo, tiled(8)), things), 0.8 * four);
}

TEST(DepthTiles, OfMetresAreMetres) {
  const Image photo = photo_of(things);
  test::SeeingNetwork network(Device::cpu(1), DepthKind::metres);
  const DepthMap depth = estimate(network, photo, tiled(4)), whole = estimate(network, photo, tiled(1));
  EXPECT_EQ(depth.kind(), DepthKind::metres);
  EXPECT_LT(error_of(depth, things), 0.8 * error_of(whole, things));
}

TEST(DepthTiles, LeaveNoSeam) {
  const Image photo = photo_of(hills);
  const double whole = kink_of(estimate(photo, tiled(1)));
  for (const int tiles : {2, 3, 5, 8}) {
    const DepthMap depth = estimate(photo, tiled(tiles));
    EXPECT_LT(kink_of(depth), 1.05 * whole) << tiles;
    EXPECT_LT(error_of(depth, hills), 0.002) << tiles;
  }
}

/// Sees a texture that is not there.
class Dreaming final : public test::SeeingNetwork {
 public:
  using SeeingNetwork::SeeingNetwork;

 protected:
  void as_tile(Image& depth) override {
    each(depth, [](float v, double x, double y) { return v + 0.04 * std::sin(217 * x) * std::sin(191 * y); });
    SeeingNetwork::as_tile(depth);
  }
};

TEST(DepthTiles, BringNoTextureIntoASky) {
  const Scene scene = [](double x, double y) { return x < 0.5 ? 0.1 : things(x, y); };
  const Image photo = photo_of(scene);
  Dreaming network(Device::cpu(1));
  const DepthMap depth = estimate(network, photo, tiled(4));
  EXPECT_LT(error_of(depth, scene, 0, 0.45), 0.1 * 0.02);  // 0.02 is the texture's own
  EXPECT_LT(error_of(depth, scene, 0.55, 1), 0.95 * error_of(estimate(network, photo, tiled(1)), scene, 0.55, 1));
}

TEST(DepthTiles, ThatAreFlatOrInsideOutLeaveTheWholeAsItIs) {
  const Device cpu = Device::cpu(1);
  const NetworkInput input;
  const NetworkSize size = network_size(input, 4000, 3000, 0);
  const TilePlan plan = plan_tiles(input, 4000, 3000, 0, 4, size);
  const Image whole = test::make(size.width, size.height, test::f32_1, [&](int x, int y, int) {
    return things((x + 0.5) / size.width, (y + 0.5) / size.height);
  });
  const Image base = resized(cpu, whole, plan.width, plan.height, ResizeFilter::bilinear);
  TiledDepth merged(cpu, whole, plan);
  for (int i = 0; i < plan.count(); ++i) {
    const TilePlan::Place at = plan.place(i);
    merged.add(i, test::make(plan.tile.width, plan.tile.height, test::f32_1, [&](int x, int y, int) {
                 return i % 2 == 0 ? 0.4 : 1 - test::at(base, at.x + x, at.y + y);
               }));
  }
  EXPECT_TRUE(test::same(merged.take(), base));
}

TEST(DepthTiles, ComeInBatchesAndTellHowFarTheyAre) {
  const Image photo = photo_of(things);
  test::SeeingNetwork network(Device::cpu(1));
  std::vector<double> told;
  const DepthMap depth = estimate(network, photo, tiled(4), [&](double fraction, std::string_view stage) {
    EXPECT_EQ(stage, "depth");
    told.push_back(fraction);
    return true;
  });
  EXPECT_EQ(network.asked, (std::vector<int>{1, 4, 4, 4}));  // the whole, and 4 x 3 tiles
  ASSERT_EQ(told.size(), 14u);
  for (std::size_t i = 0; i < told.size(); ++i) EXPECT_DOUBLE_EQ(told[i], static_cast<double>(i) / 13);
  DepthOptions one_by_one = tiled(4);
  one_by_one.batch = 1;
  EXPECT_TRUE(test::same(estimate(photo, one_by_one).values(), depth.values()));
}

TEST(DepthTiles, OfSeveralPhotosAreThoseOfEach) {
  const Image first = photo_of(things), second = photo_of(hills), upright = photo_of(things, 900, 1200);
  test::SeeingNetwork network(Device::cpu(2));
  const std::vector<DepthMap> depths =
      depth_by_network(Device::cpu(2), network, {first.view(), upright.view(), second.view()}, tiled(3), {});
  EXPECT_EQ(network.asked[0], 2);
  EXPECT_TRUE(test::same(depths[0].values(), estimate(first, tiled(3)).values()));
  EXPECT_TRUE(test::same(depths[1].values(), estimate(upright, tiled(3)).values()));
  EXPECT_TRUE(test::same(depths[2].values(), estimate(second, tiled(3)).values()));
}

TEST(DepthTiles, MayBeCancelledBetweenBatches) {
  const Image photo = photo_of(things);
  test::SeeingNetwork network(Device::cpu(1));
  EXPECT_ERROR(estimate(network, photo, tiled(4), [](double fraction, std::string_view) { return fraction < 0.2; }),
               cancelled, "Cancelled during depth.");
  EXPECT_EQ(network.asked, (std::vector<int>{1, 4}));
  EXPECT_TRUE(test::same(estimate(network, photo, tiled(4)).values(), estimate(photo, tiled(4)).values()));
}

TEST(DepthTiles, KeepWhatIsFinerThanTheCopyThatEdgesComeFrom) {
  constexpr int across = 1900;
  const auto fence = [](int x, int, int) { return x % 4 < 2 ? 0.2 : 0.8; };
  const Image photo = test::make(across, 30, test::u8_3, fence);
  const Image depth = at_photo_size(Device::cpu(1), photo, test::make(across, 30, test::f32_1, fence), true);
  for (int x = 0; x < across; ++x) ASSERT_NEAR(test::at(depth, x, 15), fence(x, 15, 0), 0.01) << x;
}

TEST(DepthTiles, AreNotMadeOfASmallPhoto) {
  const Image photo = photo_of(things, 320, 240);
  test::SeeingNetwork network(Device::cpu(1));
  const DepthMap depth = estimate(network, photo, tiled(8));
  EXPECT_EQ(network.asked, std::vector<int>{1});
  EXPECT_TRUE(test::same(depth.values(), estimate(photo, tiled(1)).values()));
}

TEST(TilePlan, OfFourThirds) {
  const NetworkInput input;  // 518 px the shorter side
  const TilePlan plan = plan_tiles(input, 4000, 3000, 0, 4, network_size(input, 4000, 3000, 0));
  EXPECT_EQ(plan.tile.width, 518);
  EXPECT_EQ(plan.tile.height, 518);
  EXPECT_EQ(plan.width, 1554);  // 3 tiles long, a third of each but the last shared
  EXPECT_EQ(plan.height, 1165);
  EXPECT_EQ(plan.x, (std::vector<int>{0, 345, 691, 1036}));
  EXPECT_EQ(plan.y, (std::vector<int>{0, 324, 647}));
}

TEST(TilePlan, CoversEveryShapeAtTheScaleOfThePhotoOrBelow) {
  using Fit = NetworkInput::Fit;
  for (const Fit fit : {Fit::cover, Fit::contain, Fit::nearest}) {
    for (const auto& [across, down] : {std::pair{4000, 3000},
                                       {8064, 6048},
                                       {3000, 4000},
                                       {6000, 1500},
                                       {1400, 1400},
                                       {1333, 999},
                                       {700, 525},
                                       {12000, 900},
                                       {20, 5000}}) {
      NetworkInput input;
      input.fit = fit;
      const NetworkSize whole = network_size(input, across, down, 0);
      for (int tiles = 1; tiles <= 8; ++tiles) {
        const TilePlan plan = plan_tiles(input, across, down, 0, tiles, whole);
        SCOPED_TRACE(testing::Message() << across << " x " << down << " in " << tiles);
        if (plan.count() == 0) continue;
        EXPECT_LE(std::max(plan.x.size(), plan.y.size()), static_cast<std::size_t>(tiles));
        EXPECT_LE(plan.width, across);
        EXPECT_LE(plan.height, down);
        EXPECT_GT(std::max(plan.width, plan.height), std::max(whole.width, whole.height));
        // Of strips a network sees another shape, as sides are rounded to patches.
        const double ratio = static_cast<double>(across) / down;
        if (ratio <= 4 && ratio >= 0.25) {
          EXPECT_NEAR(static_cast<double>(plan.width) / plan.height, ratio, 0.04 * ratio);
        }
        const auto expect_covered = [](const std::vector<int>& first, int tile, int length) {
          EXPECT_EQ(first.front(), 0);
          EXPECT_EQ(first.back() + tile, length);
          for (std::size_t i = 1; i < first.size(); ++i) EXPECT_GE(3 * (first[i - 1] + tile - first[i]), tile - 3);
        };
        expect_covered(plan.x, plan.tile.width, plan.width);
        expect_covered(plan.y, plan.tile.height, plan.height);
      }
    }
  }
}

}  // namespace
}  // namespace relievo
