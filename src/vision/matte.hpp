// The subject as a mask.
#pragma once

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Of a mask (u8, 0 or 255) in host memory leaves the largest 8-connected component.
void keep_largest_component(const MutableImageView& mask);

/// A coarse mask (u8, 0 or 255) of the subject in a small photo (u8 RGB) by its disparity (f32, same
/// size), refined along colours: what is raised before its surroundings by the highest step. All 0 where
/// nothing is. `scale` is the size of the small photo to that of the whole.
Image subject_mask(const ImageView& rgb, const ImageView& disparity, double scale, const SegmentOptions& options);

}  // namespace v1
}  // namespace relievo
