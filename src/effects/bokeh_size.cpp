#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "effects/bokeh.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Half of the diameter A f s / (s - f) |1/s - 1/z| on the sensor, A = f / N, in px of the picture.
double thin_lens(const LayeredScene::Impl& scene, const BokehOptions& options, float focus) {
  require(scene.scale.kind == DepthKind::metres, "focal_length is ", options.focal_length,
          " mm, and a lens of that needs depth in metres, which this scene has not; set coc or strength instead.");
  const double per_metre = scene.scale.at_one - scene.scale.at_zero;
  const double inverse = std::max(0.0, scene.scale.at_zero + focus * per_metre);  // 1/s, 0 = infinitely far
  const double focal = options.focal_length / 1000.0;
  require(focal * inverse < 1, "The focus at ", 1 / inverse, " m is nearer than the focal length of ",
          options.focal_length, " mm; focus farther away or set a smaller focal_length.");
  const double diameter = focal / options.f_number * focal / (1 - focal * inverse) * std::fabs(per_metre);
  return diameter / 2 * 1000 * std::max(scene.width, scene.height) / options.sensor;
}

}  // namespace

float pixels_per_disparity(int width, int height, const BokehOptions& options) {
  if (options.focal_length > 0) return static_cast<float>(largest_radius);
  if (options.coc > 0) return options.coc * options.strength;
  return 0.03f * static_cast<float>(std::max(width, height)) * options.strength / options.f_number;
}

float pixels_per_disparity(const LayeredScene::Impl& scene, const BokehOptions& options, float focus) {
  if (options.focal_length > 0) {
    return static_cast<float>(thin_lens(scene, options, focus)) * options.strength;
  }
  return pixels_per_disparity(scene.width, scene.height, options);
}

float farthest_from(float focus, const DisparityStatistics& disparity) {
  return std::max(std::fabs(disparity.minimum - focus), std::fabs(disparity.maximum - focus));
}

DisparityStatistics disparity_range(const LayeredScene::Impl& scene) {
  DisparityStatistics all = scene.layers[0].statistics;
  for (const LayeredScene::Impl::Layer& layer : scene.layers) {
    all.minimum = std::min(all.minimum, layer.statistics.minimum);
    all.maximum = std::max(all.maximum, layer.statistics.maximum);
  }
  return all;
}

float focus_disparity(const LayeredScene::Impl& scene, const Focus& focus) {
  return focus.disparity < 0 ? scene.subject : focus.disparity;
}

BokehOptions with_focus_range(BokehOptions options, const Focus& focus) {
  // The recipes of tiers and threshold have no range, and a true lens is sharp at one distance.
  const bool is_recipe = options.mode == BokehMode::tiers || options.mode == BokehMode::threshold;
  if (is_recipe || options.focal_length > 0) options.focus_range = 0;
  if (focus.range >= 0 && options.mode != BokehMode::threshold) options.focus_range = focus.range;
  return options;
}

}  // namespace v1
}  // namespace relievo
