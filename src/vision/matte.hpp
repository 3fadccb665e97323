// The subject as a mask.
#pragma once

#include "vision/people.hpp"

namespace relievo {
inline namespace v1 {

/// Of a mask (u8, 0 or 255) in host memory leaves the largest 8-connected component.
void keep_largest_component(const MutableImageView& mask);

/// A coarse mask (u8, 0 or 255) of the subject in a small photo (u8 RGB) by its disparity (f32, same
/// size), refined along colours: what is raised before its surroundings by the highest step. All 0 where
/// nothing is. Where that is a person whom the matte of `people` shows, the matte outlines it. `scale` is the size of
/// the small photo to that of the whole.
Image subject_mask(const ImageView& rgb, const ImageView& disparity, const People& people, double scale,
                   const SegmentOptions& options);

}  // namespace v1
}  // namespace relievo
