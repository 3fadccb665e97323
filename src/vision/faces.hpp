// Faces by Haar cascades.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Faces in a photo (u8, RGB) of at most about 800 px, largest first.
std::vector<Face> detect_faces(const ImageView& rgb);

}  // namespace v1
}  // namespace relievo
