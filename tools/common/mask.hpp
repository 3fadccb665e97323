// Masks in files.
#pragma once

#include <string>

#include <relievo/image.hpp>

namespace tool {

/// Coverage of each pixel, u8: of a picture with transparency its opacity, else its first channel. Throws
/// relievo::Error where its size is not that of `photo`, which lies at `photo_path`.
relievo::Image read_mask(const std::string& path, const relievo::ImageView& photo, const std::string& photo_path);

}  // namespace tool
