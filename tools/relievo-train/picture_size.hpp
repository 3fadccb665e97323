// Sizes of pictures to learn from, as flags give them.
#pragma once

#include <string>

namespace tool {

struct PictureSize {
  int width = 0, height = 0;
};

/// "192x144". Throws relievo::Error for another text, and sides that are no multiples of 16 from 64 to 1024.
PictureSize read_picture_size(const std::string& text);

}  // namespace tool
