#include <cmath>
#include <limits>

#include <relievo/io/scene.hpp>

#include "core/check.hpp"
#include "io/host_scene.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// A disparity of the scene in its own kind and unit; NaN where that has no value.
float value_of(const DepthScale& scale, float disparity) {
  const double value = scale.at_zero + static_cast<double>(disparity) * (scale.at_one - scale.at_zero);
  if (scale.kind == DepthKind::disparity) return static_cast<float>(value);
  if (!(value > 0)) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(scale.kind == DepthKind::metres ? 1 / value : value);
}

}  // namespace

DepthMap visible_depth(const LayeredScene& scene) {
  constexpr int solid = 128;
  Image values(scene.width(), scene.height(), {Scalar::f32, 1});
  for (int i = 0; i < scene.layer_count(); ++i) {
    const LayerView layer = scene.layer(i);
    Image keep_coverage, keep_disparity;
    const ImageView coverage = on_host(layer.coverage, keep_coverage);
    const ImageView disparity = on_host(layer.disparity, keep_disparity);
    for (int y = 0; y < values.height(); ++y) {
      float* out = values.row<float>(y);
      const float* in = disparity.row<float>(y);
      const auto* cover = coverage.empty() ? nullptr : coverage.row<std::uint8_t>(y);
      for (int x = 0; x < values.width(); ++x) {
        if (!cover || cover[x] >= solid) out[x] = value_of(scene.depth_scale(), in[x]);
      }
    }
  }
  return DepthMap(values, scene.depth_scale().kind, scene.depth_scale().fov_degrees);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
