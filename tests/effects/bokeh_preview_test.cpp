// Mode preview: close to mode lens where it blurs, the photo where it does not, and the same however it is asked for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::at;

// Soft shapes and fine grain, as photos have them.
double scenery(int x, int y, int c) {
  const double wave = 0.25 * std::sin(0.031 * x + 0.7 * c) * std::cos(0.023 * y) + 0.15 * std::sin(0.11 * (x + 2 * y));
  const unsigned hash = (static_cast<unsigned>(x) * 73856093u) ^ (static_cast<unsigned>(y) * 19349663u);
  return std::clamp(0.5 + wave + ((hash >> 7) % 64 / 64.0 - 0.5) * 0.1, 0.0, 1.0);
}

// A ground that comes nearer from top to bottom, a person before it and a leaf before both.
test::Layers outdoors(int width, int height, PixelFormat format = test::u8_3) {
  const auto blob = [&](double cx, double cy, double r) {
    return test::make(width, height, test::u8_1,
                      [=](int x, int y, int) { return std::clamp(r - std::hypot(x - cx, y - cy), 0.0, 1.0); });
  };
  test::Layers layers;
  layers.add(test::make(width, height, format, scenery),
             test::make(width, height, test::f32_1, [&](int, int y, int) { return 0.4 * y / height; }));
  layers.add(test::make(width, height, format, [](int x, int y, int c) { return scenery(2 * x, y + 99, 2 - c); }),
             test::flat(width, height, test::f32_1, 0.6), blob(width * 0.4, height * 0.5, height * 0.3));
  layers.add(test::make(width, height, format, [](int x, int y, int c) { return c == 1 ? scenery(x, y, 1) : 0.1; }),
             test::flat(width, height, test::f32_1, 1), blob(width * 0.6, height * 0.7, height * 0.2));
  return layers;
}

BokehOptions preview(float strength = 1) {
  BokehOptions options;
  options.mode = BokehMode::preview;
  options.f_number = 2;
  options.strength = strength;
  return options;
}

Image lens(const LayeredScene& scene, BokehOptions options, const Focus& focus) {
  options.mode = BokehMode::lens;
  return BokehRenderer(Device::cpu(1), options).render(scene, focus);
}

double psnr(const ImageView& a, const ImageView& b) {
  double sum = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      for (int c = 0; c < a.format.channels; ++c) {
        const double off = at(a, x, y, c) - at(b, x, y, c);
        sum += off * off;
      }
    }
  }
  return -10 * std::log10(sum / (static_cast<double>(a.width) * a.height * a.format.channels));
}

TEST(Preview, IsCloseToTheLens) {
  const LayeredScene scene = outdoors(1280, 900).scene();
  for (const float strength : {0.5f, 1.0f, 4.0f, 8.0f}) {
    for (const float focus : {0.1f, 0.6f, 1.0f}) {
      const Image out = BokehRenderer(Device::cpu(1), preview(strength)).render(scene, Focus::on_disparity(focus));
      const double found = psnr(out, lens(scene, preview(strength), Focus::on_disparity(focus)));
      EXPECT_GE(found, 39) << "strength " << strength << ", focus " << focus;
    }
  }
}

TEST(Preview, IsThePhotoInFocus) {
  const LayeredScene scene = outdoors(900, 500).scene();
  const Image photo = scene.flatten();
  const Image out = BokehRenderer(Device::cpu(1), preview(8)).render(scene, Focus::on_disparity(0.6f));
  // Within the person, away from the leaf.
  EXPECT_TRUE(test::same(test::part(out, 300, 170, 60, 100), test::part(photo, 300, 170, 60, 100)));
  EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), preview()).render(scene, {0.5f, 1}), photo));
}

TEST(Preview, WhatIsNearSpreadsOverWhatIsInFocus) {
  const int width = 1300, height = 400;
  test::Layers layers;
  layers.add(test::flat(width, height, test::u8_3, 0.2), test::flat(width, height, test::f32_1, 0));
  layers.add(test::flat(width, height, test::u8_3, 0.8), test::flat(width, height, test::f32_1, 1),
             test::box(width, height, 0, 0, 650, height));
  BokehOptions options = preview();
  options.coc = 30;
  options.focus_range = 0;
  const LayeredScene scene = layers.scene();
  const Image out = BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_disparity(0));
  const Image wanted = lens(scene, options, Focus::on_disparity(0));
  for (int x = 560; x < 760; ++x) {
    EXPECT_NEAR(at(out, x, 200), at(wanted, x, 200), 0.03) << x;
    EXPECT_LT(std::fabs(at(out, x + 1, 200) - at(out, x, 200)), 0.03) << "a seam at " << x;
  }
  EXPECT_GT(at(out, 665, 200), 0.25);
}

// 600 |d - focus| px end at 128, which are 64 of the small picture's.
TEST(Preview, TheRadiusEndsWhereTheLensDoes) {
  const LayeredScene scene = outdoors(1280, 500).scene();
  BokehOptions options = preview();
  options.coc = 600;
  for (const float focus : {0.0f, 0.6f}) {
    const Image out = BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_disparity(focus));
    EXPECT_GE(psnr(out, lens(scene, options, Focus::on_disparity(focus))), 39) << focus;
  }
}

TEST(Preview, AConstantPictureStaysBitForBit) {
  for (const PixelFormat format : {test::u8_3, test::u8_1, test::u16_3}) {
    for (const int code : {0, 1, 77, 254, 255}) {
      const Image picture = test::flat(800, 60, format, code / 255.0);
      test::Layers layers;
      layers.add(picture.clone(), test::make(800, 60, test::f32_1, [](int x, int, int) { return x / 799.0; }));
      const Image out = BokehRenderer(Device::cpu(1), preview(8)).render(layers.scene(), Focus::on_disparity(0.3f));
      EXPECT_LE(test::largest_difference(out, picture), format.scalar == Scalar::u8 ? 0 : 2.1 / 65535) << code;
    }
  }
}

TEST(Preview, ASmallPhotoIsTheLens) {
  const LayeredScene scene = outdoors(640, 200).scene();
  const Image out = BokehRenderer(Device::cpu(1), preview(4)).render(scene, Focus::on_disparity(0.6f));
  EXPECT_TRUE(test::same(out, lens(scene, preview(4), Focus::on_disparity(0.6f))));
}

TEST(Preview, EveryFormatShowsTheSamePicture) {
  const Image wanted =
      BokehRenderer(Device::cpu(1), preview(4)).render(outdoors(800, 300).scene(), Focus::on_disparity(0.6f));
  for (const PixelFormat format : {test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const Image out =
        BokehRenderer(Device::cpu(1), preview(4)).render(outdoors(800, 300, format).scene(), Focus::on_disparity(0.6f));
    EXPECT_EQ(out.format(), format);
    double worst = 0;
    for (int y = 0; y < 300; ++y) {
      for (int x = 0; x < 800; ++x) worst = std::max(worst, std::fabs(at(out, x, y) - at(wanted, x, y)));
    }
    EXPECT_LT(worst, 2.5 / 255) << int(format.scalar) << " " << int(format.channels);
  }
}

// What is kept of a scene is never taken for another's, not even of one in its place.
TEST(Preview, EachSceneIsItsOwn) {
  const Device device = Device::cpu(2);
  BokehRenderer renderer(device, preview(2));
  for (const PixelFormat format : {test::u8_3, test::f32_3, test::u16_3}) {
    for (int i = 0; i < 3; ++i) {
      const LayeredScene scene = i == 1 ? test::plane(test::photo(700, 90, format), 0.2f, device)
                                        : outdoors(800 - 40 * i, 100, format).scene(device);
      for (const float focus : {0.6f, 0.0f, 0.6f}) {
        const Image out = renderer.render(scene, Focus::on_disparity(focus));
        const Image fresh = BokehRenderer(device, preview(2)).render(scene, Focus::on_disparity(focus));
        EXPECT_TRUE(test::same(out, fresh)) << i << ", focus " << focus;
      }
      renderer.reserve(820, 110);
      EXPECT_TRUE(test::same(renderer.render(scene, Focus::on_disparity(0.1f)),
                             BokehRenderer(device, preview(2)).render(scene, Focus::on_disparity(0.1f))));
    }
  }
}

TEST(Preview, ScratchMemoryStaysAsItWasReserved) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const LayeredScene scene = outdoors(1100, 80, format).scene();
    BokehRenderer renderer(Device::cpu(1), preview(8));
    renderer.reserve(1100, 80);
    const std::size_t reserved = renderer.scratch_bytes();
    Image out(1100, 80, format);
    for (const float focus : {-1.0f, 0.0f, 0.6f, 1.0f}) {
      renderer.render_into(scene, Focus::on_disparity(focus), out.mutable_view(), Stream(Device::cpu(1)));
      EXPECT_EQ(renderer.scratch_bytes(), reserved);
    }
  }
}

TEST(Preview, DefocusIsTheLens) {
  const LayeredScene scene = outdoors(700, 90).scene();
  BokehOptions options = preview(4);
  const LayeredScene soft = BokehRenderer(Device::cpu(1), options).defocus(scene);
  options.mode = BokehMode::lens;
  const LayeredScene wanted = BokehRenderer(Device::cpu(1), options).defocus(scene);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(test::same(soft.layer(i).color, wanted.layer(i).color)) << i;
}

}  // namespace
}  // namespace relievo
