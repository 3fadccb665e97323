#include "effects/parallax.hpp"

#include <algorithm>
#include <cmath>

#include <relievo/camera.hpp>

namespace relievo {
inline namespace v1 {

float path_position(const ParallaxOptions& options, int index) {
  const float part = static_cast<float>(index) / static_cast<float>(options.frames);
  return options.loop == ParallaxLoop::continuous ? part : 1 - std::fabs(2 * part - 1);
}

ParallaxFrame parallax_frame(const ParallaxOptions& options, float t, int layers, int width, int height) {
  ParallaxFrame frame;
  frame.motions.resize(static_cast<std::size_t>(layers));
  const CameraOffset camera = camera_offset(options.path, t);
  const float eased = t * t * (3 - 2 * t);
  frame.zoom = 1 + (options.zoom - 1) * eased;
  if (options.motion == ParallaxMotion::layers) {
    for (int i = 0; i < layers; ++i) {
      LayerMotion& motion = frame.motions[static_cast<std::size_t>(i)];
      // From the background's motion at the back to the foreground's in front; a single layer is background.
      const float front = layers > 1 ? static_cast<float>(i) / static_cast<float>(layers - 1) : 0;
      const float px =
          (front * (options.foreground_px + options.background_px) - options.background_px) * options.strength;
      motion.shift_x = px * camera.x;
      motion.shift_y = px * camera.y;
      motion.gain_z = px * camera.z / static_cast<float>(width);
      motion.convergence = -1;
    }
    return frame;
  }
  const float reach = options.amplitude * options.strength;
  for (LayerMotion& motion : frame.motions) {
    motion.gain_x = reach * static_cast<float>(width) * camera.x;
    motion.gain_y = reach * static_cast<float>(width) * camera.y;
    motion.gain_z = 4 * reach * camera.z;
    motion.convergence = options.convergence;
  }
  // No point moves farther than this part of the shorter side, so no border comes into view.
  const float farthest = reach * std::max(options.convergence, 1 - options.convergence) *
                         (static_cast<float>(width) / static_cast<float>(std::min(width, height)));
  frame.zoom /= std::max(0.5f, 1 - 2 * farthest);
  return frame;
}

}  // namespace v1
}  // namespace relievo
