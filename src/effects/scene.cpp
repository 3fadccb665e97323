#include "effects/scene.hpp"

#include "core/views.hpp"

namespace relievo {
inline namespace v1 {

std::vector<LayerView> LayeredScene::Impl::views() const {
  std::vector<LayerView> out;
  for (const Layer& layer : layers) out.push_back(layer.view());
  return out;
}

Image flattened(const LayeredScene::Impl& scene) {
  const std::vector<LayerView> views = scene.views();
  Image out = scene.device.allocate(scene.width, scene.height, views[0].color.format, scene.color);
  scene.device.engine().flatten(views.data(), static_cast<int>(views.size()), out.mutable_view());
  return out;
}

Image view_of(const LayeredScene::Impl& scene, double baseline) {
  Engine& engine = scene.device.engine();
  std::vector<LayerView> views = scene.views();
  const auto count = static_cast<int>(views.size());
  const bool measured = scene.scale.kind == DepthKind::disparity_px;
  const double at_zero = measured ? scene.scale.at_zero : 0,
               at_one = measured ? scene.scale.at_one : scene.width / 50.0;
  LayerMotion motion;
  motion.shift_x = static_cast<float>(-baseline * at_zero);
  motion.gain_x = static_cast<float>(-baseline * (at_one - at_zero));
  const std::vector<LayerMotion> motions(views.size(), motion);
  Image color = scene.device.allocate(scene.width, scene.height, views[0].color.format, scene.color);
  engine.warp_layers(views.data(), motions.data(), count, 1, color.mutable_view());
  if (scene.alpha.empty()) return color;
  for (LayerView& view : views) view.color = scene.alpha;
  Image alpha = scene.device.allocate(scene.width, scene.height, scene.alpha.format(), scene.alpha.color());
  engine.warp_layers(views.data(), motions.data(), count, 1, alpha.mutable_view());
  Image out = scene.device.allocate(scene.width, scene.height, scene.format, scene.color);
  engine.convert(color, out.mutable_view());
  engine.insert_alpha(alpha, out.mutable_view());
  return out;
}

DisparityStatistics disparity_statistics(Engine& engine, const ImageView& disparity, const ImageView& coverage) {
  constexpr double median = 0.5;
  float found[3];
  const MutableImageView host{found, 3, 1, sizeof found, f32_1, {}, {}};
  Image out = engine.allocate(3, 1, f32_1, {});
  engine.quantiles(disparity, coverage, &median, 1, out.mutable_view());
  engine.copy(out, host);
  const bool covered = found[2] == found[2];
  return {found[0], covered ? found[2] : (found[0] + found[1]) / 2, found[1]};
}

}  // namespace v1
}  // namespace relievo
