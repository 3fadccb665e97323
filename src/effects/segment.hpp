// The subject's matte at the photo's size.
#pragma once

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// The matte of a photo with its relative disparity. Device memory in and out; the host sees small copies, and the
/// whole only as a mask whose components it looks for.
Image segment_photo(const Device& device, const ImageView& photo, const ImageView& disparity,
                    const SegmentOptions& options, const Progress& progress);

/// Faces in a photo in the device's memory, in its pixels, largest first.
std::vector<Face> faces_of(const Device& device, const ImageView& photo);

/// Faces in an image of one size as they lie in its copy of another.
std::vector<Face> scaled(std::vector<Face> faces, int from_width, int from_height, int to_width, int to_height);

}  // namespace v1
}  // namespace relievo
