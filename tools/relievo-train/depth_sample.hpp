// A picture to learn from.
#pragma once

#include <vector>

namespace tool {

/// Picture and disparity as a network is shown them.
struct DepthSample {
  int width = 0, height = 0;
  std::vector<float> photo;      ///< Red, green and blue plane, sRGB code values, 0 to 1.
  std::vector<float> disparity;  ///< Of any scale and shift, larger = nearer, NaN where unknown.
  bool ordered = false;          ///< Only which of two pixels is nearer is known.
};

}  // namespace tool
