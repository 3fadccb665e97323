// How layers move for a camera position.
#pragma once

#include <vector>

#include <relievo/parallax_animator.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// One frame: a motion a layer, and the enlargement.
struct ParallaxFrame {
  std::vector<LayerMotion> motions;
  float zoom = 1;
};

/// Position on the path, 0 to 1, of frame `index` of the loop.
float path_position(const ParallaxOptions& options, int index);

/// The frame at position t of the path for `layers` layers of a picture of this size.
ParallaxFrame parallax_frame(const ParallaxOptions& options, float t, int layers, int width, int height);

}  // namespace v1
}  // namespace relievo
