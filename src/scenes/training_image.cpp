#include <algorithm>
#include <cmath>
#include <vector>

#include "core/engine.hpp"
#include "core/views.hpp"
#include "scenes/fine.hpp"
#include "scenes/on_device.hpp"
#include "scenes/photograph.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

TrainingImage training_image(const Device& device, SceneKind kind, std::uint64_t seed, int width, int height,
                             const Atlas& photos) {
  const Scene scene = make_scene(kind, seed, photos);
  const Camera camera = camera_of(scene.view, width, height);
  const SceneOnDevice on_device(device, scene);
  const Image fine = device.upload(fine_parts(scene, camera, width, height));
  Image color = device.allocate(width, height, {Scalar::f32, 3}, {Primaries::bt709, Transfer::linear, false});
  Image depth = device.allocate(width, height, f32_1);
  SceneBuffers out;
  out.color = color.mutable_view();
  out.depth = depth.mutable_view();
  device.engine().render_scene(on_device.view(), camera, fine, 0, 4, out);
  if (device.kind() != DeviceKind::cpu) {
    color = device.download(color);
    depth = device.download(depth);
  }
  TrainingImage made{Image(), Image(width, height, f32_1)};
  std::vector<float> sorted;
  for (int y = 0; y < height; ++y) {
    const float* z = depth.row<float>(y);
    float* d = made.disparity.row<float>(y);
    for (int x = 0; x < width; ++x) d[x] = std::isfinite(z[x]) ? 1 / z[x] : 0;
    for (int x = y % 7; x < width; x += 7) sorted.push_back(d[x]);
  }
  const auto near = sorted.begin() + std::ptrdiff_t(sorted.size() * 19 / 20);
  std::nth_element(sorted.begin(), near, sorted.end());
  Random random(seed ^ 0x6c656e73u);
  // What is in focus is mostly near the middle.
  const int x = static_cast<int>(float(width) * random.between(0.25f, 0.75f));
  const int y = static_cast<int>(float(height) * random.between(0.3f, 0.9f));
  made.picture = photograph(color, depth, any_lens(random, *near, made.disparity.row<float>(y)[x]));
  return made;
}

TrainingImage training_image(const Device& device, std::uint64_t seed, int width, int height, const Atlas& photos) {
  return training_image(device, any_kind(seed), seed, width, height, photos);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
