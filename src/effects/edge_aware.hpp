// Depth at a photo's size, its edges where the photo has them.
#pragma once

#include <relievo/device.hpp>

namespace relievo {
inline namespace v1 {

/// `disparity` (f32, 1 channel, 0..1, no hole) at the photo's size. With `edge_aware` a guided filter (He, Sun and
/// Tang, TPAMI 2013) moves its edges onto the photo's, at up to 1600 px
/// a side, or its own size where that is larger. Device memory in and out.
Image at_photo_size(const Device& device, const ImageView& photo, Image disparity, bool edge_aware);

}  // namespace v1
}  // namespace relievo
