// Scenes made up on the fly as a source to learn from.
#pragma once

#include <memory>
#include <optional>

#include "depth_mix.hpp"
#include "scenes/scene.hpp"

namespace tool {

/// Scenes of one kind, or of any, drawn on the CPU. Some surfaces bear swatches of `textures`.
std::unique_ptr<DepthSource> procedural_source(std::optional<relievo::scenes::SceneKind> kind,
                                               const relievo::scenes::Atlas& textures);

}  // namespace tool
