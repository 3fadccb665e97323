// Several subjects of one photo.
#pragma once

#include <vector>

#include "vision/people.hpp"

namespace relievo {
inline namespace v1 {

/// A coarse mask (u8, 0 or 255) of each subject of a small photo (u8 RGB) with its disparity (f32, same size), nearest
/// first; none overlap. `subject` is what subject_mask() gives, beside which all counts that is raised as it is. Parts
/// that do not touch are subjects of their own, and so are those between which depth has a step, and persons side by
/// side that have a face each.
std::vector<Image> instance_masks(const ImageView& rgb, const ImageView& disparity, const ImageView& subject,
                                  const People& people, double scale, const SegmentOptions& options);

}  // namespace v1
}  // namespace relievo
