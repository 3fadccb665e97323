// Scenes of the caller's own layers: what is taken, what is refused, how they flatten and resize.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <relievo/layered_scene.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;
using test::flat;
using test::Layers;

Layers three(PixelFormat format = test::u8_3) {
  Layers layers;
  layers.add(test::photo(30, 20, format), flat(30, 20, test::f32_1, 0));
  layers.add(flat(30, 20, format, 0.2), flat(30, 20, test::f32_1, 0.5), test::box(30, 20, 5, 5, 20, 15));
  layers.add(flat(30, 20, format, 0.8), flat(30, 20, test::f32_1, 1),
             test::make(30, 20, test::u8_1, [](int x, int, int) { return std::round(x * 255 / 29.0) / 255; }));
  return layers;
}

TEST(SceneOfLayers, KeepsThemAsTheyAre) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const Layers layers = three(format);
    const LayeredScene scene = layers.scene();
    EXPECT_EQ(scene.width(), 30);
    EXPECT_EQ(scene.height(), 20);
    EXPECT_EQ(scene.format(), format);
    EXPECT_EQ(scene.layer_count(), 3);
    EXPECT_TRUE(scene.alpha().empty());
    for (int i = 0; i < 3; ++i) {
      EXPECT_TRUE(test::same(scene.layer(i).color, layers.all[i].color));
      EXPECT_TRUE(test::same(scene.layer(i).disparity, layers.all[i].disparity));
      EXPECT_EQ(scene.layer(i).coverage.empty(), i == 0);
      if (i > 0) {
        EXPECT_TRUE(test::same(scene.layer(i).coverage, layers.all[i].coverage));
      }
    }
  }
}

TEST(SceneOfLayers, CopiesThem) {
  Layers layers = three();
  const LayeredScene scene = layers.scene();
  const Image before = scene.flatten();
  layers.all.clear();
  EXPECT_TRUE(test::same(scene.flatten(), before));
}

TEST(SceneOfLayers, FlattensFarToNear) {
  const Layers layers = three();
  const Image out = layers.scene().flatten();
  for (int y = 0; y < 20; ++y) {
    for (int x = 0; x < 30; ++x) {
      double value = at(layers.all[0].color, x, y, 1);
      if (at(layers.all[1].coverage, x, y) > 0) value = 0.2;
      const double cover = at(layers.all[2].coverage, x, y);
      EXPECT_NEAR(at(out, x, y, 1), 0.8 * cover + value * (1 - cover), 0.51 / 255);
      if (x == 29) {
        EXPECT_EQ(at(out, x, y, 1), at(layers.all[2].color, x, y, 1));
      }
      if (x == 0) {
        EXPECT_EQ(at(out, x, y, 1), at(layers.all[0].color, x, y, 1));
      }
    }
  }
}

TEST(SceneOfLayers, RefusesNoneAndTooMany) {
  const Layers layers = three();
  const std::vector<LayerView> many(65, layers.views()[0]);
  const auto error = [](const LayerView* given, int count) {
    return error_of([&] { LayeredScene::from_layers(Device::cpu(1), given, count); });
  };
  EXPECT_EQ(error(nullptr, 1), "invalid_argument: The layers are null.");
  EXPECT_EQ(error(many.data(), 0), "invalid_argument: The number of layers is 0; allowed is 1 to 64.");
  EXPECT_EQ(error(many.data(), -1), "invalid_argument: The number of layers is -1; allowed is 1 to 64.");
  EXPECT_EQ(error(many.data(), 65), "invalid_argument: The number of layers is 65; allowed is 1 to 64.");
  std::vector<LayerView> most(64, layers.views()[1]);
  most[0] = layers.views()[0];
  EXPECT_EQ(error(most.data(), 64), "nothing");
}

TEST(SceneOfLayers, RefusesWhatDoesNotFitTogether) {
  const Layers layers = three();
  const Image small = test::photo(29, 20), deep = test::photo(30, 20, test::u16_3),
              alpha = test::photo(30, 20, test::u8_4);
  const Image low = flat(30, 19, test::f32_1, 0), bytes = flat(30, 20, test::u8_1, 0);
  const auto with = [&](int layer, auto change) {
    std::vector<LayerView> views = layers.views();
    change(views[layer]);
    return error_of([&] { LayeredScene::from_layers(Device::cpu(1), views.data(), 3); });
  };
  EXPECT_EQ(with(0, [&](LayerView& v) { v.coverage = bytes; }),
            "invalid_argument: The farthest layer must be opaque: its coverage must be empty.");
  EXPECT_EQ(with(0, [&](LayerView& v) { v.color = {}; }), "invalid_argument: The layer's color is empty.");
  EXPECT_EQ(with(1, [&](LayerView& v) { v.disparity = {}; }), "invalid_argument: The layer's disparity is empty.");
  EXPECT_EQ(with(1, [&](LayerView& v) { v.coverage = {}; }), "invalid_argument: The layer's coverage is empty.");
  EXPECT_EQ(with(1, [&](LayerView& v) { v.disparity = low; }),
            "invalid_argument: The layer's disparity is 30 x 19 pixels, the layer's color 30 x 20; they must be the "
            "same.");
  EXPECT_EQ(with(1, [&](LayerView& v) { v.disparity = bytes; }),
            "invalid_argument: A layer's disparity must have 1 channel of f32.");
  EXPECT_EQ(with(2, [&](LayerView& v) { v.coverage = v.disparity; }),
            "invalid_argument: A layer's coverage must have 1 channel of u8.");
  EXPECT_EQ(with(2, [&](LayerView& v) { v.color = alpha; }),
            "invalid_argument: A layer's color must have 1 or 3 channels; its alpha is the coverage.");
  EXPECT_EQ(with(2, [&](LayerView& v) { v.color = deep; }), "invalid_argument: Layers must have one pixel format.");
  EXPECT_EQ(with(2, [&](LayerView& v) { v.color.color.transfer = Transfer::linear; }),
            "invalid_argument: Layers must have one colour: primaries and transfer curve.");
  Image short_disparity = flat(29, 20, test::f32_1, 0), short_coverage = flat(29, 20, test::u8_1, 0);
  EXPECT_EQ(with(1,
                 [&](LayerView& v) {
                   v = {small, short_coverage, short_disparity};
                 }),
            "invalid_argument: The layer is 29 x 20 pixels, the farthest layer 30 x 20; they must be the same.");
  for (const float bad : {-0.01f, 1.01f, std::numeric_limits<float>::quiet_NaN()}) {
    Image disparity = flat(30, 20, test::f32_1, 0.5);
    disparity.row<float>(7)[3] = bad;
    EXPECT_EQ(with(2, [&](LayerView& v) { v.disparity = disparity; }),
              "invalid_argument: A layer's disparity must lie in 0 to 1 everywhere; row 7 does not.");
  }
}

TEST(Scene, LayersAreNumberedFromZero) {
  const LayeredScene scene = three().scene();
  EXPECT_EQ(error_of([&] { scene.layer(3); }), "invalid_argument: Layer 3 is out of range; the scene has 3.");
  EXPECT_EQ(error_of([&] { scene.layer(-1); }), "invalid_argument: Layer -1 is out of range; the scene has 3.");
}

TEST(Scene, MovesKeepTheLayers) {
  LayeredScene a = three().scene();
  const Image before = a.flatten();
  LayeredScene b = std::move(a);
  LayeredScene c = test::plane(test::photo(5, 5), 0);
  c = std::move(b);
  EXPECT_TRUE(test::same(c.flatten(), before));
}

TEST(SceneResized, SmallerIsByAreaAndLargerBilinear) {
  const Layers layers = three(test::f32_3);
  const LayeredScene half = layers.scene().resized(15, 10);
  EXPECT_EQ(half.width(), 15);
  EXPECT_EQ(half.height(), 10);
  EXPECT_EQ(half.layer_count(), 3);
  const LayeredScene twice = layers.scene().resized(60, 40);
  for (int y = 1; y < 9; ++y) {
    for (int x = 1; x < 14; ++x) {
      const auto from = [&](int dx, int dy) { return at(layers.all[0].color, 2 * x + dx, 2 * y + dy); };
      EXPECT_NEAR(at(half.layer(0).color, x, y), (from(0, 0) + from(1, 0) + from(0, 1) + from(1, 1)) / 4, 1e-6);
      // Column 4 x + 1 of the larger lies a quarter right of column 2 x of the given, row 4 y + 1 a quarter below 2 y.
      EXPECT_NEAR(at(twice.layer(0).color, 4 * x + 1, 4 * y + 1),
                  0.5625 * from(0, 0) + 0.1875 * (from(1, 0) + from(0, 1)) + 0.0625 * from(1, 1), 1e-6);
    }
  }
  EXPECT_NEAR(at(half.layer(2).disparity, 7, 5), 1, 1e-6);
  EXPECT_EQ(at(half.layer(1).coverage, 5, 5), 1);
  EXPECT_EQ(at(half.layer(1).coverage, 1, 5), 0);
}

TEST(SceneResized, SameSizeIsTheSame) {
  const LayeredScene scene = three().scene();
  EXPECT_TRUE(test::same(scene.resized(30, 20).flatten(), scene.flatten()));
}

TEST(SceneResized, RefusesASideOutOfRange) {
  EXPECT_EQ(error_of([] { three().scene().resized(0, 20); }),
            "invalid_argument: An image of 0 x 20 pixels is out of range; each side is 1 to 65535.");
  EXPECT_EQ(error_of([] { three().scene().resized(30, 65536); }),
            "invalid_argument: An image of 30 x 65536 pixels is out of range; each side is 1 to 65535.");
}

}  // namespace
}  // namespace relievo
