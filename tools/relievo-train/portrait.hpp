// Whether a figure stands before what surrounds it.
#pragma once

#include <relievo/image.hpp>

namespace tool {

/// Median of relative disparity (f32, 0 to 1) within the mask (u8, from 128 on) minus that around it: in the ring of
/// pixels without the mask that are at most a fifth of the mask's width away from it. -1 to 1, more is better. NaN
/// where the mask covers nothing or leaves no ring. Both are of one size.
double figure_contrast(const relievo::ImageView& relative, const relievo::ImageView& mask);

}  // namespace tool
