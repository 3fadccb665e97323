// The subject's matte at the photo's size.
#pragma once

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// The matte of a photo with its relative disparity. Device memory in and out; the host sees small copies, and the
/// whole only as a mask whose components it looks for.
Image segment_photo(const Device& device, const ImageView& photo, const ImageView& disparity,
                    const SegmentOptions& options, const Progress& progress);

}  // namespace v1
}  // namespace relievo
