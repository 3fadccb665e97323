// Mode tiers: five blurs blended by depth, computed again in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"
#include "core/aperture_mask.hpp"

namespace relievo {
namespace {

using test::at;

constexpr int kernels[] = {1, 7, 13, 19, 31};

int mirror(int i, int n) {
  if (i < 0) i = -i;
  return i >= n ? 2 * n - 2 - i : i;
}

// One channel blurred by a Gaussian of `size` px, sigma = 0.3 ((size - 1) / 2 - 1) + 0.8, borders mirrored.
std::vector<std::vector<double>> gaussian(const ImageView& image, int channel, int size) {
  const int half = size / 2;
  std::vector<double> weights(size, 1);
  if (size > 1) {
    const double sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8;
    double sum = 0;
    for (int i = 0; i < size; ++i) sum += weights[i] = std::exp(-(i - half) * (i - half) / (2 * sigma * sigma));
    for (double& weight : weights) weight /= sum;
  }
  std::vector<std::vector<double>> rows(image.height, std::vector<double>(image.width)), out = rows;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int i = 0; i < size; ++i)
        rows[y][x] += weights[i] * at(image, mirror(x + i - half, image.width), y, channel);
    }
  }
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      for (int i = 0; i < size; ++i) out[y][x] += weights[i] * rows[mirror(y + i - half, image.height)][x];
    }
  }
  return out;
}

Image ramp(int width, int height) {
  return test::make(width, height, test::f32_1,
                    [&](int x, int y, int) { return (x + 0.2 * y) / (width + 0.2 * height); });
}

LayeredScene ramp_scene(int width, int height, PixelFormat format) {
  test::Layers layers;
  return layers.add(test::photo(width, height, format), ramp(width, height)).scene();
}

BokehOptions tiers(float strength = 1, float f_number = 2.8f) {
  BokehOptions options = BokehOptions::spatial_photo();
  options.strength = strength;
  options.f_number = f_number;
  return options;
}

TEST(Tiers, AreFiveGaussiansBlendedByDepth) {
  struct Case {
    float strength, f_number, focus;
  };
  for (const Case& c : {Case{1, 2.8f, 0.25f}, Case{2, 1.4f, 0.5f}, Case{1, 5.6f, 1}, Case{0.5f, 2.8f, 0}}) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::f32_3, test::u8_1, test::f16_3}) {
      const Image photo = test::photo(90, 70, format), depth = ramp(90, 70);
      const Image out = BokehRenderer(Device::cpu(1), tiers(c.strength, c.f_number))
                            .render(ramp_scene(90, 70, format), Focus::on_disparity(c.focus));
      EXPECT_EQ(out.format(), format);
      const int channel = format.channels / 2;
      std::vector<std::vector<std::vector<double>>> levels;
      for (const int kernel : kernels) levels.push_back(gaussian(photo, channel, kernel));
      double worst = 0;
      for (int y = 0; y < 70; ++y) {
        for (int x = 0; x < 90; ++x) {
          const double b = std::min(
              1.0, double(c.strength) * 2.8 / double(c.f_number) * std::fabs(at(depth, x, y) - double(c.focus)));
          const int i = std::min(3, static_cast<int>(4 * b));
          const double wanted = levels[i][y][x] + (4 * b - i) * (levels[i + 1][y][x] - levels[i][y][x]);
          worst = std::max(worst, std::fabs(at(out, x, y, channel) - wanted));
        }
      }
      // Bytes round once a blur and once in the blend; OpenCV's kernel of 7 px is a rounded table.
      EXPECT_LE(worst, (format.scalar == Scalar::u8 ? 1.5 : 1.0) / 255)
          << "strength " << c.strength << ", format " << int(format.scalar);
    }
  }
}

TEST(Tiers, AreSharpInFocus) {
  const Image photo = test::photo(40, 30);
  const LayeredScene scene = test::plane(photo.clone(), 0.5f);
  EXPECT_TRUE(test::same(BokehRenderer(Device::cpu(1), tiers(8)).render(scene, Focus::on_disparity(0.5f)), photo));
}

TEST(Tiers, AConstantPictureStaysBitForBit) {
  for (const Aperture shape : {Aperture::circle, Aperture::hexagon, Aperture::octagon, Aperture::heart}) {
    for (const PixelFormat format : {test::u8_3, test::u16_3, test::u8_1}) {
      for (const int code : {0, 1, 100, 255}) {
        const Image picture = test::flat(50, 40, format, code / 255.0);
        test::Layers layers;
        layers.add(picture.clone(), ramp(50, 40));
        BokehOptions options = tiers(3);
        options.shape = shape;
        const Image out = BokehRenderer(Device::cpu(1), options).render(layers.scene(), Focus::on_disparity(0.3f));
        EXPECT_TRUE(test::same(out, picture)) << name_of(shape) << " " << code;
      }
    }
  }
}

TEST(Tiers, OtherShapesAreTheirAperture) {
  // Full blur: b = 1, so the last tier alone, of radius 31 / 2 = 15.
  for (const Aperture shape : {Aperture::hexagon, Aperture::octagon, Aperture::heart}) {
    BokehOptions options = tiers(8);
    options.shape = shape;
    Image dark = test::flat(80, 80, test::f32_3, 0);
    test::set(dark, 40, 40, 0, 1);
    const Image out =
        BokehRenderer(Device::cpu(1), options).render(test::plane(std::move(dark), 1), Focus::on_disparity(0));
    const ApertureMask mask = make_kernel(shape, 31);
    double sum = 0;
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
        EXPECT_NEAR(at(out, 40 + dx, 40 + run.dy), 1.0 / mask.area, 1e-7) << name_of(shape);
      }
    }
    for (int y = 0; y < 80; ++y) {
      for (int x = 0; x < 80; ++x) sum += at(out, x, y);
    }
    EXPECT_NEAR(sum, 1, 1e-5) << name_of(shape);
  }
}

TEST(Tiers, LayersAreFlattenedFirst) {
  // The subject covers the background, whose own disparity there no longer counts.
  test::Layers layers;
  layers.add(test::photo(60, 50), test::flat(60, 50, test::f32_1, 0));
  layers.add(test::flat(60, 50, test::u8_3, 1), test::flat(60, 50, test::f32_1, 1), test::box(60, 50, 20, 15, 40, 35));
  const LayeredScene scene = layers.scene();
  const Image picture = scene.flatten();
  test::Layers one;
  one.add(picture.clone(), test::box(60, 50, 20, 15, 40, 35, test::f32_1));
  const BokehRenderer renderer(Device::cpu(1), tiers(1.5f));
  EXPECT_TRUE(test::same(renderer.render(scene), renderer.render(one.scene(), Focus::on_disparity(1))));
}

}  // namespace
}  // namespace relievo
