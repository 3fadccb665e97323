// 3D Gaussians of scenes, by the numbers of Kerbl et al.
#include <cmath>

#include <relievo/io/scene.hpp>

#include "formats/ply_support.hpp"
#include "formats/scene_support.hpp"

namespace relievo_tests {
namespace {

using relievo::DepthKind;
using relievo::ErrorCode;
using relievo::Scalar;
using relievo::io::PointsOptions;

Ply points_of(const Layers& layers, const PointsOptions& options = {}) {
  const TempDir folder;
  relievo::io::write_points(folder / "p.ply", layers.scene(), options);
  return read_ply(folder / "p.ply");
}

// 90 degrees over 8 px: a focal length of 4 px. The far layer is 2 m away, the near one, of a single pixel, 1 m.
Layers two_distances() {
  Layers layers;
  layers.layers.resize(2);
  for (auto& layer : layers.layers) {
    const bool near = &layer == &layers.layers[1];
    layer.color = filled(8, 6, {Scalar::u8, 3}, [=](int, int, int c) { return near ? 255 : 51 * c; });
    layer.disparity = filled(8, 6, {Scalar::f32, 1}, [=](int, int, int) { return near; });
  }
  layers.layers[1].coverage =
      filled(8, 6, {Scalar::u8, 1}, [](int x, int y, int) { return x == 5 && y == 1 ? 51 : 0; });
  layers.scale = {DepthKind::metres, 0.5, 1, 90};
  return layers;
}

TEST(ScenePoints, AreWhatViewersTake) {
  const Ply ply = points_of(two_distances());
  EXPECT_THAT(ply.names, testing::ElementsAre("x", "y", "z", "nx", "ny", "nz", "f_dc_0", "f_dc_1", "f_dc_2", "opacity",
                                              "scale_0", "scale_1", "scale_2", "rot_0", "rot_1", "rot_2", "rot_3"));
  ASSERT_EQ(ply.vertices.size(), 49u);
  const double half_root_pi = std::sqrt(M_PI) / 2;  // 1 / 0.28209... is twice that, as Y00 = 1 / (2 sqrt pi)
  for (std::size_t i = 0; i < 48; ++i) {
    const auto& v = ply.vertices[i];
    const double x = static_cast<double>(i % 8), y = static_cast<double>(i / 8);
    EXPECT_NEAR(v.at("x"), (x + 0.5 - 4) / 4 * 2, 1e-6);
    EXPECT_NEAR(v.at("y"), (y + 0.5 - 3) / 4 * 2, 1e-6) << "y goes down";
    EXPECT_NEAR(v.at("z"), 2, 1e-6);
    for (int c = 0; c < 3; ++c) {
      EXPECT_NEAR(v.at("f_dc_" + std::to_string(c)), (0.2 * c - 0.5) * 4 * half_root_pi, 1e-5);
      // A pixel is 2 m / 4 px = 0.5 m wide there.
      EXPECT_NEAR(v.at("scale_" + std::to_string(c)), std::log(0.25), 1e-6);
    }
    EXPECT_NEAR(1 / (1 + std::exp(-v.at("opacity"))), 509 / 510.0, 1e-6);
    EXPECT_EQ(v.at("rot_0"), 1);
    EXPECT_EQ(v.at("rot_1") + v.at("rot_2") + v.at("rot_3"), 0);
    EXPECT_EQ(v.at("nx") + v.at("ny") + v.at("nz"), 0);
  }
  const auto& near = ply.vertices[48];
  EXPECT_NEAR(near.at("x"), 1.5 / 4, 1e-6);
  EXPECT_NEAR(near.at("y"), -1.5 / 4, 1e-6);
  EXPECT_NEAR(near.at("z"), 1, 1e-6);
  EXPECT_NEAR(near.at("scale_0"), std::log(0.125), 1e-6);
  EXPECT_NEAR(1 / (1 + std::exp(-near.at("opacity"))), 0.2, 1e-6);
}

TEST(ScenePoints, KeepToTheirNumberAndGrowForThat) {
  const Layers layers = disc_layers(100, 80);
  PointsOptions options;
  options.max_points = 1000;
  const Ply ply = points_of(layers, options);
  EXPECT_LE(ply.vertices.size(), 1000u);
  EXPECT_GT(ply.vertices.size(), 400u);
  // Side by side they still cover the picture: the back layer's widths add up to its area.
  double area = 0;
  for (const auto& v : ply.vertices) {
    if (v.at("z") < 1.2) continue;
    const double side = 2 * std::exp(v.at("scale_0")) / v.at("z") * (50 / std::tan(M_PI / 6));
    area += side * side;
  }
  EXPECT_NEAR(area, 100 * 80, 800);
}

TEST(ScenePoints, RefuseWhatTheyCannotDo) {
  const TempDir folder;
  Layers layers = two_distances();
  expect_error(ErrorCode::invalid_argument, "allowed are .ply",
               [&] { relievo::io::write_points(folder / "p.splat", layers.scene()); });
  expect_error(ErrorCode::invalid_argument, "max_points is 10", [&] {
    relievo::io::write_points(folder / "p.ply", layers.scene(), {{}, 10});
  });
  layers.alpha = filled(8, 6, {Scalar::u8, 1}, [](int, int, int) { return 0; });
  expect_error(ErrorCode::invalid_argument, "nothing is covered",
               [&] { relievo::io::write_points(folder / "p.ply", layers.scene()); });
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace relievo_tests
