// Photos whose patches cover surfaces of procedural scenes.
#pragma once

#include <string>

#include "scenes/scene.hpp"

namespace tool {

/// Of all photos in `folder` and below; none of "". Throws relievo::Error that names the folder where it holds no
/// photo, or a photo that cannot be read.
relievo::scenes::Atlas atlas_of(const std::string& folder);

}  // namespace tool
