// Depth from a single photo without a network.
#pragma once

#include <relievo/image.hpp>
#include <relievo/progress.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// Relative disparity (f32, 0..1) of the photo's size. Host memory; `engine` is the CPU's.
Image depth_from_cues(Engine& engine, const ImageView& photo, int resolution, bool edge_aware,
                      const Progress& progress);

}  // namespace v1
}  // namespace relievo
