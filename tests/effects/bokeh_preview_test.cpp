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
      EXPECT_GE(found, 33) << "strength " << strength << ", focus " << focus;
    }
  }
}

}  // namespace
}  // namespace relievo
