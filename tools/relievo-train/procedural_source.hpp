// Scenes made up on the fly as a source to learn from.
#pragma once

#include <memory>
#include <string>

#include "depth_mix.hpp"

namespace tool {

/// Drawn on the CPU. Some surfaces bear swatches of the photos of `textures`, a folder; "" = none do. Throws
/// relievo::Error that names the folder where it holds no photo, or a photo that cannot be read.
std::unique_ptr<DepthSource> procedural_source(const std::string& textures);

}  // namespace tool
