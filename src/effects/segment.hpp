// The subject's matte at the photo's size.
#pragma once

#include <relievo/segmenter.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// Photo in host memory; `engine` is the CPU's.
Image segment_photo(Engine& engine, const ImageView& photo, const DepthMap& depth, const SegmentOptions& options,
                    const Progress& progress);

/// Faces in a photo in host memory, in its pixels, largest first.
std::vector<Face> faces_of(Engine& engine, const ImageView& photo);

/// Faces in an image of one size as they lie in its copy of another.
std::vector<Face> scaled(std::vector<Face> faces, int from_width, int from_height, int to_width, int to_height);

}  // namespace v1
}  // namespace relievo
