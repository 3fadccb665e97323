// Mode layered: discs of rising radius blended by the circle of confusion, computed again in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/discs.hpp"
#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;
using test::disc_mean;
using test::ramp;

// c = 24 max(0, |d - focus| - range) px.
BokehOptions layered(float range = 0) {
  BokehOptions options;
  options.mode = BokehMode::layered;
  options.coc = 12;
  options.strength = 2;
  options.focus_range = range;
  options.protect_faces = false;
  return options;
}

TEST(LayeredMode, IsDiscsBlendedByTheCircleOfConfusion) {
  struct Case {
    Focus focus;
    double range;
  };
  const Case cases[] = {{Focus::on_disparity(1), 0.1},
                        {Focus::on_disparity(0.25f), 0.1},
                        {Focus::on_range(0.2f, 0.6f), 0.2},
                        {{0.5f, 0}, 0}};
  constexpr int table[] = {0, 1, 2, 4, 8, 16, 32};
  for (const Case& each : cases) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      const Image photo = test::photo(70, 50, format), depth = ramp(70, 50);
      test::Layers layers;
      layers.add(photo.clone(), depth.clone());
      const Image out = BokehRenderer(Device::cpu(1), layered(0.1f)).render(layers.scene(), each.focus);
      EXPECT_EQ(out.format(), format);
      const int channel = format.channels / 2;
      double worst = 0;
      for (int y = 0; y < 50; y += 3) {
        for (int x = 0; x < 70; ++x) {
          const double off = std::fabs(at(depth, x, y) - static_cast<double>(each.focus.disparity));
          const double c = 24 * std::max(0.0, off - each.range);
          int i = 0;
          while (table[i + 1] <= c) ++i;
          const double t = (c - table[i]) / (table[i + 1] - table[i]);
          const double wanted =
              (1 - t) * disc_mean(photo, x, y, channel, table[i]) + t * disc_mean(photo, x, y, channel, table[i + 1]);
          worst = std::max(worst, std::fabs(at(out, x, y, channel) - wanted));
        }
      }
      EXPECT_LE(worst, (format.scalar == Scalar::u8 ? 1.1 : 0.3) / 255)
          << each.focus.disparity << " " << int(format.scalar);
    }
  }
}

TEST(LayeredMode, TheSubjectIsInFocusUnlessTold) {
  test::Layers layers;
  layers.add(test::photo(60, 50), test::flat(60, 50, test::f32_1, 0));
  layers.add(test::photo(60, 50), test::flat(60, 50, test::f32_1, 1), test::box(60, 50, 20, 15, 40, 35));
  const LayeredScene scene = layers.scene();
  const BokehRenderer renderer(Device::cpu(1), layered(0.1f));
  const Image out = renderer.render(scene);
  EXPECT_TRUE(test::same(out, renderer.render(scene, Focus::on_disparity(1))));
  EXPECT_TRUE(test::same(test::part(out, 20, 15, 20, 20), test::part(test::photo(60, 50), 20, 15, 20, 20)));
  EXPECT_FALSE(test::same(test::part(out, 0, 0, 10, 10), test::part(test::photo(60, 50), 0, 0, 10, 10)));
}

TEST(LayeredMode, AConstantPictureStaysBitForBit) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::u8_1}) {
    for (const int code : {0, 1, 100, 255}) {
      const Image picture = test::flat(50, 40, format, code / 255.0);
      test::Layers layers;
      layers.add(picture.clone(), ramp(50, 40));
      EXPECT_TRUE(
          test::same(BokehRenderer(Device::cpu(1), layered()).render(layers.scene(), Focus::on_disparity(1)), picture))
          << code;
    }
  }
}

}  // namespace
}  // namespace relievo
