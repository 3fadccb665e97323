// The stages of recipe A beside the plain Python of make_recipe_a.py.
#include <gtest/gtest.h>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/inpainter.hpp>
#include <relievo/parallax_animator.hpp>
#include <relievo/segmenter.hpp>

#include "common/pictures.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

std::string golden(const std::string& name) { return RELIEVO_SOURCE_DIR "/tests/golden/recipe_a/" + name + ".png"; }

int worst_difference(const Image& a, const Image& b) {
  const bool comparable = a.width() == b.width() && a.height() == b.height() && a.format() == b.format();
  EXPECT_TRUE(comparable);
  if (!comparable) return 255;
  int worst = 0;
  for (int y = 0; y < a.height(); ++y) {
    for (int i = 0; i < a.width() * a.format().channels; ++i) {
      worst = std::max(worst, std::abs(a.row<std::uint8_t>(y)[i] - b.row<std::uint8_t>(y)[i]));
    }
  }
  return worst;
}

TEST(RecipeA, Matte) {
  const Image photo = pictures::read_rgb(golden("photo"));
  const DepthMap depth(pictures::read_grey(golden("disparity")), DepthKind::disparity);
  const Image matte = Segmenter(Device::cpu(), SegmentOptions::spatial_photo()).segment(photo, depth);
  EXPECT_EQ(worst_difference(matte, pictures::read_grey(golden("matte"))), 0);
}

// Builds of OpenCV differ in the last bit of square roots and exponentials.
constexpr int fill_tolerance = 2;

void expect_fill(InpaintMethod method, const std::string& name) {
  InpaintOptions options = InpaintOptions::spatial_photo();
  options.method = method;
  const Image filled = Inpainter(Device::cpu(), options)
                           .inpaint(pictures::read_rgb(golden("photo")), pictures::read_grey(golden("hole")));
  EXPECT_LE(worst_difference(filled, pictures::read_rgb(golden(name))), fill_tolerance);
}

TEST(RecipeA, FillByTelea) { expect_fill(InpaintMethod::telea, "fill_telea"); }
TEST(RecipeA, FillByNavierStokes) { expect_fill(InpaintMethod::navier_stokes, "fill_ns"); }
TEST(RecipeA, FillBlended) { expect_fill(InpaintMethod::blend, "fill"); }

// Blurred bytes are rounded before they are mixed, here and there, each by its own arithmetic.
constexpr int mix_tolerance = 2;

void expect_tiers(Aperture shape, const std::string& name) {
  const Image photo = pictures::read_rgb(golden("photo"));
  const Image disparity = DepthMap(pictures::read_grey(golden("disparity")), DepthKind::disparity).relative();
  const LayerView layer{photo, {}, disparity};
  const LayeredScene scene = LayeredScene::from_layers(Device::cpu(), &layer, 1);
  BokehOptions options = BokehOptions::spatial_photo();
  options.shape = shape;
  const Image blurred = BokehRenderer(Device::cpu(), options).render(scene, Focus::on_disparity(200 / 255.0f));
  EXPECT_LE(worst_difference(blurred, pictures::read_rgb(golden(name))), mix_tolerance);
}

TEST(RecipeA, TiersOfACircle) { expect_tiers(Aperture::circle, "tiers_circle"); }
TEST(RecipeA, TiersOfAHexagon) { expect_tiers(Aperture::hexagon, "tiers_hexagon"); }
TEST(RecipeA, TiersOfAHeart) { expect_tiers(Aperture::heart, "tiers_heart"); }

TEST(RecipeA, ParallaxFrames) {
  const Image photo = pictures::read_rgb(golden("photo"));
  const Image back = pictures::read_rgb(golden("fill"));
  const Image matte = pictures::read_grey(golden("matte"));
  const Image disparity = DepthMap(pictures::read_grey(golden("disparity")), DepthKind::disparity).relative();
  const LayerView layers[] = {{back, {}, disparity}, {photo, matte, disparity}};
  const LayeredScene scene = LayeredScene::from_layers(Device::cpu(), layers, 2);
  const ParallaxAnimator animator(Device::cpu(), ParallaxOptions::spatial_photo());
  const float times[] = {0, 0.25f, 1};
  for (int i = 0; i < 3; ++i) {
    // The recipe moves the foreground with t, our camera moves against it: the same way run backwards.
    const Image frame = animator.render_at(scene, 1 - times[i]);
    EXPECT_LE(worst_difference(frame, pictures::read_rgb(golden("parallax_" + std::to_string(i)))), mix_tolerance)
        << "t = " << times[i];
  }
}

}  // namespace
