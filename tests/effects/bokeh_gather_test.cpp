// Mode gather: what a lens does to lights, edges and flat colour. The operation itself is tested against its definition
// in unit/engine.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"
#include "common/light.hpp"

namespace relievo {
namespace {

using test::at;
using test::flat;
using test::Layers;
using test::make;
using test::plane;

constexpr Aperture shapes[] = {Aperture::circle, Aperture::hexagon, Aperture::octagon, Aperture::heart};
constexpr Color linear{Primaries::bt709, Transfer::linear, false};

// With a longer side of 100 px the radius is 8 |disparity - focus| px: 0.03 * 100 * 8 / 3.
BokehOptions eight_pixels(Aperture shape = Aperture::circle) {
  BokehOptions options;
  options.mode = BokehMode::gather;
  options.shape = shape;
  options.strength = 8;
  options.f_number = 3;
  options.focus_range = 0;
  return options;
}

Image render(const LayeredScene& scene, const BokehOptions& options, float focus) {
  return BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_disparity(focus));
}

TEST(GatherMode, AConstantPictureStaysBitForBit) {
  for (const Aperture shape : shapes) {
    for (const int code : {0, 1, 77, 254, 255}) {
      const Image picture = flat(60, 40, test::u8_3, code / 255.0);
      Image depth = make(60, 40, test::f32_1, [](int x, int, int) { return x / 59.0; });
      const LayeredScene scene = std::move(Layers().add(picture.clone(), std::move(depth))).scene();
      EXPECT_TRUE(test::same(render(scene, eight_pixels(shape), 0.25f), picture)) << name_of(shape) << " " << code;
    }
  }
}

TEST(GatherMode, ALightBecomesADiscOfTheLensRadius) {
  for (const float disparity : {1.0f, 0.5f}) {
    Image dark = flat(100, 100, test::f32_3, 0);
    dark.set_color(linear);
    for (int c = 0; c < 3; ++c) test::set(dark, 50, 50, c, 1);
    const Image out = render(plane(std::move(dark), disparity), eight_pixels(), 0);
    const double radius = 8 * disparity;
    double energy = 0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        energy += at(out, x, y);
        const double distance = std::hypot(x - 50, y - 50);
        const double expected = std::clamp(radius + 0.5 - distance, 0.0, 1.0) * at(out, 50, 50);
        EXPECT_NEAR(at(out, x, y), expected, 2e-5) << x << ", " << y;
      }
    }
    EXPECT_NEAR(energy, 1, 0.01) << disparity;
  }
}

// The subject is a box of its own colour in focus before a background out of focus.
TEST(GatherMode, ASharpSubjectNeitherBleedsNorIsBledInto) {
  const auto subject = [](int x, int y) { return x >= 30 && x < 60 && y >= 20 && y < 50; };
  Image photo = make(100, 70, test::u8_3, [&](int x, int y, int c) {
    return subject(x, y) ? test::texture(x, y, c) : c == 0 ? 0.8 : 0.1;
  });
  Image depth = make(100, 70, test::f32_1, [&](int x, int y, int) { return subject(x, y) ? 0.9 : 0.1; });
  const LayeredScene scene = std::move(Layers().add(photo.clone(), std::move(depth))).scene();
  for (const Aperture shape : shapes) {
    EXPECT_TRUE(test::same(render(scene, eight_pixels(shape), 0.9f), photo)) << name_of(shape);
  }
}

TEST(GatherMode, ANearSubjectOutOfFocusSpreadsOverASharpBackground) {
  Image photo = make(100, 40, test::u8_1, [](int x, int, int) { return x < 50 ? 1.0 : 0.0; });
  Image depth = make(100, 40, test::f32_1, [](int x, int, int) { return x < 50 ? 1.0 : 0.0; });
  const LayeredScene scene = std::move(Layers().add(std::move(photo), std::move(depth))).scene();
  const Image out = render(scene, eight_pixels(), 0);
  for (int x = 50; x < 58; ++x) EXPECT_GT(at(out, x, 20), at(out, x + 1, 20)) << x;
  for (int x = 59; x < 100; ++x) EXPECT_EQ(at(out, x, 20), 0) << x;
}

}  // namespace
}  // namespace relievo
