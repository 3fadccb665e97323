#include "effects/parallax.hpp"

#include <algorithm>
#include <cmath>

#include <relievo/camera.hpp>

namespace relievo {
inline namespace v1 {

namespace {

// So large that a disparity of 0 to 1 vanishes beside it: a motion by `no_disparity` moves all alike.
constexpr float no_disparity = 33554432;  // 2^25

// Enlargement by a unit of disparity where the camera goes forward as far as it goes sideways, per amplitude.
constexpr float forward_gain = 4;

// How far the path goes from the photo, in the units of CameraOffset: across, and forward as seen at a side.
struct Extent {
  float x, y, z;
};

Extent extent_of(CameraPath path) {
  switch (path) {
    case CameraPath::sway:
      return {1, 0, 0};
    case CameraPath::circle:
      return {1, 1, 0};
    case CameraPath::swing:
      return {1, 0, 1};
    case CameraPath::zoom:
      return {0, 0, 1};
  }
  return {};
}

// The enlargement that keeps the borders out of view. A point s moves by a (g + h s), with a the farthest disparity
// from the convergence, g its motion across and h forward. What the output shows at a side, p = side / zoom, is found
// at s = (p + a g) / (1 - a h) at worst, which must not lie beyond the side. Where the motion is both, across and
// forward, it is so along a circle, and their sum is the most at its steepest point.
float enlargement(const ParallaxOptions& options, int width, int height) {
  const float reach = options.amplitude * options.strength;
  const float farthest = std::max(options.convergence, 1 - options.convergence);
  const Extent extent = extent_of(options.path);
  const auto margin = [&](float across, int side) {
    const float shift = 2 * reach * static_cast<float>(width) * across / static_cast<float>(std::max(1, side - 1));
    return farthest * std::hypot(shift, forward_gain * reach * extent.z);
  };
  return 1 / std::max(0.5f, 1 - std::max(margin(extent.x, width), margin(extent.y, height)));
}

}  // namespace

float path_position(const ParallaxOptions& options, int index) {
  const auto frames = static_cast<float>(options.frames);
  if (options.loop == ParallaxLoop::continuous) return static_cast<float>(index) / frames;
  return static_cast<float>(2 * std::min(index, options.frames - index)) / frames;
}

ParallaxFrame parallax_frame(const ParallaxOptions& options, float t, int layers, int width, int height) {
  ParallaxFrame frame;
  frame.motions.resize(static_cast<std::size_t>(layers));
  const CameraOffset camera = camera_offset(options.path, t);
  const float eased = t * t * (3 - 2 * t);
  frame.zoom = 1 + (options.zoom - 1) * eased;
  // What is near moves against the camera, and grows as it comes forward.
  if (options.motion == ParallaxMotion::layers) {
    for (int i = 0; i < layers; ++i) {
      LayerMotion& motion = frame.motions[static_cast<std::size_t>(i)];
      // From the background's motion at the back to the foreground's in front; a single layer is background.
      const float front = layers > 1 ? static_cast<float>(i) / static_cast<float>(layers - 1) : 0;
      const float px =
          (front * (options.foreground_px + options.background_px) - options.background_px) * options.strength;
      motion.shift_x = -px * camera.x;
      motion.shift_y = -px * camera.y;
      motion.gain_z = 2 * px * camera.z / static_cast<float>(width) / no_disparity;
      motion.convergence = -no_disparity;
    }
    return frame;
  }
  const float reach = options.amplitude * options.strength;
  for (LayerMotion& motion : frame.motions) {
    motion.gain_x = -reach * static_cast<float>(width) * camera.x;
    motion.gain_y = -reach * static_cast<float>(width) * camera.y;
    motion.gain_z = forward_gain * reach * camera.z;
    motion.convergence = options.convergence;
  }
  frame.zoom *= enlargement(options, width, height);
  return frame;
}

}  // namespace v1
}  // namespace relievo
