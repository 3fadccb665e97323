// Focus: what each way to say it is in disparity, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::error_of;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr BokehMode modes[] = {BokehMode::lens,      BokehMode::tiers,   BokehMode::gather,
                               BokehMode::threshold, BokehMode::layered, BokehMode::preview};

LayeredScene ramp(DepthScale scale = {}) {
  const Image photo = test::photo(80, 40);
  const Image depth = test::make(80, 40, test::f32_1, [](int x, int, int) { return x / 79.0; });
  const LayerView layer{photo, {}, depth};
  return LayeredScene::from_layers(Device::cpu(1), &layer, 1, scale);
}

TEST(FocusOnRange, IsItsMiddleAndHalf) {
  const Focus focus = Focus::on_range(0.2f, 0.5f), back = Focus::on_range(0.5f, 0.2f);
  EXPECT_FLOAT_EQ(focus.disparity, 0.35f);
  EXPECT_FLOAT_EQ(focus.range, 0.15f);
  EXPECT_EQ(back.disparity, focus.disparity);
  EXPECT_EQ(back.range, focus.range);
  EXPECT_EQ(error_of([] { Focus::on_range(-0.5f, 0.25f); }),
            "invalid_argument: The focus goes from -0.5 to 0.25; allowed is 0 (farthest) to 1 (nearest).");
  EXPECT_NE(error_of([] { Focus::on_range(0.5f, 1.5f); }), "nothing");
  EXPECT_NE(error_of([] { Focus::on_range(nan, 0.5f); }), "nothing");
}

TEST(FocusOnRange, AllWithinIsSharpInEveryMode) {
  const LayeredScene scene = ramp();
  for (const BokehMode mode : modes) {
    if (mode == BokehMode::threshold) continue;  // splits where it is told
    BokehOptions options;
    options.mode = mode;
    options.strength = 8;
    options.protect_faces = false;
    const Image out = BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_range(0.25f, 0.75f));
    EXPECT_TRUE(test::same(test::part(out, 20, 0, 40, 40), test::part(test::photo(80, 40), 20, 0, 40, 40)))
        << name_of(mode);
    EXPECT_FALSE(test::same(test::part(out, 0, 0, 10, 40), test::part(test::photo(80, 40), 0, 0, 10, 40)));
    // And nothing more than the middle where the range is 0, but for what rounds to it.
    const Image narrow = BokehRenderer(Device::cpu(1), options).render(scene, {0.5f, 0});
    EXPECT_FALSE(test::same(test::part(narrow, 30, 0, 8, 40), test::part(test::photo(80, 40), 30, 0, 8, 40)))
        << name_of(mode);
  }
}

TEST(FocusOnRange, ARangeOutOfRangeIsRefused) {
  const LayeredScene scene = ramp();
  const BokehRenderer renderer(Device::cpu(1));
  EXPECT_EQ(error_of([&] {
              renderer.render(scene, {0.5f, 1.5f});
            }),
            "invalid_argument: The focus range is 1.5; allowed is 0 to 1, or below 0 for that of the options.");
  EXPECT_EQ(error_of([&] {
              renderer.defocus(scene, {0.5f, nan});
            }),
            "invalid_argument: The focus range is nan; allowed is 0 to 1, or below 0 for that of the options.");
}

TEST(FocusOnDistance, IsItsPlaceInInverseMetres) {
  // From 10 m to 0.5 m: 0.1 to 2 in 1/m. 2 m is (0.5 - 0.1) / 1.9.
  const LayeredScene scene = ramp({DepthKind::metres, 0.1, 2, 0});
  EXPECT_FLOAT_EQ(Focus::on_distance(scene, 2).disparity, static_cast<float>(0.4 / 1.9));
  EXPECT_FLOAT_EQ(Focus::on_distance(scene, 0.5f).disparity, 1);
  EXPECT_NEAR(Focus::on_distance(scene, 10).disparity, 0, 1e-6);
  EXPECT_LT(Focus::on_distance(scene, 2).range, 0) << "the options' range";
  // Beyond what there is.
  EXPECT_EQ(Focus::on_distance(scene, 0.1f).disparity, 1);
  EXPECT_EQ(Focus::on_distance(scene, 1e9f).disparity, 0);
  const LayeredScene one = ramp({DepthKind::metres, 0.5, 0.5, 0});
  EXPECT_LT(Focus::on_distance(one, 3).disparity, 0) << "all is at one distance: the subject";
}

TEST(FocusOnDistance, NeedsMetres) {
  for (const DepthKind kind : {DepthKind::disparity, DepthKind::disparity_px}) {
    EXPECT_EQ(error_of([&] {
                Focus::on_distance(ramp({kind, 1, 2, 0}), 2);
              }),
              "invalid_argument: The focus cannot be at a distance: this scene's depth is not in metres; focus on a "
              "disparity, a point, a face or the subject instead.");
  }
  const LayeredScene scene = ramp({DepthKind::metres, 0.1, 2, 0});
  for (const float metres : {0.0f, -1.0f, nan, std::numeric_limits<float>::infinity()}) {
    EXPECT_NE(error_of([&] { Focus::on_distance(scene, metres); }).find(" m; allowed is any number above 0."),
              std::string::npos)
        << metres;
  }
}

TEST(Focus, RefusesWhatIsNoDisparity) {
  const LayeredScene scene = ramp();
  for (const BokehMode mode : modes) {
    BokehOptions options;
    options.mode = mode;
    options.protect_faces = false;
    const BokehRenderer renderer(Device::cpu(1), options);
    for (const float disparity : {1.01f, nan, std::numeric_limits<float>::infinity()}) {
      EXPECT_NE(
          error_of([&] { renderer.render(scene, Focus::on_disparity(disparity)); }).find("The focus disparity is"),
          std::string::npos)
          << name_of(mode) << " " << disparity;
    }
  }
}

}  // namespace
}  // namespace relievo
