// Where disparity is cut into layers.
#pragma once

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

constexpr int most_layers = 16;

/// Where disparity is cut.
struct LayerCuts {
  int count = 1;              ///< layers
  float from[most_layers]{};  ///< the least disparity of each; that of the farthest counts nothing
  float step = 0;             ///< a step of disparity above it is a silhouette
  int reach = 0;              ///< px to either side of a silhouette in which pixels may hold both colours

  RELIEVO_HD int layer_of(float disparity) const {
    int layer = 0;
    // A fixed number of turns, which leaves the array in the GPU's constant memory.
    for (int i = 1; i < most_layers; ++i) {
      if (i >= count) break;
      layer += disparity >= from[i];
    }
    return layer;
  }
};

}  // namespace v1
}  // namespace relievo
