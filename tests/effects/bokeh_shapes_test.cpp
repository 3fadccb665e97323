// Apertures of every shape in every mode that takes them: flat colour, lights, and the picture of shape image.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"
#include "core/aperture_mask.hpp"
#include "effects/aperture_picture.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;

constexpr Color linear{Primaries::bt709, Transfer::linear, false};

// A ring, grey on its left.
Image ring(PixelFormat format = test::u8_1) {
  return test::make(64, 64, format, [](int x, int y, int) {
    const double distance = std::hypot(x - 31.5, y - 31.5);
    return distance < 14 || distance > 30 ? 0.0 : x < 32 ? 188 / 255.0 : 1.0;
  });
}

std::vector<BokehOptions> shapes() {
  std::vector<BokehOptions> all;
  for (std::size_t i = 0; i < std::size(EnumNames<Aperture>::names); ++i) {
    BokehOptions options;
    options.shape = static_cast<Aperture>(i);
    all.push_back(options);
    options.rotation = 30;
    options.squeeze = 2;
    all.push_back(options);
  }
  for (const int blades : {3, 5, 9}) {
    BokehOptions options;
    options.blades = blades;
    options.roundness = 0.5f;
    options.rotation = -50;
    all.push_back(options);
  }
  return all;
}

std::string text_of(const BokehOptions& options) {
  return std::string(name_of(options.mode)) + ", " + std::string(name_of(options.shape)) + ", " +
         std::to_string(options.blades) + " blades, squeezed " + std::to_string(options.squeeze);
}

// With a longer side of 100 px the radius is 8 |disparity - focus| px: 0.03 * 100 * 8 / 3.
BokehRenderer eight_pixels(BokehOptions options) {
  options.strength = 8;
  options.f_number = 3;
  options.focus_range = 0;
  options.highlight_recovery = 0;
  BokehRenderer renderer(Device::cpu(1), options);
  if (options.shape == Aperture::image) renderer.set_aperture(ring());
  return renderer;
}

template <class Body>
void with_every_shape(Body body) {
  for (const BokehMode mode : {BokehMode::lens, BokehMode::tiers, BokehMode::gather}) {
    for (BokehOptions options : shapes()) {
      if (mode == BokehMode::gather && options.shape == Aperture::image) continue;
      options.mode = mode;
      body(options);
    }
  }
}

TEST(Shapes, AConstantPictureStaysBitForBit) {
  const Image depth = test::make(60, 40, test::f32_1, [](int x, int, int) { return x / 59.0; });
  with_every_shape([&](const BokehOptions& options) {
    const BokehRenderer renderer = eight_pixels(options);
    for (const int code : {1, 77, 254}) {
      const Image picture = test::flat(60, 40, test::u8_3, code / 255.0);
      const LayeredScene scene = std::move(test::Layers().add(picture.clone(), depth.clone())).scene();
      EXPECT_TRUE(test::same(renderer.render(scene, Focus::on_disparity(0.25f)), picture)) << text_of(options);
    }
  });
}

Image light_through(const BokehRenderer& renderer, Color color = linear) {
  Image dark = test::flat(100, 100, test::f32_3, 0);
  dark.set_color(color);
  for (int c = 0; c < 3; ++c) test::set(dark, 50, 50, c, 1);
  return renderer.render(test::plane(std::move(dark), 0), Focus::on_disparity(1));
}

TEST(Shapes, ALightKeepsItsEnergyAndItsPlace) {
  with_every_shape([&](const BokehOptions& options) {
    const Image out = light_through(eight_pixels(options));
    double energy = 0, x_sum = 0, y_sum = 0;
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        energy += at(out, x, y);
        x_sum += at(out, x, y) * (x - 50);
        y_sum += at(out, x, y) * (y - 50);
      }
    }
    EXPECT_NEAR(energy, 1, 0.01) << text_of(options);
    // Brighter on its right, and broader above.
    if (options.shape == Aperture::image || options.shape == Aperture::heart) return;
    EXPECT_NEAR(x_sum, 0, 0.6) << text_of(options);
    EXPECT_NEAR(y_sum, 0, 0.6) << text_of(options);
  });
}

// The lens shows the light as the aperture lies: as often as its mask counts a pixel.
TEST(Shapes, ALightIsTheAperture) {
  for (BokehOptions options : shapes()) {
    const Image out = light_through(eight_pixels(options));
    std::shared_ptr<const AperturePicture> picture;
    if (options.shape == Aperture::image) picture = std::make_shared<AperturePicture>(aperture_picture(ring()));
    const ApertureMask mask = make_aperture(aperture_shape(options, picture), 8);
    std::vector<std::vector<int>> count(100, std::vector<int>(100));
    for (const ApertureRun& run : mask.runs) {
      for (int dx = run.dx_begin; dx < run.dx_end; ++dx) ++count[50 + run.dy][50 + dx];
    }
    for (int y = 0; y < 100; ++y) {
      for (int x = 0; x < 100; ++x) {
        EXPECT_NEAR(at(out, x, y), static_cast<double>(count[y][x]) / mask.area, 2e-5)
            << text_of(options) << ": " << x << ", " << y;
      }
    }
  }
}

TEST(Shapes, APictureLetsThroughItsLight) {
  BokehOptions options;
  options.shape = Aperture::image;
  const Image out = light_through(eight_pixels(options));
  EXPECT_EQ(at(out, 50, 50), 0);
  EXPECT_EQ(at(out, 50 + 3, 50), 0);
  EXPECT_GT(at(out, 50 + 6, 50), 0);
  // sRGB code 188 is half of the light.
  EXPECT_NEAR(at(out, 50 - 6, 50), at(out, 50 + 6, 50) / 2, 1e-5);
}

TEST(Shapes, APictureOfAnyFormatIsTheSameAperture) {
  const auto light = [](const Image& picture) { return aperture_picture(picture).light; };
  const std::vector<float> wanted = light(ring());
  for (const PixelFormat format : {test::u16_1, test::u8_3, test::f16_3, test::f32_1}) {
    const std::vector<float> found = light(ring(format));
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 2e-3);
  }
  // White, seen through alpha; in linear light, as alpha is.
  const Image clear = test::make(
      64, 64, test::u8_4,
      [](int x, int y, int c) {
        const double distance = std::hypot(x - 31.5, y - 31.5);
        return c < 3 ? 1.0 : distance < 14 || distance > 30 ? 0.0 : x < 32 ? 0.5 : 1.0;
      },
      linear);
  const std::vector<float> found = light(clear);
  for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], wanted[i], 5e-3);
  EXPECT_FALSE(aperture_picture(ring()).binary);
  EXPECT_TRUE(aperture_picture(test::box(30, 30, 5, 5, 25, 25)).binary);
  // Large ones are made smaller, dim ones as bright as any.
  const AperturePicture large = aperture_picture(test::make(
      1100, 1100, test::f32_1, [](int x, int, int) { return x < 550 ? 0.0 : 0.01; }, linear));
  EXPECT_TRUE(large.binary);
  EXPECT_EQ(large.side, 512);
  EXPECT_EQ(large.light[100], 0);
  EXPECT_NEAR(large.light[400], 1, 1e-5);
}

TEST(Shapes, PicturesThatAreNoApertureAreRefused) {
  BokehOptions options;
  options.shape = Aperture::image;
  BokehRenderer renderer(Device::cpu(1), options);
  const LayeredScene scene = test::plane(test::photo(40, 30), 1);
  EXPECT_EQ(error_of([&] { renderer.render(scene); }),
            "invalid_argument: shape is image and there is no picture of the aperture; set_aperture takes one.");
  const auto refusal = [&](const ImageView& picture) { return error_of([&] { renderer.set_aperture(picture); }); };
  EXPECT_EQ(refusal({}), "invalid_argument: The aperture's picture is empty.");
  EXPECT_EQ(refusal(test::flat(4, 3, test::u8_1, 1)),
            "invalid_argument: The aperture's picture is 4 x 3 pixels; it must be square.");
  EXPECT_EQ(refusal(test::flat(4, 4, test::u8_3, 0)),
            "invalid_argument: The aperture's picture is black; light must pass somewhere.");
  EXPECT_EQ(refusal(test::flat(4, 4, test::f32_3, -1)),
            "invalid_argument: The aperture's picture is black; light must pass somewhere.");
  for (const float wild : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    Image picture = test::flat(4, 4, test::f32_3, 1);
    picture.row<float>(2)[3 * 1 + 2] = wild;
    EXPECT_EQ(refusal(picture), "invalid_argument: The aperture's picture is " + std::string(wild > 0 ? "inf" : "nan") +
                                    " at (1, 2); its values must be finite.");
  }
  const Image good = ring();
  ImageView elsewhere = good;
  elsewhere.device = {DeviceKind::cuda, 0};
  EXPECT_EQ(refusal(elsewhere), "invalid_argument: The aperture's picture lies on cuda:0; it must lie in host memory.");
  EXPECT_EQ(error_of([&] { BokehRenderer(Device::cpu(1)).set_aperture(good); }),
            "invalid_argument: The aperture's picture is of shape image; shape is circle.");
  EXPECT_EQ(refusal(good), "nothing");
  EXPECT_EQ(error_of([&] { renderer.render(scene); }), "nothing");
  EXPECT_EQ(error_of([&] { renderer.defocus(scene); }), "nothing");
}

TEST(Shapes, ContradictionsAreRefusedByTheConstructor) {
  BokehOptions options;
  options.shape = Aperture::heart;
  options.blades = 5;
  EXPECT_EQ(error_of([&] { BokehRenderer(Device::cpu(1), options); }),
            "invalid_argument: blades is 5 with shape heart; allowed is 0, for only circle, hexagon and octagon have "
            "blades.");
}

}  // namespace
}  // namespace relievo
