// Where faces are.
#pragma once

#include <vector>

#include <relievo/image.hpp>
#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// How much each pixel of rows first_row .. of a photo is a face's (f32, host memory): 1 in the ellipse of 1.2 times a
/// face's width and height, 0 outside of that of 1.7 times, smooth between. False, and nothing is written, where that
/// is 0 throughout.
bool draw_faces(const std::vector<Face>& faces, int first_row, const MutableImageView& out);

}  // namespace v1
}  // namespace relievo
