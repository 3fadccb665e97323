// Mode threshold: one blur behind the sharp photo, computed again in double.
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

// The blur's radius is 6 px for 100 px: 0.03 * 100 * 6 / 3.
BokehOptions six_pixels(float threshold = 125) {
  BokehOptions options;
  options.mode = BokehMode::threshold;
  options.strength = 6;
  options.f_number = 3;
  options.threshold = threshold;
  options.protect_faces = false;
  return options;
}

int mirror(int i, int n) {
  if (i < 0) i = -i;
  return i >= n ? 2 * n - 2 - i : i;
}

// How much a pixel is of what lies behind: OpenCV's Gaussian of 7 px, a table, over the hard split.
double share_behind(const ImageView& depth, int x, int y, double threshold) {
  constexpr double weights[] = {0.03125, 0.109375, 0.21875, 0.28125, 0.21875, 0.109375, 0.03125};
  double sum = 0;
  for (int j = 0; j < 7; ++j) {
    for (int i = 0; i < 7; ++i) {
      const double code = std::round(255 * at(depth, mirror(x + i - 3, depth.width), mirror(y + j - 3, depth.height)));
      if (code < threshold) sum += weights[i] * weights[j];
    }
  }
  return sum;
}

TEST(ThresholdMode, IsOneBlurBehindTheSharpPhoto) {
  for (const float threshold : {100.0f, 124.5f, 150.0f}) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
      const Image photo = test::photo(100, 60, format), depth = ramp(100, 60);
      test::Layers layers;
      layers.add(photo.clone(), depth.clone());
      const Image out = BokehRenderer(Device::cpu(1), six_pixels(threshold)).render(layers.scene());
      EXPECT_EQ(out.format(), format);
      const int c = format.channels / 2;
      double worst = 0;
      for (int y = 0; y < 60; ++y) {
        for (int x = 0; x < 100; ++x) {
          const double share = share_behind(depth, x, y, static_cast<double>(threshold));
          const double wanted = (1 - share) * at(photo, x, y, c) + share * disc_mean(photo, x, y, c, 6);
          worst = std::max(worst, std::fabs(at(out, x, y, c) - wanted));
        }
      }
      // The split is of bytes, and so is the blur of bytes.
      EXPECT_LE(worst, (format.scalar == Scalar::u8 ? 1.6 : 0.6) / 255) << threshold << " " << int(format.scalar);
    }
  }
}

TEST(ThresholdMode, FromZeroOnAllIsSharpAndAbove254OnlyTheNearest) {
  const Image photo = test::photo(60, 40);
  test::Layers layers;
  layers.add(photo.clone(), test::make(60, 40, test::f32_1, [](int x, int, int) { return x < 30 ? 0.0 : 1.0; }));
  const LayeredScene scene = layers.scene();
  EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), six_pixels(0)).render(scene), photo));
  const Image out = BokehRenderer(Device::cpu(1), six_pixels(255)).render(scene);
  const auto right = [](const ImageView& image) { return test::part(image, 33, 0, 27, 40); };
  EXPECT_TRUE(test::same(right(out), right(photo)));
  EXPECT_FALSE(test::same(test::part(out, 0, 0, 27, 40), test::part(photo, 0, 0, 27, 40)));
}

TEST(ThresholdMode, TheRadiusIsOfADifferenceOfOneAndEndsAt128) {
  struct Case {
    float coc, strength;
    int radius;
  };
  for (const Case& c : {Case{9.4f, 1, 9}, Case{4.3f, 2, 9}, Case{500, 1, 128}}) {
    Image dark = test::flat(601, 3, test::f32_3, 0);
    for (int y = 0; y < 3; ++y) test::set(dark, 300, y, 1, 1);
    BokehOptions options = six_pixels();
    options.coc = c.coc;
    options.strength = c.strength;
    const Image out = BokehRenderer(Device::cpu(1), options).render(test::plane(std::move(dark), 0.25f));
    EXPECT_GT(at(out, 300 + c.radius, 1, 1), 1e-5);
    EXPECT_EQ(at(out, 300 + c.radius + 1, 1, 1), 0);
  }
}

TEST(ThresholdMode, AConstantPictureStaysBitForBit) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::u8_1}) {
    for (const int code : {0, 1, 100, 255}) {
      const Image picture = test::flat(50, 40, format, code / 255.0);
      test::Layers layers;
      layers.add(picture.clone(), ramp(50, 40));
      EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), six_pixels()).render(layers.scene()), picture)) << code;
    }
  }
}

}  // namespace
}  // namespace relievo
