// A fill of the caller's in place of ours.
#pragma once

#include <relievo/inpainter.hpp>

namespace relievo {
inline namespace v1 {

/// The photo with its hole (u8, 255 or 0, in host memory) as `fill` gives it, in `device`'s memory; empty where it
/// leaves the hole to us. Pixels outside the hole are the photo's, bit for bit. Throws
/// Error{invalid_argument} where what it gives does not fit, and whatever it throws.
Image given_fill(const Device& device, const Fill& fill, const ImageView& photo, const ImageView& hole);

}  // namespace v1
}  // namespace relievo
