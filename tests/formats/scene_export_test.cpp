// Layers as pictures, and depth out of scenes.
#include <cmath>
#include <nlohmann/json.hpp>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/io/scene.hpp>

#include "formats/scene_support.hpp"

namespace relievo_tests {
namespace {

using relievo::DepthKind;
using relievo::ErrorCode;
using relievo::Image;
using relievo::LayeredScene;
using relievo::Scalar;

TEST(SceneLayers, AreStraightPicturesWithCoverageAsAlpha) {
  const TempDir folder;
  for (Scalar scalar : {Scalar::u8, Scalar::u16}) {
    SCOPED_TRACE(int(scalar));
    const std::string at = folder / std::to_string(int(scalar));
    const Layers layers = noise_layers(3, 21, 13, {scalar, 3});
    relievo::io::write_layers(at, layers.scene());
    for (int i = 0; i < 3; ++i) {
      const Layers::Layer& layer = layers.layers[static_cast<std::size_t>(i)];
      const std::string name = at + "/layer_0" + std::to_string(i);
      const Image picture = relievo::io::read(name + ".png").image;
      if (i == 0) {
        expect_same_pixels(picture, layer.color);
      } else {
        ASSERT_EQ(picture.format().channels, 4);
        ASSERT_EQ(picture.format().scalar, scalar);
        for (int y = 0; y < 13; ++y) {
          for (int x = 0; x < 21; ++x) {
            const int cover = layer.coverage.row<std::uint8_t>(y)[x];
            for (int c = 0; c < 4; ++c) {
              if (scalar == Scalar::u8) {
                const int want = c < 3 ? layer.color.row<std::uint8_t>(y)[3 * x + c] : cover;
                ASSERT_EQ(picture.row<std::uint8_t>(y)[4 * x + c], want);
              } else {
                const int want = c < 3 ? layer.color.row<std::uint16_t>(y)[3 * x + c] : cover * 257;
                ASSERT_EQ(picture.row<std::uint16_t>(y)[4 * x + c], want);
              }
            }
          }
        }
      }
      expect_same_pixels(relievo::io::read_depth(name + "_disparity.pfm").values(), layer.disparity);
    }
  }
}

TEST(SceneLayers, SayWhatTheyAre) {
  const TempDir folder;
  Layers layers = noise_layers(2, 8, 6, {Scalar::u8, 3}, true);
  layers.scale = {DepthKind::metres, 0.25, 2, 50};
  relievo::io::write_layers(folder / "new", layers.scene());
  const Bytes text = load(folder / "new/scene.json");
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["width"], 8);
  EXPECT_EQ(json["height"], 6);
  EXPECT_EQ(json["depth"]["kind"], "metres");
  EXPECT_EQ(json["depth"]["at_zero"], 0.25);
  EXPECT_EQ(json["depth"]["at_one"], 2);
  EXPECT_EQ(json["layers"].size(), 2u);
  EXPECT_EQ(json["layers"][1]["color"], "layer_01.png");
  expect_same_pixels(relievo::io::read(folder / "new/alpha.png").image, layers.alpha);
}

TEST(SceneLayers, LeaveNothingHalfWritten) {
  const TempDir folder;
  const LayeredScene scene = noise_layers(2, 100, 100, {Scalar::u8, 3}).scene();
  {
    const FullDisk disk(35000);  // holds layer_00.png and no disparity
    expect_error(ErrorCode::io, "layer_00", [&] { relievo::io::write_layers(folder / "full", scene); });
  }
  save(folder / "file", std::string("x"));
  expect_error(ErrorCode::io, "in the way", [&] { relievo::io::write_layers(folder / "file", scene); });
  expect_error(ErrorCode::io, "above it", [&] { relievo::io::check_layers_path(folder / "no/layers"); });
  relievo::io::check_layers_path(folder / "asked");
  EXPECT_THAT(folder.names(), testing::ElementsAre("file"));
}

// Three layers: a ramp, over it a square of 0.5 that is mostly there, and one pixel of 1 that is mostly not.
Layers stairs(relievo::DepthScale scale) {
  Layers layers = noise_layers(3, 8, 8, {Scalar::u8, 3});
  const auto plane = [](auto value) { return filled(8, 8, {Scalar::f32, 1}, value); };
  layers.layers[0].disparity = plane([](int x, int, int) { return x / 8.0; });
  layers.layers[1].disparity = plane([](int, int, int) { return 0.5; });
  layers.layers[2].disparity = plane([](int, int, int) { return 1.0; });
  layers.layers[1].coverage =
      filled(8, 8, {Scalar::u8, 1}, [](int x, int y, int) { return x < 4 && y < 4 ? 128 : 127; });
  layers.layers[2].coverage =
      filled(8, 8, {Scalar::u8, 1}, [](int x, int y, int) { return x == 0 && y == 0 ? 255 : 0; });
  layers.scale = scale;
  return layers;
}

TEST(SceneDepth, IsThatOfTheNearestCoveredLayerInItsOwnUnit) {
  const auto depth = [](relievo::DepthScale scale) { return relievo::io::visible_depth(stairs(scale).scene()); };
  const relievo::DepthMap metres = depth({DepthKind::metres, 0, 4, 40});
  EXPECT_EQ(metres.kind(), DepthKind::metres);
  EXPECT_EQ(metres.fov_degrees(), 40);
  EXPECT_EQ(metres.values().row<float>(0)[0], 0.25f);
  EXPECT_EQ(metres.values().row<float>(0)[1], 0.5f);
  EXPECT_EQ(metres.values().row<float>(0)[4], 0.5f);
  EXPECT_EQ(metres.values().row<float>(7)[2], 1.0f);
  EXPECT_TRUE(std::isnan(metres.values().row<float>(7)[0])) << "infinitely far has no number of metres";

  const relievo::DepthMap px = depth({DepthKind::disparity_px, -8, 24, 0});
  EXPECT_EQ(px.kind(), DepthKind::disparity_px);
  EXPECT_EQ(px.values().row<float>(0)[0], 24);
  EXPECT_EQ(px.values().row<float>(0)[1], 8);
  EXPECT_EQ(px.values().row<float>(7)[4], 8);
  EXPECT_TRUE(std::isnan(px.values().row<float>(7)[2]));

  const relievo::DepthMap relative = depth({DepthKind::disparity, -2, 2, 0});
  EXPECT_EQ(relative.values().row<float>(0)[0], 2);
  EXPECT_EQ(relative.values().row<float>(7)[0], -2);
}

}  // namespace
}  // namespace relievo_tests
