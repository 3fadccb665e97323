// The lens on photos with measured depth, against the exact gather of their layers: every pixel under the aperture of
// its own circle of confusion, whose radius is not rounded and whose rim is soft.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/layered_scene.hpp>

#include "common/assets.hpp"
#include "common/images.hpp"
#include "common/light.hpp"
#include "common/pictures.hpp"

namespace {

using namespace relievo;  // NOLINT(google-build-using-namespace)

constexpr float full_radius = 31;  // at a difference of disparity of 1, px

// Rows of what the layers of a scene give.
class ExactGather {
 public:
  ExactGather(const LayeredScene& scene, double focus) : focus_(focus), width_(scene.width()), height_(scene.height()) {
    for (int i = 0; i < scene.layer_count(); ++i) {
      const LayerView view = scene.layer(i);
      Layer layer;
      for (int y = 0; y < height_; ++y) {
        for (int x = 0; x < width_; ++x) {
          const double alpha = view.coverage.empty() ? 1 : test::at(view.coverage, x, y);
          for (int c = 0; c < 3; ++c) layer.light.push_back(alpha * test::light_of(test::at(view.color, x, y, c)));
          layer.light.push_back(alpha);
          layer.disparity.push_back(test::at(view.disparity, x, y));
        }
      }
      layers_.push_back(std::move(layer));
    }
  }

  double code(int x, int y, int c) const {
    double light = 0;
    for (const Layer& layer : layers_) {
      const std::size_t at = static_cast<std::size_t>(y) * width_ + x;
      const double radius = full_radius * std::fabs(layer.disparity[at] - focus_);
      const int reach = static_cast<int>(std::ceil(radius + 0.5));
      double sum = 0, alpha = 0, weight = 0;
      for (int dy = -reach; dy <= reach; ++dy) {
        for (int dx = -reach; dx <= reach; ++dx) {
          const double w = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0);
          if (w == 0) continue;
          const int u = std::clamp(x + dx, 0, width_ - 1), v = std::clamp(y + dy, 0, height_ - 1);
          const double* const from = &layer.light[4 * (static_cast<std::size_t>(v) * width_ + u)];
          sum += w * from[c];
          alpha += w * from[3];
          weight += w;
        }
      }
      light = sum / weight + light * (1 - alpha / weight);
    }
    return test::code_of(light);
  }

 private:
  struct Layer {
    std::vector<double> light, disparity;
  };
  std::vector<Layer> layers_;
  double focus_;
  int width_, height_;
};

void expect_exact(const std::string& photo_path, const std::string& disparity_path) {
  const Image photo = pictures::read_rgb(photo_path);
  const cv::Mat measured = cv::imread(disparity_path, cv::IMREAD_GRAYSCALE);
  ASSERT_EQ(measured.cols, photo.width());
  // Quarters of pixels; 0, not known, takes what lies to its left.
  const Image disparity = test::make(photo.width(), photo.height(), test::f32_1, [&](int x, int y, int) {
    int from = x;
    while (from > 0 && measured.at<std::uint8_t>(y, from) == 0) --from;
    return measured.at<std::uint8_t>(y, from) / 4.0;
  });
  const LayeredScene scene =
      LayeredScene::bake(Device::cpu(2), photo, DepthMap(disparity.clone(), DepthKind::disparity_px));
  BokehOptions options;
  options.focus_range = 0;
  options.highlight_recovery = 0;
  options.f_number = 1;
  options.strength = full_radius / (0.03f * static_cast<float>(std::max(photo.width(), photo.height())));
  for (const float focus : {0.1f, 0.9f}) {
    const Image out = BokehRenderer(Device::cpu(2), options).render(scene, Focus::on_disparity(focus));
    const ExactGather exact(scene, focus);
    double error = 0;
    int count = 0;
    // Every fifth row and column: prime to the steps of apertures.
    for (int y = 0; y < photo.height(); y += 5) {
      for (int x = 0; x < photo.width(); x += 5) {
        for (int c = 0; c < 3; ++c) {
          error += std::pow(test::at(out, x, y, c) - exact.code(x, y, c), 2);
          ++count;
        }
      }
    }
    const double psnr = -10 * std::log10(error / count);
    testing::Test::RecordProperty("psnr_" + std::to_string(static_cast<int>(10 * focus)), std::to_string(psnr));
    EXPECT_GE(psnr, 40) << photo_path << " focus " << focus;
  }
}

TEST(LensOnPhotos, IsTheExactGatherOfTheirLayers) {
  RELIEVO_ASSET(teddy, "teddy_im2.png");
  RELIEVO_ASSET(teddy_disparity, "teddy_disp2.pgm");
  RELIEVO_ASSET(cones, "cones_im2.png");
  RELIEVO_ASSET(cones_disparity, "cones_disp2.pgm");
  expect_exact(teddy, teddy_disparity);
  expect_exact(cones, cones_disparity);
}

}  // namespace
