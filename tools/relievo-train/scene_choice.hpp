// Which procedural scenes, and which photos cover some of their surfaces.
#pragma once

#include <optional>
#include <string>

#include "scenes/scene.hpp"

namespace tool {

/// Of all photos in `folder` and below; none of "". Throws relievo::Error that names the folder where it holds no
/// photo, or a photo that cannot be read.
relievo::scenes::Atlas atlas_of(const std::string& folder);

/// A kind by its name; none for "any". Throws relievo::Error that says what is allowed, as `flag`.
std::optional<relievo::scenes::SceneKind> scene_kind(const std::string& name, const char* flag);

}  // namespace tool
