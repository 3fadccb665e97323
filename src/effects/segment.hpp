// The subject's matte at the photo's size.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// The matte of a photo with its relative disparity, both in the device's memory, here and below. The result lies there
/// or in the host's. The host sees small copies, tiles around the outline, and with `otsu` the whole as a mask whose
/// components it looks for.
Image segment_photo(const Device& device, const ImageView& photo, const ImageView& disparity,
                    const SegmentOptions& options, const Progress& progress);
/// The matte of what a hint means. Throws Error{invalid_argument} where that is not of this photo or contradicts
/// itself.
Image segment_hinted(const Device& device, const ImageView& photo, const ImageView& disparity, const SegmentHint& hint,
                     const SegmentOptions& options, const Progress& progress);
/// Throws what segment_hinted() would.
void check_hint(const Device& device, const ImageView& photo, const SegmentHint& hint, const SegmentOptions& options);
/// A matte for each subject, nearest first, in host memory.
std::vector<Image> segment_instances(const Device& device, const ImageView& photo, const ImageView& disparity,
                                     const SegmentOptions& options, const Progress& progress);
/// A matte (u8, of the photo's size) brought onto the photo's edges.
Image refine_matte(const Device& device, const ImageView& photo, const ImageView& matte, const SegmentOptions& options,
                   const Progress& progress);
/// 255 and 0 where a matte (u8) is that up to `band` px around, 128 elsewhere. In host memory.
Image trimap_of(const Device& device, const ImageView& matte, int band);

}  // namespace v1
}  // namespace relievo
