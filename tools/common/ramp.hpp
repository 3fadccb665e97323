// What every model of depth has to beat.
#pragma once

#include <relievo/depth_map.hpp>

namespace tool {

/// Lower is nearer: disparity of the photo's size, which grows evenly from the upper border, 0, to the lower, 1.
relievo::DepthMap ramp(const relievo::ImageView& photo);

}  // namespace tool
