// How a picture to learn from is varied.
#pragma once

#include <relievo/image.hpp>

#include "depth_sample.hpp"
#include "random.hpp"

namespace tool {

/// A window of `photo` (u8 RGB) and of its `disparity` (f32, the same size, NaN = unknown), of the shape asked for:
/// between a half and all of what fits, tilted by some degrees, stretched by some per cent, mirrored every other time.
DepthSample random_window(const relievo::ImageView& photo, const relievo::ImageView& disparity, int width, int height,
                          Random& random);

/// Exposure, white balance, tone curve, saturation (sometimes none), blur and noise, as of another camera.
void vary_camera(DepthSample& sample, Random& random);

}  // namespace tool
