#include <relievo/bokeh_renderer.hpp>

#include <vector>

#include "api/boundary.hpp"
#include "core/views.hpp"
#include "effects/people.hpp"
#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace {

float visible_disparity_at(const LayeredScene::Impl& scene, int x, int y) {
  Image map = scene.device.allocate(scene.width, scene.height, f32_1);
  const std::vector<LayerView> views = scene.views();
  scene.device.engine().visible_disparity(views.data(), static_cast<int>(views.size()), map.mutable_view());
  float found = 0;
  scene.device.engine().copy(part_of(map.view(), x, y, 1, 1), {&found, 1, 1, sizeof found, f32_1, {}, {}});
  return found;
}

}  // namespace

Focus Focus::on_point(const LayeredScene& scene, int x, int y) {
  return at_boundary("focusing", [&] {
    require(x >= 0 && x < scene.width() && y >= 0 && y < scene.height(), "The focus point (", x, ", ", y,
            ") lies outside the scene of ", scene.width(), " x ", scene.height(), " pixels.");
    return on_disparity(visible_disparity_at(scene.impl(), x, y));
  });
}

Focus Focus::on_nearest_face(const LayeredScene& scene) {
  return at_boundary("focusing", [&] {
    const std::vector<Face> faces = faces_of(scene.impl().device, flattened(scene.impl()));
    if (faces.empty()) return on_subject();
    return on_point(scene, faces[0].x + faces[0].width / 2, faces[0].y + faces[0].height / 2);
  });
}

}  // namespace v1
}  // namespace relievo
