// Disparity from what a single photo shows.
#pragma once

#include "vision/people.hpp"

namespace relievo {
inline namespace v1 {

/// Relative disparity (f32, 0..1, 1 = nearest) of a small photo (u8 RGB) with its people.
Image disparity_from_cues(const ImageView& rgb, const People& people);

}  // namespace v1
}  // namespace relievo
