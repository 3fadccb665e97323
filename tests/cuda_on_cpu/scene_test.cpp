// A scene baked on a GPU: its layers lie there and are the CPU's, wherever photo and matte came from.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/layered_scene.hpp>

#include "common/images.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"

namespace relievo {
namespace {

constexpr int width = 61, height = 45;

Device gpu() {
  EngineRegistry::instance().add(DeviceKind::cuda, make_cuda_engine);
  return Device::cuda();
}

double distance(int x, int y) { return std::hypot(x - 30, y - 22); }

Image photo_of(PixelFormat format, bool premultiplied) {
  Image photo = test::make(width, height, format, [](int x, int y, int c) {
    if (c == 3) return (x * 37 + y * 11) % 5 == 0 ? 0.0 : (x + y) / 110.0;
    return std::fmod(0.13 * x + 0.37 * y + 0.21 * c, 1.0) * (distance(x, y) < 12 ? 0.5 : 1);
  });
  Color color = photo.color();
  color.premultiplied = premultiplied;
  photo.set_color(color);
  return photo;
}

Image soft_matte() {
  return test::make(width, height, test::u8_1, [](int x, int y, int) {
    return std::round(255 * std::clamp((12 - distance(x, y)) / 6 + 0.5, 0.0, 1.0)) / 255;
  });
}

DepthMap step_depth() {
  return DepthMap(test::make(width, height, test::f32_1,
                             [](int x, int y, int) { return distance(x, y) < 12 ? 1.0 : 0.4 * y / (height - 1); }),
                  DepthKind::disparity);
}

void expect_same(const ImageView& there, const ImageView& here, const Device& device, const char* what) {
  ASSERT_EQ(there.empty(), here.empty()) << what;
  if (there.empty()) return;
  EXPECT_EQ(there.device, device.id()) << what;
  EXPECT_TRUE(test::same(device.download(there), here)) << what;
}

void expect_same(const LayeredScene& there, const LayeredScene& here, const Device& device) {
  ASSERT_EQ(there.layer_count(), here.layer_count());
  for (int i = 0; i < here.layer_count(); ++i) {
    expect_same(there.layer(i).color, here.layer(i).color, device, "color");
    expect_same(there.layer(i).coverage, here.layer(i).coverage, device, "coverage");
    expect_same(there.layer(i).disparity, here.layer(i).disparity, device, "disparity");
  }
  expect_same(there.alpha(), here.alpha(), device, "alpha");
  EXPECT_EQ(there.color(), here.color());
  EXPECT_TRUE(test::same(there.flatten(), here.flatten()));
}

TEST(SceneOnGpu, IsBakedAsOnTheCpu) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const Image matte = soft_matte();
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3, 4}) {
      for (const bool premultiplied : {false, true}) {
        if (premultiplied && channels != 4) continue;
        SCOPED_TRACE(testing::Message() << static_cast<int>(scalar) << " " << channels << " " << premultiplied);
        const Image photo = photo_of({scalar, static_cast<std::uint8_t>(channels)}, premultiplied);
        const LayeredScene here = LayeredScene::bake(cpu, photo, step_depth(), {}, matte);
        ASSERT_EQ(here.layer_count(), 2);
        expect_same(LayeredScene::bake(device, photo, step_depth(), {}, matte), here, device);
        const Image photo_there = device.upload(photo), matte_there = device.upload(matte);
        expect_same(LayeredScene::bake(device, photo_there, step_depth(), {}, matte_there), here, device);
      }
    }
  }
}

// The caller's fill works on the host, and sees what it would see of the CPU.
TEST(SceneOnGpu, TakesAFillOfTheCallers) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const Image matte = soft_matte();
  for (const int layers : {2, 8}) {
    for (const PixelFormat format : {test::u8_3, test::f16_3, test::f32_1}) {
      const Image photo = photo_of(format, false);
      BakeOptions options;
      options.max_layers = layers;
      Image holes[2];
      const auto bake = [&](const Device& on, Image& hole) {
        return LayeredScene::bake(on, photo, step_depth(), options, matte, {},
                                  [&](const ImageView& given, const ImageView& mask) {
                                    EXPECT_TRUE(test::same(given, photo));
                                    hole = Image::copy_of(mask);
                                    return test::flat(width, height, format, 0.4);
                                  });
      };
      const LayeredScene here = bake(cpu, holes[0]);
      expect_same(bake(device, holes[1]), here, device);
      EXPECT_TRUE(test::same(holes[0], holes[1]));
    }
  }
}

// Metres and pixels of disparity become relative disparity on the GPU, and what is unknown is filled there.
TEST(SceneOnGpu, TakesDepthOfEveryKindWithHoles) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const Image photo = photo_of(test::u8_3, false), matte = soft_matte();
  for (const DepthKind kind : {DepthKind::disparity, DepthKind::disparity_px, DepthKind::metres}) {
    const DepthMap depth(test::make(width, height, test::f32_1,
                                    [](int x, int y, int) {
                                      const bool unknown = (y > 9 && y < 14) || x < 3 || (x * 7 + y * 5) % 6 == 0;
                                      return unknown ? NAN : 2 + std::sin(0.3 * x) * std::cos(0.2 * y);
                                    }),
                         kind);
    SCOPED_TRACE(name_of(kind));
    expect_same(LayeredScene::bake(device, photo, depth, {}, matte), LayeredScene::bake(cpu, photo, depth, {}, matte),
                device);
  }
}

TEST(SceneOnGpu, WithoutASubjectHasOneLayer) {
  const Device device = gpu();
  const Image photo = photo_of(test::u8_4, false), matte = test::flat(width, height, test::u8_1, 0);
  expect_same(LayeredScene::bake(device, photo, step_depth(), {}, matte),
              LayeredScene::bake(Device::cpu(1), photo, step_depth(), {}, matte), device);
}

TEST(SceneOnGpu, IsMadeOfLayersFromEitherMemory) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const LayeredScene here = LayeredScene::bake(cpu, photo_of(test::u16_3, false), step_depth(), {}, soft_matte());
  const LayeredScene there = LayeredScene::bake(device, photo_of(test::u16_3, false), step_depth(), {}, soft_matte());
  const std::vector<LayerView> on_host{here.layer(0), here.layer(1)}, on_gpu{there.layer(0), there.layer(1)};
  expect_same(LayeredScene::from_layers(device, on_host.data(), 2), here, device);
  expect_same(LayeredScene::from_layers(device, on_gpu.data(), 2), here, device);
}

TEST(SceneOnGpu, KeepsItsAlphaWhereItIsResizedAndDefocused) {
  const Device device = gpu(), cpu = Device::cpu(1);
  const Image photo = photo_of(test::u8_4, false);
  const LayeredScene here = LayeredScene::bake(cpu, photo, step_depth(), {}, soft_matte());
  const LayeredScene there = LayeredScene::bake(device, photo, step_depth(), {}, soft_matte());
  expect_same(there.resized(31, 23), here.resized(31, 23), device);
  expect_same(BokehRenderer(device).defocus(there), BokehRenderer(cpu).defocus(here), device);
  EXPECT_TRUE(test::same(BokehRenderer(device).render(there), BokehRenderer(cpu).render(here)));
}

}  // namespace
}  // namespace relievo
