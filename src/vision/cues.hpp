// Disparity from what a single photo shows.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Relative disparity (f32, 0..1, 1 = nearest) of a small photo (u8 RGB) with its faces.
Image disparity_from_cues(const ImageView& rgb, const std::vector<Face>& faces);

}  // namespace v1
}  // namespace relievo
