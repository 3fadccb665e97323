// Matte and fill of recipe A beside the plain Python of make_recipe_a.py.
#include <gtest/gtest.h>

#include <relievo/inpainter.hpp>
#include <relievo/segmenter.hpp>

#include "common/pictures.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

std::string golden(const std::string& name) { return RELIEVO_SOURCE_DIR "/tests/golden/recipe_a/" + name + ".png"; }

int worst_difference(const Image& a, const Image& b) {
  EXPECT_EQ(a.width(), b.width());
  EXPECT_EQ(a.height(), b.height());
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

}  // namespace
