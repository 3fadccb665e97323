// Procedural scenes drawn on a GPU are the CPU's; with the formulas of unit/scenes/render_test.cpp.
#include <gtest/gtest.h>

#include <cmath>

#include "common/images.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"
#include "scenes/scene.hpp"
#include "unit/scenes/device.hpp"

namespace test {

relievo::Device device_under_test() {
  relievo::EngineRegistry::instance().add(relievo::DeviceKind::cuda, relievo::make_cuda_engine);
  return relievo::Device::cuda();
}

}  // namespace test

namespace relievo {
namespace scenes {
namespace {

constexpr int width = 48, height = 36;

Atlas photos() {
  std::vector<Image> all;
  all.push_back(test::make(150, 150, test::u8_3,
                           [](int x, int y, int c) { return 0.5 + 0.5 * std::sin(0.1 * x * (c + 1) + 0.07 * y); }));
  return Atlas(all);
}

TEST(DrawnScenes, AreTheCpusOnAGpu) {
  const Device gpu = test::device_under_test(), cpu = Device::cpu(1);
  const Atlas atlas = photos();
  for (int kind = 0; kind < scene_kinds; ++kind) {
    const Scene scene = make_scene(static_cast<SceneKind>(kind), 5, atlas);
    const Camera camera = camera_of(scene.view, width, height);
    const SceneFrame there = render(gpu, scene, camera, width, height, 2, 4);
    const SceneFrame here = render(cpu, scene, camera, width, height, 2, 4);
    for (int k = 0; k < 2; ++k) {
      const SceneLayer &a = there.layers[k], &b = here.layers[k];
      // Both find hits by the same sums; a GPU's own square roots and quotients are as exact as the CPU's.
      EXPECT_TRUE(test::same(a.depth, b.depth)) << kind;
      EXPECT_TRUE(test::same(a.object, b.object)) << kind;
      EXPECT_TRUE(test::same(a.normal, b.normal)) << kind;
      EXPECT_TRUE(test::same(a.front, b.front)) << kind;
      EXPECT_TRUE(test::same(a.coverage, b.coverage)) << kind;
      EXPECT_TRUE(test::same(a.color, b.color)) << kind;
    }
  }
}

TEST(DrawnScenes, TrainingImagesAreTheCpusOnAGpu) {
  const Atlas atlas = photos();
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const TrainingImage there = training_image(test::device_under_test(), seed, width, height, atlas);
    const TrainingImage here = training_image(Device::cpu(1), seed, width, height, atlas);
    EXPECT_TRUE(test::same(there.disparity, here.disparity));
    EXPECT_TRUE(test::same(there.picture, here.picture));
  }
}

}  // namespace
}  // namespace scenes
}  // namespace relievo
