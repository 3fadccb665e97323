// What a person says of the subject, as a mask.
#pragma once

#include <algorithm>
#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// A SegmentHint in the pixels of a small photo.
struct SmallHint {
  ImageView mask;  ///< u8; empty = none
  SegmentBox box;  ///< of width 0 = none
  std::vector<SegmentPoint> points;

  /// Whether it says what the subject is; else it only takes away from the one that is found without it.
  bool shows_subject() const {
    return !mask.empty() ||
           std::any_of(points.begin(), points.end(), [](const SegmentPoint& point) { return point.inside; });
  }
};

/// A coarse mask (u8, 0 or 255) of what is meant in a small photo (u8 RGB) with its disparity (f32, same size): near
/// the depth of the points inside and joined to them, and by colours where depth has no step. `automatic` is the
/// subject without a hint, which only hints that do not show it look at.
Image hinted_mask(const ImageView& rgb, const ImageView& disparity, const ImageView& automatic, const SmallHint& hint);

}  // namespace v1
}  // namespace relievo
