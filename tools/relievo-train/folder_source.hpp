// Photos with depth as a source to learn from.
#pragma once

#include <memory>
#include <string>

#include <relievo/progress.hpp>

#include "depth_mix.hpp"

namespace tool {

/// Photos and measured depth of a folder (pairs.hpp), held in memory at about the size that windows of `area` pixels
/// need. Throws relievo::Error that names the file.
std::unique_ptr<DepthSource> folder_source(const std::string& folder, int area, const relievo::Progress& progress);

}  // namespace tool
