// How far a pixel is the subject's, told from its colour.
#pragma once

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// A matte as a function of colour in each pixel of a small photo (u8 RGB): f32, 4 channels, alpha = clamp(x r + y g +
/// z b + w), colours from 0 to 1. `matte` (u8, same size) is known to be 0 or 1 where it is all around; x = y = z = 0
/// there. Where it is not, the function is that which explains the matte of a window best (He and Sun, Fast Guided
/// Filter, 2015), and in a larger copy of the photo shows what the small matte could not. `sure` (u8; empty = nowhere)
/// is not 0 where the subject is.
Image matte_model(const ImageView& rgb, const ImageView& matte, const ImageView& sure);

}  // namespace v1
}  // namespace relievo
