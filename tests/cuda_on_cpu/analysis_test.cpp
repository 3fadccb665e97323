// What is found in a photo on a GPU: the CPU's, and the host sees small copies of the photo alone.
#include <gtest/gtest.h>

#include <cmath>

#include <relievo/depth_estimator.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/segmenter.hpp>

#include "common/images.hpp"
#include "common/seeing_network.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda_on_cpu/machine.hpp"
#include "effects/depth_network.hpp"

namespace relievo {
namespace {

// Longer than every small copy, and not high, for the emulation's sake.
constexpr int width = 800, height = 100;
constexpr int quantiles_bytes = 16, histogram_bytes = 1024, matte_bytes = width * height;

Device gpu() {
  EngineRegistry::instance().add(DeviceKind::cuda, make_cuda_engine);
  return Device::cuda();
}

double distance(int x, int y) { return std::hypot(0.3 * (x - 380), y - 55); }

Image photo_of(PixelFormat format) {
  return test::make(width, height, format, [](int x, int y, int c) {
    const double wave = 0.15 * std::sin(0.21 * x + c) * std::cos(0.17 * y);
    return c == 3 ? 1 : (distance(x, y) < 32 ? 0.75 - 0.2 * c : 0.25 + 0.1 * c) + wave;
  });
}

// A subject before ground, larger than it by two pixels, with pixels unknown.
DepthMap depth_of() {
  return DepthMap(test::make(width, height, test::f32_1,
                             [](int x, int y, int) {
                               if ((x * 7 + y * 5) % 31 == 0) return std::nan("");
                               return distance(x, y) < 34 ? 0.8 + 0.0001 * x : 0.3 * y / (height - 1);
                             }),
                  DepthKind::disparity);
}

SegmentOptions options_of(SegmentMethod method) {
  SegmentOptions options;
  options.method = method;
  return options;
}

int worst_difference(const Image& a, const Image& b) {
  double worst = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int x = 0; x < a.width(); ++x) worst = std::max(worst, std::abs(test::at(a, x, y) - test::at(b, x, y)));
  }
  return static_cast<int>(std::lround(255 * worst));
}

template <class Body>
long downloaded(const Body& body) {
  const long before = cuda_on_cpu::calls().downloaded_bytes;
  body();
  return cuda_on_cpu::calls().downloaded_bytes - before;
}

TEST(AnalysisOnGpu, TheMatteByDepthIsTheCpus) {
  const Device device = gpu();
  const SegmentOptions options = options_of(SegmentMethod::otsu);
  const Image photo = photo_of(test::u8_3);
  const Image here = Segmenter(Device::cpu(1), options).segment(photo, depth_of());
  EXPECT_EQ(test::at(here, 380, 55), 1);
  EXPECT_EQ(test::at(here, 20, 20), 0);
  const Image there = device.upload(photo);
  const long bytes =
      downloaded([&] { EXPECT_TRUE(test::same(Segmenter(device, options).segment(there, depth_of()), here)); });
  // The matte comes down once for its components and once as the result.
  EXPECT_EQ(bytes, quantiles_bytes + histogram_bytes + 2 * matte_bytes);
  EXPECT_TRUE(test::same(Segmenter(device, options).segment(photo, depth_of()), here)) << "of a photo of the host";
}

TEST(AnalysisOnGpu, TheMatteByColourIsTheCpus) {
  const Device device = gpu();
  for (const PixelFormat format : {test::u8_3, PixelFormat{Scalar::u16, 4}, PixelFormat{Scalar::f16, 1}}) {
    const Image photo = photo_of(format);
    const Image here = Segmenter(Device::cpu(1)).segment(photo, depth_of());
    ASSERT_GT(test::at(here, 380, 55), 0.9);
    const Image there = device.upload(photo);
    const long bytes = downloaded([&] {
      // Means of photos of floats differ in their last bit, which may round to another byte.
      EXPECT_LE(worst_difference(Segmenter(device).segment(there, depth_of()), here), 1);
    });
    // Copies to look for faces in, for the subject and for its edge; depth; tiles that the edge is near.
    constexpr int near_edge = 256 * height;  // whole tiles of 64 px
    constexpr int copies = 640 * 80 + 400 * 50 + 256 * 32;
    EXPECT_EQ(bytes, quantiles_bytes + 3 * copies + 4 * 400 * 50 + 3 * near_edge);
  }
}

TEST(AnalysisOnGpu, DepthFromCuesIsTheCpus) {
  const Device device = gpu();
  for (const bool edge_aware : {false, true}) {
    DepthOptions options;
    options.model = "cues";
    options.edge_aware = edge_aware;
    const Image photo = photo_of(test::u16_3);
    const DepthMap here = DepthEstimator(Device::cpu(1), options).estimate(photo);
    const Image there = device.upload(photo);
    const DepthEstimator estimator(device, options);
    const long bytes = downloaded([&] {
      const DepthMap found = estimator.estimate(there);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          ASSERT_NEAR(found.values().row<float>(y)[x], here.values().row<float>(y)[x], edge_aware ? 4e-6 : 0);
        }
      }
    });
    // For the cues, for faces, and the result.
    EXPECT_EQ(bytes, 3 * 384 * 48 + 3 * 640 * 80 + 4 * width * height);
    Sequence sequence;
    const DepthMap first = estimator.estimate(there, sequence);
    const long thumbnail = downloaded([&] { (void)estimator.estimate(there, sequence); }) - bytes;
    EXPECT_EQ(thumbnail, 32 * 32);
  }
}

TEST(AnalysisOnGpu, DepthFromTilesIsTheCpus) {
  const Device device = gpu();
  DepthOptions options;
  options.tiles = 4;
  const Image photo = photo_of(test::u8_3), there = device.upload(photo);
  test::SeeingNetwork here(Device::cpu(1), DepthKind::disparity, 42), network(device, DepthKind::disparity, 42);
  const std::vector<DepthMap> wanted = depth_by_network(Device::cpu(1), here, {photo.view()}, options, {});
  const long bytes = downloaded([&] {
    const std::vector<DepthMap> found = depth_by_network(device, network, {there.view()}, options, {});
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        ASSERT_NEAR(found[0].values().row<float>(y)[x], wanted[0].values().row<float>(y)[x], 4e-6);
      }
    }
  });
  EXPECT_EQ(network.asked, (std::vector<int>{1, 4}));
  // What the network of this test looks at and what it puts out, of the whole and of tiles, and the result.
  EXPECT_EQ(bytes, (12 + 4) * (168 * 28 + 4 * 112 * 42) + 4 * width * height);
}

TEST(AnalysisOnGpu, FacesAreLookedForInASmallCopy) {
  const Device device = gpu();
  const Image there = device.upload(photo_of(test::f32_3));
  EXPECT_EQ(downloaded([&] { (void)find_faces(there); }), 3 * 640 * 80);
}

TEST(AnalysisOnGpu, ABakeBringsNoPhotoDown) {
  const Device device = gpu(), cpu = Device::cpu(1);
  BakeOptions options;
  options.segment = options_of(SegmentMethod::otsu);
  const Image photo = photo_of(test::f32_3);
  const LayeredScene here = LayeredScene::bake(cpu, photo, depth_of(), options);
  ASSERT_EQ(here.layer_count(), 2);
  const Image photo_there = device.upload(photo);
  const long bytes = downloaded([&] {
    const LayeredScene there = LayeredScene::bake(device, photo_there, depth_of(), options);
    ASSERT_EQ(there.layer_count(), 2);
    for (int i = 0; i < 2; ++i) {
      const LayerView found = there.layer(i), right = here.layer(i);
      EXPECT_TRUE(test::same(device.download(found.color), right.color)) << i;
      EXPECT_TRUE(test::same(device.download(found.disparity), right.disparity)) << i;
    }
    EXPECT_TRUE(test::same(device.download(there.layer(1).coverage), here.layer(1).coverage));
  });
  const long compared = 2 * 4 * (3 + 1) * width * height + matte_bytes;
  // The matte's components and the hole, what is read around the hole, and numbers.
  EXPECT_LT(bytes - compared, 2 * matte_bytes + 12 * width * height / 2);
}

}  // namespace
}  // namespace relievo
