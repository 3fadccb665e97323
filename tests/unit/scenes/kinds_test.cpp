// Scenes of every kind: the same whenever and however they are drawn, and worth training with.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <thread>
#include <vector>

#include "common/images.hpp"
#include "scenes/scene.hpp"

namespace relievo {
namespace scenes {
namespace {

constexpr int width = 96, height = 72;

Atlas two_photos() {
  std::vector<Image> photos;
  for (int i = 0; i < 2; ++i) {
    photos.push_back(test::make(120 + 80 * i, 100, test::u8_3, [&](int x, int y, int c) {
      return 0.5 + 0.5 * std::sin(0.1 * x * (c + 1) + 0.07 * y * (i + 1));
    }));
  }
  return Atlas(photos);
}

class Kinds : public testing::TestWithParam<int> {
 protected:
  SceneKind kind() const { return static_cast<SceneKind>(GetParam()); }
};

TEST_P(Kinds, PixelsDependOnTheSeedAloneAndNotOnThreads) {
  const Atlas photos = two_photos();
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Scene one = make_scene(kind(), seed, photos), again = make_scene(kind(), seed, photos);
    const Camera camera = camera_of(one.view, width, height);
    const SceneFrame a = render(Device::cpu(1), one, camera, width, height, 2, 4);
    const SceneFrame b = render(Device::cpu(3), again, camera, width, height, 2, 4);
    for (int k = 0; k < 2; ++k) {
      EXPECT_TRUE(test::same(a.layers[k].color, b.layers[k].color));
      EXPECT_TRUE(test::same(a.layers[k].depth, b.layers[k].depth));
      EXPECT_TRUE(test::same(a.layers[k].normal, b.layers[k].normal));
      EXPECT_TRUE(test::same(a.layers[k].object, b.layers[k].object));
      EXPECT_TRUE(test::same(a.layers[k].coverage, b.layers[k].coverage));
    }
  }
}

TEST_P(Kinds, PicturesAreFiniteAndHaveDepth) {
  const Atlas photos = two_photos();
  int flat = 0;
  for (std::uint64_t seed = 10; seed < 40; ++seed) {
    const Scene scene = make_scene(kind(), seed, photos);
    const SceneFrame frame = render(Device::cpu(2), scene, camera_of(scene.view, width, height), width, height, 1, 4);
    std::set<float> depths;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < 3 * width; ++x) {
        const float light = frame.layers[0].color.row<float>(y)[x];
        ASSERT_TRUE(std::isfinite(light) && light >= 0) << "seed " << seed << " at " << x / 3 << ", " << y;
      }
      for (int x = 0; x < width; ++x) {
        const float z = frame.layers[0].depth.row<float>(y)[x];
        ASSERT_GT(z, 0.0f);
        depths.insert(z);
      }
    }
    flat += depths.size() < width * height / 10 ? 1 : 0;
  }
  EXPECT_LE(flat, 2);
}

INSTANTIATE_TEST_SUITE_P(All, Kinds, testing::Range(0, scene_kinds));

TEST(TrainingImage, IsTheSameFromTwoThreadsAtOnce) {
  const Atlas photos = two_photos();
  constexpr int count = 12;
  std::vector<TrainingImage> alone, together(count);
  for (int i = 0; i < count; ++i) alone.push_back(training_image(Device::cpu(1), 100 + i, width, height, photos));
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      const Device device = Device::cpu(1);
      for (int i = t; i < count; i += 2) together[i] = training_image(device, 100 + i, width, height, photos);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < count; ++i) {
    EXPECT_TRUE(test::same(alone[i].picture, together[i].picture)) << i;
    EXPECT_TRUE(test::same(alone[i].disparity, together[i].disparity)) << i;
  }
}

TEST(TrainingImage, DisparityIsTheInverseOfTheScenesDepth) {
  const Atlas none;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    const TrainingImage made = training_image(Device::cpu(1), seed, width, height, none);
    const Scene scene = make_scene(any_kind(seed), seed, none);
    const SceneFrame frame = render(Device::cpu(1), scene, camera_of(scene.view, width, height), width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const float z = frame.layers[0].depth.row<float>(y)[x];
        EXPECT_EQ(made.disparity.row<float>(y)[x], std::isinf(z) ? 0 : 1 / z);
      }
    }
  }
}

TEST(AnyKind, TakesAllKinds) {
  std::set<SceneKind> kinds;
  for (std::uint64_t seed = 0; seed < 60; ++seed) kinds.insert(any_kind(seed));
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(scene_kinds));
}

}  // namespace
}  // namespace scenes
}  // namespace relievo
