// Mode lens: against the definition in double, and what a lens does to lights, edges and flat colour.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"
#include "common/light.hpp"
#include "core/aperture_mask.hpp"

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
  options.shape = shape;
  options.strength = 8;
  options.f_number = 3;
  options.focus_range = 0;
  options.highlight_recovery = 0;
  return options;
}

Image render(const LayeredScene& scene, const BokehOptions& options, float focus) {
  return BokehRenderer(Device::cpu(1), options).render(scene, Focus::on_disparity(focus));
}

TEST(Lens, AConstantPictureStaysBitForBit) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3}) {
    for (const Aperture shape : shapes) {
      for (const double code : {0.0, 1 / 65535.0, 1 / 255.0, 2 / 255.0, 0.3, 0.5, 0.999, 1.0}) {
        const Image picture = flat(60, 40, format, code);
        Image depth = make(60, 40, test::f32_1, [](int x, int, int) { return x / 59.0; });
        const LayeredScene scene = std::move(Layers().add(picture.clone(), std::move(depth))).scene();
        for (const float stops : {0.0f, 2.0f}) {
          BokehOptions options = eight_pixels(shape);
          options.highlight_recovery = stops;
          EXPECT_TRUE(test::same(render(scene, options, 0.25f), picture)) << name_of(shape) << " " << code;
        }
      }
    }
  }
}

TEST(Lens, WhatIsInFocusKeepsItsBits) {
  for (const PixelFormat format : {test::u8_3, test::u16_3, test::f16_3, test::f32_3, test::u8_1}) {
    const Image photo = test::photo(90, 70, format);
    Layers layers;
    layers.add(photo.clone(), make(90, 70, test::f32_1, [](int x, int, int) { return x < 40 ? 0.0 : 0.8; }));
    BokehOptions options = eight_pixels();
    options.highlight_recovery = 2;
    const Image out = render(layers.scene(), options, 0.8f);
    EXPECT_TRUE(test::same(test::part(out, 40, 0, 50, 70), test::part(photo, 40, 0, 50, 70)));
    EXPECT_FALSE(test::same(test::part(out, 0, 0, 40, 70), test::part(photo, 0, 0, 40, 70)));
  }
}

TEST(Lens, ALightBecomesTheApertureAndKeepsItsEnergy) {
  for (const Aperture shape : shapes) {
    Image dark = flat(100, 100, test::f32_3, 0);
    dark.set_color(linear);
    for (int c = 0; c < 3; ++c) test::set(dark, 50, 50, c, 1);
    // Beyond the focus as the aperture lies, before it turned by half a turn.
    const Image turned = render(plane(dark.clone(), 1), eight_pixels(shape), 0);
    const Image out = render(plane(std::move(dark), 0), eight_pixels(shape), 1);

    const ApertureMask mask = make_aperture(shape, 8);
    std::vector<std::vector<bool>> lit(100, std::vector<bool>(100));
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) lit[50 + run.dy][50 + dx] = true;
    }
    double energy = 0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        energy += at(out, x, y);
        EXPECT_NEAR(at(out, x, y), lit[y][x] ? 1.0 / mask.area : 0, 2e-5) << name_of(shape) << " " << x << ", " << y;
        if (x > 0 && y > 0) {
          EXPECT_EQ(at(turned, 100 - x, 100 - y), at(out, x, y)) << name_of(shape) << " " << x << ", " << y;
        }
      }
    }
    EXPECT_NEAR(energy, 1, 0.01) << name_of(shape);
  }
}

TEST(Lens, TheRadiusIsThatOfTheFormula) {
  // c = 0.03 * longer side * strength / f_number * max(0, |d - focus| - focus_range), by hand.
  struct Case {
    int width, height;
    float strength, f_number, range, disparity, focus;
    int radius;
  };
  const Case cases[] = {{100, 60, 8, 3, 0, 1, 0.5f, 4},      {60, 100, 8, 3, 0, 0.5f, 1, 4},
                        {100, 100, 4, 3, 0, 1, 0.25f, 3},    {100, 100, 8, 6, 0, 0.5f, 0, 2},
                        {100, 100, 8, 3, 0.25f, 1, 0.5f, 2}, {100, 100, 8, 3, 0.5f, 0.75f, 0.25f, 0},
                        {50, 50, 8, 1.5f, 0, 1, 0, 8},       {100, 60, 8, 2, 0, 0.5f, 0, 6}};
  for (const Case& c : cases) {
    Image dark = flat(c.width, c.height, test::f32_3, 0);
    dark.set_color(linear);
    test::set(dark, c.width / 2, c.height / 2, 1, 1);
    BokehOptions options;
    options.strength = c.strength;
    options.f_number = c.f_number;
    options.focus_range = c.range;
    const Image out = render(plane(std::move(dark), c.disparity), options, c.focus);
    int reach = 0;
    while (c.width / 2 + reach + 1 < c.width && at(out, c.width / 2 + reach + 1, c.height / 2, 1) > 1e-4) ++reach;
    EXPECT_EQ(reach, c.radius) << c.width << " x " << c.height;
  }
}

TEST(Lens, TheRadiusEndsAt128) {
  Image dark = flat(601, 3, test::f32_3, 0);
  dark.set_color(linear);
  for (int y = 0; y < 3; ++y) test::set(dark, 300, y, 1, 1);
  BokehOptions options;
  options.strength = 8;
  options.f_number = 0.7f;
  options.focus_range = 0;
  const Image out = render(plane(std::move(dark), 1), options, 0);
  // Of so wide an aperture a pixel is four of the picture's.
  EXPECT_GT(at(out, 300 + 126, 1, 1), 1e-4);
  EXPECT_EQ(at(out, 300 + 138, 1, 1), 0);
}

TEST(Lens, ASharpSubjectNeitherBleedsNorIsTouched) {
  const int left = 40, top = 30, right = 70, bottom = 60;
  Layers layers;
  layers.add(make(110, 90, test::u8_3, [](int x, int y, int c) { return c == 2 ? 0.5 + 0.4 * ((x + y) % 2) : 0.0; }),
             flat(110, 90, test::f32_1, 0));
  const Image subject =
      make(110, 90, test::u8_3, [](int x, int y, int c) { return c == 0 ? 0.4 + 0.5 * ((x * y) % 3) / 3 : 0.0; });
  layers.add(subject.clone(), flat(110, 90, test::f32_1, 1), test::box(110, 90, left, top, right, bottom));
  for (const Aperture shape : shapes) {
    const Image out = render(layers.scene(), eight_pixels(shape), 1);
    const Image inside = Image::copy_of(test::part(out, left, top, right - left, bottom - top));
    EXPECT_TRUE(test::same(inside, test::part(subject, left, top, right - left, bottom - top))) << name_of(shape);
    double most_red = 0;
    for (int y = 0; y < 90; ++y) {
      for (int x = 0; x < 110; ++x) {
        if (x < left || x >= right || y < top || y >= bottom) most_red = std::max(most_red, at(out, x, y, 0));
      }
    }
    EXPECT_EQ(most_red, 0) << "the background shows the subject's colour, " << name_of(shape);
    EXPECT_LT(std::fabs(at(out, 20, 20, 2) - at(out, 21, 20, 2)), 0.02) << "the background is blurred";
  }
}

TEST(Lens, AnUnsharpSubjectSpreadsOverASharpBackground) {
  Layers layers;
  layers.add(test::photo(110, 90), flat(110, 90, test::f32_1, 0));
  layers.add(flat(110, 90, test::u8_3, 1), flat(110, 90, test::f32_1, 1), test::box(110, 90, 40, 30, 70, 60));
  const Image out = render(layers.scene(), eight_pixels(), 0);
  const Image photo = test::photo(110, 90);
  // Radius 8.8 px lies between 8 and 11: farther than 11 px away nothing has changed.
  for (int y = 0; y < 90; ++y) {
    for (int x = 0; x < 110; ++x) {
      if (x < 29 || x > 80 || y < 19 || y > 70) {
        EXPECT_EQ(at(out, x, y, 1), at(photo, x, y, 1)) << x << ", " << y;
      }
    }
  }
  EXPECT_GT(at(out, 36, 45, 1), at(photo, 36, 45, 1));
  EXPECT_LT(at(out, 42, 45, 1), 1);
}

TEST(Lens, BlurGrowsWithTheDistanceFromTheFocus) {
  for (const float focus : {0.0f, 1.0f}) {
    double before = -1;
    for (int step = 0; step <= 20; ++step) {
      const float d = focus == 0 ? static_cast<float>(step) / 20 : 1 - static_cast<float>(step) / 20;
      // A step edge: how far the light is from its own step.
      const Image out =
          render(plane(make(
                           100, 20, test::f32_3, [](int x, int, int) { return x < 50 ? 0.0 : 1.0; }, linear),
                       d),
                 eight_pixels(), focus);
      double spread = 0;
      for (int x = 0; x < 100; ++x) spread += std::fabs(at(out, x, 10) - (x < 50 ? 0 : 1));
      EXPECT_GE(spread, before - 1e-4) << step;
      if (step == 0) {
        EXPECT_EQ(spread, 0);
      }
      if (step % 5 == 0 && step > 0) {
        EXPECT_GT(spread, before);
      }
      before = spread;
    }
  }
}

// The definition: a layer at a pixel is the mean light, premultiplied, under the aperture of the pixel's own circle
// of confusion; between two radii of the table both are mixed. Layers cover one another from far to near.
class Oracle {
 public:
  Oracle(const std::vector<LayerView>& layers, Aperture shape, double focus, double scale)
      : layers_(layers), shape_(shape), focus_(focus), scale_(scale) {}

  double code(int x, int y, int c) const {
    double light = 0;
    for (const LayerView& layer : layers_) {
      const double radius = scale_ * std::fabs(at(layer.disparity, x, y) - focus_);
      int i = 0;
      while (table[i + 1] <= radius) ++i;
      const double t = (radius - table[i]) / (table[i + 1] - table[i]);
      // What lies beyond the focus spreads as the aperture lies, so a pixel gathers against it.
      const int turn = at(layer.disparity, x, y) > focus_ ? 1 : -1;
      const Mean low = mean(layer, x, y, c, table[i], turn), high = mean(layer, x, y, c, table[i + 1], turn);
      const double alpha = low.alpha + t * (high.alpha - low.alpha);
      light = low.light + t * (high.light - low.light) + light * (1 - alpha);
    }
    return test::code_of(light);
  }

 private:
  static constexpr int table[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  struct Mean {
    double light = 0, alpha = 0;
  };
  Mean mean(const LayerView& layer, int x, int y, int c, int radius, int turn) const {
    Mean sum;
    const ApertureMask mask = make_aperture(shape_, radius);
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
        const int u = std::clamp(x + turn * dx, 0, layer.color.width - 1);
        const int v = std::clamp(y + turn * run.dy, 0, layer.color.height - 1);
        const double alpha = layer.coverage.empty() ? 1 : at(layer.coverage, u, v);
        sum.light += alpha * test::light_of(at(layer.color, u, v, c)) / mask.area;
        sum.alpha += alpha / mask.area;
      }
    }
    return sum;
  }

  std::vector<LayerView> layers_;
  Aperture shape_;
  double focus_, scale_;
};

Layers two_layers(int width, int height, PixelFormat format) {
  Layers layers;
  layers.add(test::photo(width, height, format),
             make(width, height, test::f32_1, [&](int x, int y, int) { return 0.3 * x / width + 0.2 * y / height; }));
  layers.add(make(width, height, format, [](int x, int y, int c) { return test::texture(x + 500, y, c); }),
             make(width, height, test::f32_1, [&](int, int y, int) { return 0.6 + 0.4 * y / height; }),
             make(width, height, test::u8_1, [&](int x, int y, int) {
               const double r = std::hypot(x - width / 2.0, y - height / 2.0);
               return std::clamp((height / 3.0 - r) / 4, 0.0, 1.0);
             }));
  return layers;
}

TEST(Lens, IsItsDefinition) {
  for (const Aperture shape : {Aperture::circle, Aperture::heart}) {
    const Layers layers = two_layers(100, 60, test::u8_3);
    const Image out = render(layers.scene(), eight_pixels(shape), 0.5f);
    const Oracle oracle(layers.views(), shape, 0.5, 8);
    double worst = 0;
    for (int y = 0; y < 60; y += 3) {
      for (int x = 0; x < 100; x += 3) worst = std::max(worst, std::fabs(at(out, x, y, 1) - oracle.code(x, y, 1)));
    }
    EXPECT_LT(worst, 1.5 / 255) << name_of(shape);
  }
}

TEST(Lens, EveryFormatShowsTheSamePicture) {
  const Image wanted = render(two_layers(100, 60, test::u8_3).scene(), eight_pixels(), 0.5f);
  for (const PixelFormat format : {test::u16_3, test::f16_3, test::f32_3}) {
    const Image out = render(two_layers(100, 60, format).scene(), eight_pixels(), 0.5f);
    EXPECT_EQ(out.format(), format);
    double worst = 0;
    for (int y = 0; y < 60; ++y) {
      for (int x = 0; x < 100; ++x) {
        for (int c = 0; c < 3; ++c) worst = std::max(worst, std::fabs(at(out, x, y, c) - at(wanted, x, y, c)));
      }
    }
    EXPECT_LT(worst, 1.5 / 255) << static_cast<int>(format.scalar);
  }
  const Image grey = render(two_layers(100, 60, test::u8_1).scene(), eight_pixels(), 0.5f);
  for (int y = 0; y < 60; ++y) {
    for (int x = 0; x < 100; ++x) EXPECT_EQ(at(grey, x, y), at(wanted, x, y));
  }
}

TEST(Lens, BandsOfWorkLeaveNoTrace) {
  // Work is cut into bands of rows; a part of the scene has its cuts elsewhere. The longer side is the width of both.
  Layers whole = two_layers(640, 600, test::u8_3), lower;
  for (const Layers::Layer& layer : whole.all) {
    const auto cut = [](const Image& image) {
      return image.empty() ? Image() : Image::copy_of(test::part(image, 0, 100, 640, 500));
    };
    lower.add(cut(layer.color), cut(layer.disparity), cut(layer.coverage));
  }
  BokehOptions options = eight_pixels();
  options.strength = 1;
  options.f_number = 1;
  const Image all = render(whole.scene(), options, 0.5f);
  const Image below = render(lower.scene(), options, 0.5f);
  EXPECT_TRUE(test::same(test::part(all, 0, 140, 640, 460), test::part(below, 0, 40, 640, 460)));
}

TEST(Lens, LightsOpenIntoDiscs) {
  // A light of 5 x 5 px, recorded as white, on dark ground: of an aperture of 8 px each pixel gets 25 of its `area`
  // shares.
  const int area = make_aperture(Aperture::circle, 8).area;
  for (const float stops : {0.0f, 1.0f, 3.0f}) {
    const Image night = make(100, 100, test::u8_3, [](int x, int y, int) {
      return std::abs(x - 50) <= 2 && std::abs(y - 50) <= 2 ? 1.0 : 0.1;
    });
    BokehOptions options = eight_pixels();
    options.highlight_recovery = stops;
    const Image out = render(plane(night.clone(), 0), options, 1);
    const double dark = test::light_of(std::round(0.1 * 255) / 255);
    const double mixed = (25 * std::exp2(stops) + (area - 25) * dark) / area;
    // Above half of white, light is taken to be x + (gain - 1) (2 x - 1)^2.
    double low = 0, high = 1;
    for (int step = 0; step < 60; ++step) {
      const double x = (low + high) / 2, gain = std::exp2(stops) - 1;
      (x + (x > 0.5 ? gain * (2 * x - 1) * (2 * x - 1) : 0) < mixed ? low : high) = x;
    }
    EXPECT_NEAR(at(out, 50, 50), test::code_of(low), 1.0 / 255) << stops;
    EXPECT_EQ(at(out, 50, 70), at(night, 50, 70));
  }
}

TEST(Lens, GrainOfThePhotoIsGivenBack) {
  // Noise of 3 % over a slope, half in focus.
  std::uint32_t state = 1;
  const Image photo = make(240, 160, test::u8_1, [&](int x, int, int) {
    double noise = 0;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525u + 1013904223u;
      noise += static_cast<double>(state >> 8) / (1 << 24);
    }
    return std::clamp(0.3 + 0.4 * x / 240 + 0.03 * (noise - 6), 0.0, 1.0);
  });
  const auto noise_of = [](const Image& image, int x0, int y0) {
    // Half the squared difference of neighbours along the even direction.
    double squares = 0;
    for (int y = y0; y < y0 + 60; ++y) {
      for (int x = x0; x < x0 + 200; ++x) squares += std::pow(at(image, x, y) - at(image, x, y + 1), 2) / 2;
    }
    return std::sqrt(squares / (200 * 60));
  };
  const auto scene = [&] {
    Layers layers;
    layers.add(photo.clone(), make(240, 160, test::f32_1, [](int, int y, int) { return y < 80 ? 0.0 : 1.0; }));
    return std::move(layers).scene();
  }();
  BokehOptions options = eight_pixels();
  const Image plain = render(scene, options, 1);
  EXPECT_LT(noise_of(plain, 20, 5), 0.008);
  options.grain = 1;
  const Image out = render(scene, options, 1);
  EXPECT_NEAR(noise_of(out, 20, 5), noise_of(photo, 20, 5), 0.15 * 0.03);
  EXPECT_TRUE(test::same(test::part(out, 0, 90, 240, 70), test::part(photo, 0, 90, 240, 70))) << "what is in focus";
  options.grain = 0.5f;
  EXPECT_NEAR(noise_of(render(scene, options, 1), 20, 5), 0.5 * noise_of(photo, 20, 5), 0.15 * 0.03);
}

TEST(Lens, TheCatsEyeCutsAtTheCornersAndNotInTheMiddle) {
  // Lights on dark ground, beyond the focus: their discs keep what the barrel, as far off as the light from the middle
  // of the photo, leaves of them.
  constexpr int width = 480, height = 320;
  BokehOptions options;
  options.highlight_recovery = 0;
  options.focus_range = 0;
  options.f_number = 1;
  options.strength = 14 / (0.03f * width);
  options.cats_eye = 1;
  const double half_diagonal = 0.5 * std::hypot(width, height);
  for (const auto& [px, py] : {std::pair(240, 160), std::pair(440, 290), std::pair(30, 160), std::pair(240, 290)}) {
    Image dark = flat(width, height, test::f32_3, 0);
    dark.set_color(linear);
    for (int c = 0; c < 3; ++c) test::set(dark, px, py, c, 1);
    const Image out = render(plane(std::move(dark), 0), options, 1);
    double area = 0, energy = 0, wrong = 0;
    for (int y = std::max(py - 17, 0); y <= std::min(py + 17, height - 1); ++y) {
      for (int x = std::max(px - 17, 0); x <= std::min(px + 17, width - 1); ++x) {
        const double u = x - px, v = y - py;
        // The barrel's disc lies towards the middle of the photo.
        const double bx = u + 14 * (px - width / 2.0) / half_diagonal,
                     by = v + 14 * (py - height / 2.0) / half_diagonal;
        const double inside = std::min(14.25 - std::hypot(u, v), 14.25 - std::hypot(bx, by));
        const bool lit = at(out, x, y) > 0.3 / 613;
        energy += at(out, x, y);
        area += lit ? 1 : 0;
        // A pixel to either side of the rim may go either way, and the barrel moves by cells of 32 px.
        if (std::fabs(inside) > 2 && lit != (inside > 0)) ++wrong;
      }
    }
    EXPECT_EQ(wrong, 0) << px << ", " << py;
    const double off = std::hypot(px - width / 2.0, py - height / 2.0) / half_diagonal;
    const double lens = 2 * std::acos(off / 2) - off / 2 * std::sqrt(4 - off * off);
    EXPECT_NEAR(area, 14.25 * 14.25 * lens, 0.08 * area) << px << ", " << py;
    // Pixels of the disc gather through apertures of their own, which differ by a tenth across so wide a disc.
    EXPECT_NEAR(energy, 1, 0.12) << px << ", " << py;
  }
}

}  // namespace
}  // namespace relievo
