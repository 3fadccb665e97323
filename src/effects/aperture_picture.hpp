// A caller's picture as an aperture.
#pragma once

#include <relievo/image.hpp>

#include "core/aperture_shape.hpp"

namespace relievo {
inline namespace v1 {

/// The linear light of a picture in host memory, luma of its colours times its alpha, as a share of the brightest
/// pixel's; made smaller by area to at most 512 px. Throws Error{invalid_argument} for what no aperture can be made of.
AperturePicture aperture_picture(const ImageView& picture);

}  // namespace v1
}  // namespace relievo
