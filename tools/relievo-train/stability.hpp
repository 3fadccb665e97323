// How much of an estimate stays when the photo changes in ways that leave depth alone.
#pragma once

#include "depth_model.hpp"

namespace tool {

/// Rank correlations with the estimate of the photo itself: 1 = the same order. NaN where one is flat.
struct Stability {
  double mirror = 0;   ///< Of the mirror image, mirrored back.
  double crop = 0;     ///< Of the middle 80 % of both sides, within them.
  double darker = 0;   ///< Of half the light.
  double lighter = 0;  ///< Of twice the light; what does not fit is white.
};

/// `photo` is u8 RGB, `estimate` the model's of it.
Stability stability(const DepthModel& model, const relievo::ImageView& photo, const relievo::DepthMap& estimate);

}  // namespace tool
