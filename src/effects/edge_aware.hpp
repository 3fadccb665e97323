// Depth at a photo's size, its edges where the photo has them.
#pragma once

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// `disparity` (f32, 1 channel, host memory, no hole) at the photo's size. With `edge_aware` a guided filter (He, Sun
/// and Tang, TPAMI 2013) moves its edges onto the photo's, at up to 1600 px a side; no value leaves the range of
/// `disparity`.
Image at_photo_size(Engine& engine, const ImageView& photo, Image disparity, bool edge_aware);

}  // namespace v1
}  // namespace relievo
