// Variations of pictures: the depth stays with its pixels.
#include "relievo-train/augment.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace tool {
namespace {

constexpr int width = 120, height = 90;

// Red says the column, green the row; the depth says both.
struct Chart {
  relievo::Image photo{width, height, {relievo::Scalar::u8, 3}}, depth{width, height, {relievo::Scalar::f32, 1}};

  Chart() {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        auto* pixel = photo.row<std::uint8_t>(y) + 3 * x;
        pixel[0] = static_cast<std::uint8_t>(2 * x);
        pixel[1] = static_cast<std::uint8_t>(2 * y);
        pixel[2] = 0;
        depth.row<float>(y)[x] = static_cast<float>(x + 1000 * y);
      }
    }
  }
};

TEST(RandomWindow, KeepsDepthAndPhotoTogether) {
  const Chart chart;
  int mirrored = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    const DepthSample sample = random_window(chart.photo.view(), chart.depth.view(), 48, 32, random);
    const std::size_t plane = 48 * 32;
    int known = 0;
    for (std::size_t i = 0; i < plane; ++i) {
      if (std::isnan(sample.disparity[i])) continue;
      ++known;
      const auto both = static_cast<int>(sample.disparity[i]);
      EXPECT_NEAR(sample.photo[i] * 255 / 2, both % 1000, 1.01) << seed << " " << i;
      EXPECT_NEAR(sample.photo[plane + i] * 255 / 2, both / 1000, 1.01) << seed << " " << i;
    }
    EXPECT_GT(known, 0.9 * plane) << seed;
    mirrored += sample.disparity[16 * 48 + 40] < sample.disparity[16 * 48 + 8] ? 1 : 0;
  }
  EXPECT_GT(mirrored, 10);
  EXPECT_LT(mirrored, 30);
}

TEST(RandomWindow, OfATallPictureIsAWideOneWithin) {
  const Chart chart;
  Random random(4);
  const DepthSample sample = random_window(chart.photo.view(), chart.depth.view(), 32, 96, random);
  EXPECT_EQ(sample.width, 32);
  EXPECT_EQ(sample.height, 96);
  EXPECT_EQ(sample.photo.size(), 3u * 32 * 96);
}

TEST(VaryCamera, ChangesColorsWithinRangeAndNoDepth) {
  const Chart chart;
  double least = 1, most = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    DepthSample sample = random_window(chart.photo.view(), chart.depth.view(), 48, 32, random);
    const std::vector<float> depth = sample.disparity;
    vary_camera(sample, random);
    for (std::size_t i = 0; i < depth.size(); ++i) {
      EXPECT_TRUE(std::isnan(depth[i]) ? std::isnan(sample.disparity[i]) : depth[i] == sample.disparity[i]);
    }
    for (const float value : sample.photo) {
      EXPECT_GE(value, 0);
      EXPECT_LE(value, 1);
    }
    const double mean =
        std::accumulate(sample.photo.begin(), sample.photo.end(), 0.0) / static_cast<double>(sample.photo.size());
    least = std::min(least, mean);
    most = std::max(most, mean);
  }
  EXPECT_GT(most - least, 0.05) << "exposures do not differ";
}

}  // namespace
}  // namespace tool
