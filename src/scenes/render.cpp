#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/check.hpp"
#include "core/engine.hpp"
#include "core/views.hpp"
#include "kernels/scene_hit.hpp"
#include "kernels/scene_pixel.hpp"
#include "scenes/fine.hpp"
#include "scenes/on_device.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

SceneFrame render(const Device& device, const Scene& scene, const Camera& camera, int width, int height, int layers,
                  int samples) {
  require(layers >= 1 && layers <= max_layers, "layers is ", layers, "; 1 to ", max_layers, " are allowed.");
  require(samples >= 1 && samples <= 64 && (samples & (samples - 1)) == 0, "samples is ", samples,
          "; 1, 2, 4, 8, 16, 32 and 64 are allowed.");
  const SceneOnDevice on_device(device, scene);
  const Image fine = device.upload(fine_parts(scene, camera, width, height));
  constexpr PixelFormat f32_3{Scalar::f32, 3}, u8_4{Scalar::u8, 4};
  constexpr Color light{Primaries::bt709, Transfer::linear, false};
  SceneFrame frame{camera, {}};
  for (int i = 0; i < layers; ++i) {
    SceneLayer layer{device.allocate(width, height, f32_3, light), device.allocate(width, height, f32_1),
                     device.allocate(width, height, f32_3),        device.allocate(width, height, u8_4),
                     device.allocate(width, height, u8_4),         device.allocate(width, height, f32_1)};
    device.engine().render_scene(
        on_device.view(), camera, fine, i, samples,
        {layer.color.mutable_view(), layer.depth.mutable_view(), layer.normal.mutable_view(),
         layer.object.mutable_view(), layer.front.mutable_view(), layer.coverage.mutable_view()});
    for (Image* each : {&layer.color, &layer.depth, &layer.normal, &layer.object, &layer.front, &layer.coverage}) {
      if (device.kind() != DeviceKind::cpu) *each = device.download(*each);
    }
    frame.layers.push_back(std::move(layer));
  }
  return frame;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
