// How large the blur is: by a radius in px, or by a true thin lens.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "common/images.hpp"
#include "effects/bokeh.hpp"

namespace relievo {
namespace {

using test::at;
using test::error_of;

constexpr BokehMode modes[] = {BokehMode::lens,      BokehMode::tiers,   BokehMode::gather,
                               BokehMode::threshold, BokehMode::layered, BokehMode::preview};

// Depth in metres, from `farthest` on the left to `nearest` on the right.
LayeredScene metres(int width, int height, double nearest, double farthest) {
  const Image photo = test::photo(width, height);
  const Image depth = test::make(width, height, test::f32_1, [&](int x, int, int) { return x / (width - 1.0); });
  const LayerView layer{photo, {}, depth};
  return LayeredScene::from_layers(Device::cpu(1), &layer, 1, {DepthKind::metres, 1 / farthest, 1 / nearest, 0});
}

BokehOptions true_lens(float focal, float f_number, float sensor = 36) {
  BokehOptions options;
  options.focal_length = focal;
  options.f_number = f_number;
  options.sensor = sensor;
  return options;
}

TEST(BokehSize, CocIsTheRadiusOfADifferenceOfOne) {
  BokehOptions options;
  options.coc = 40;
  options.strength = 0.5f;
  options.f_number = 16;  // of no part
  const LayeredScene scene = test::plane(test::photo(30, 20), 1);
  EXPECT_FLOAT_EQ(pixels_per_disparity(scene.impl(), options, 0), 20);
  for (const BokehMode mode : {BokehMode::lens, BokehMode::gather, BokehMode::layered}) {
    Image dark = test::flat(101, 3, test::f32_3, 0);
    for (int y = 0; y < 3; ++y) test::set(dark, 50, y, 1, 1);
    options.mode = mode;
    options.coc = 32;
    options.focus_range = 0;
    options.protect_faces = false;
    const Image out =
        BokehRenderer(Device::cpu(1), options).render(test::plane(std::move(dark), 0.75f), Focus::on_disparity(0.25f));
    // 32 * 0.5 * 0.5
    EXPECT_GT(at(out, 58, 1, 1), 1e-4) << name_of(mode);
    EXPECT_EQ(at(out, 59, 1, 1), 0) << name_of(mode);
  }
}

// c = A f / (s - f) |z - s| / z / 2 in the form of textbooks, all in mm.
double textbook_radius_px(double f, double n, double s, double z, double sensor, int longer) {
  const double diameter = f / n * f / (s - f) * std::fabs(z - s) / z;
  return diameter / 2 * longer / sensor;
}

TEST(BokehSize, AThinLensIsThatOfTextbooks) {
  struct Case {
    float focal, f_number, sensor, focus;
  };
  const double nearest = 0.8, farthest = 12;
  const LayeredScene scene = metres(600, 400, nearest, farthest);
  for (const Case& c :
       {Case{50, 1.8f, 36, 0.5f}, Case{85, 1.4f, 36, 0}, Case{6.8f, 1.8f, 9.8f, 1}, Case{200, 2.8f, 23.5f, 0.3f}}) {
    const double inverse = 1 / farthest + static_cast<double>(c.focus) * (1 / nearest - 1 / farthest);
    const float scale = pixels_per_disparity(scene.impl(), true_lens(c.focal, c.f_number, c.sensor), c.focus);
    for (const double disparity : {0.0, 0.25, 1.0}) {
      const double z = 1000 / (1 / farthest + disparity * (1 / nearest - 1 / farthest));
      const double wanted = textbook_radius_px(static_cast<double>(c.focal), static_cast<double>(c.f_number),
                                               1000 / inverse, z, static_cast<double>(c.sensor), 600);
      const double found = static_cast<double>(scale) * std::fabs(disparity - static_cast<double>(c.focus));
      EXPECT_NEAR(found, wanted, 1e-5 * wanted + 1e-5) << c.focal << " mm, disparity " << disparity;
    }
  }
  // By hand: 50 mm at f/2, focus at 1 m, a point at 2 m: 25 * 50 / 950 * 0.5 = 0.65789 mm, half of it 0.328947 mm, of
  // 36 mm on 600 px 5.48246 px.
  const float scale = pixels_per_disparity(metres(600, 400, 1, 2).impl(), true_lens(50, 2), 1);
  EXPECT_NEAR(scale, 5.48246, 1e-4);
}

TEST(BokehSize, ATrueLensIsSharpAtOneDistanceAlone) {
  // The farthest point's radius is 5.48 px, whatever focus_range says; a Focus's own range counts.
  const LayeredScene scene = metres(600, 3, 1, 2);
  BokehOptions options = true_lens(50, 2), by_coc;
  options.focus_range = 0.5f;
  by_coc.coc = pixels_per_disparity(scene.impl(), options, 1);
  const auto render = [&](const BokehOptions& how, const Focus& focus) {
    return BokehRenderer(Device::cpu(1), how).render(scene, focus);
  };
  EXPECT_TRUE(test::same(render(options, Focus::on_disparity(1)), render(by_coc, {1, 0})));
  EXPECT_TRUE(test::same(render(options, {1, 0.3f}), render(by_coc, {1, 0.3f})));
}

TEST(BokehSize, MemoryForATrueLensCanBeReserved) {
  const LayeredScene scene = metres(700, 90, 0.5, 20);
  for (const BokehMode mode : modes) {
    for (const float focal : {24.0f, 400.0f}) {
      BokehOptions options = true_lens(focal, 1);
      options.mode = mode;
      options.protect_faces = false;
      BokehRenderer renderer(Device::cpu(1), options);
      renderer.reserve(700, 90);
      const std::size_t reserved = renderer.scratch_bytes();
      for (const float focus : {0.0f, 0.5f, 1.0f}) {
        renderer.render(scene, Focus::on_disparity(focus));
        EXPECT_EQ(renderer.scratch_bytes(), reserved) << name_of(mode) << " " << focal << " mm, focus " << focus;
      }
    }
  }
}

TEST(BokehSize, ATrueLensNeedsMetresAndRoom) {
  const LayeredScene relative = test::plane(test::photo(30, 20), 0.5f), near = metres(30, 20, 0.04, 1);
  for (const BokehMode mode : modes) {
    BokehOptions options = true_lens(50, 2);
    options.mode = mode;
    options.protect_faces = false;
    const BokehRenderer renderer(Device::cpu(1), options);
    const bool is_tiers = mode == BokehMode::tiers;  // whose kernels are given
    EXPECT_EQ(error_of([&] { renderer.render(relative); }),
              is_tiers ? "nothing"
                       : "invalid_argument: focal_length is 50 mm, and a lens of that needs depth in metres, which "
                         "this scene has not; set coc or strength instead.")
        << name_of(mode);
    EXPECT_EQ(error_of([&] { renderer.defocus(near, Focus::on_disparity(1)); }),
              is_tiers ? "nothing"
                       : "invalid_argument: The focus at 0.04 m is nearer than the focal length of 50 mm; focus "
                         "farther away or set a smaller focal_length.")
        << name_of(mode);
    EXPECT_EQ(error_of([&] { renderer.render(near, Focus::on_disparity(0)); }), "nothing") << name_of(mode);
  }
  BokehOptions both = true_lens(50, 2);
  both.coc = 10;
  EXPECT_EQ(error_of([&] { BokehRenderer(Device::cpu(1), both); }),
            "invalid_argument: coc is 10 px and focal_length 50 mm; each says how large the blur is, so one of them "
            "must be 0.");
}

TEST(BokehSize, ABlurMayBeLargerThanThePicture) {
  for (const BokehMode mode : modes) {
    BokehOptions options;
    options.mode = mode;
    options.coc = 4096;
    options.protect_faces = false;
    for (const PixelFormat format : {test::u8_3, test::f16_3, test::u8_1}) {
      for (const auto& [width, height] : {std::pair(1, 1), std::pair(300, 1), std::pair(1, 300), std::pair(7, 5)}) {
        const LayeredScene scene = test::plane(test::flat(width, height, format, 1), 1);
        const Image out = BokehRenderer(Device::cpu(2), options).render(scene, Focus::on_disparity(0));
        EXPECT_TRUE(test::same(out, test::flat(width, height, format, 1))) << name_of(mode) << " " << width;
      }
    }
  }
}

// The preview of what is wider than it, too, of one row.
TEST(BokehSize, PreviewsOfOneRowOrColumn) {
  BokehOptions options;
  options.mode = BokehMode::preview;
  options.coc = 4096;
  for (const auto& [width, height] : {std::pair(1500, 1), std::pair(1, 1500)}) {
    const LayeredScene scene = test::plane(test::flat(width, height, test::u8_3, 0.4), 1);
    const Image out = BokehRenderer(Device::cpu(2), options).render(scene, Focus::on_disparity(0));
    EXPECT_TRUE(test::same(out, test::flat(width, height, test::u8_3, 0.4))) << width;
  }
}

}  // namespace
}  // namespace relievo
