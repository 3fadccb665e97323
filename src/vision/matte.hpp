// The subject as a mask.
#pragma once

#include "vision/people.hpp"

namespace relievo {
inline namespace v1 {

/// Of a mask (u8, 0 or 255) in host memory leaves the largest 8-connected component.
void keep_largest_component(const MutableImageView& mask);

/// A coarse mask (u8, 0 or 255) of the subject in a small photo (u8 RGB) by its disparity (f32, same
/// size), refined along colours: the persons whom the matte of `people` shows where they are large or raised, else what
/// is raised before its surroundings by the highest step, else, where no depth is a step, the thing that stands out by
/// its colours. All 0 where nothing is, and where depth is constant. `scale` is the size of the small photo to that of
/// the whole.
Image subject_mask(const ImageView& rgb, const ImageView& disparity, const People& people, double scale,
                   const SegmentOptions& options);

/// Adds to a mask (u8, 0 or 255) the faces that it cuts, and returns these.
Image take_faces_whole(const MutableImageView& mask, const std::vector<Face>& faces);

}  // namespace v1
}  // namespace relievo
