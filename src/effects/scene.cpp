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
