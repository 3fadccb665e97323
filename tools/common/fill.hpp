// Pictures that show what a photo hides.
#pragma once

#include <string>

#include <relievo/image.hpp>

namespace tool {

/// The picture as code values of the photo's straight colour: its scalar type, and 1 or 3 channels. 8 and 16 bits stand
/// in for each other; transparency is left out. Throws relievo::Error where its size is not that of `photo`, which lies
/// at `photo_path`, or its pixels cannot be the photo's.
relievo::Image read_fill(const std::string& path, const relievo::ImageView& photo, const std::string& photo_path);

}  // namespace tool
