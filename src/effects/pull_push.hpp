// Smooth values for unknown pixels.
#pragma once

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// Replaces the pixels of `values` (f32, 1 channel, host) whose `known` (u8, 1 channel) is below
/// `threshold` by a smooth continuation of the others: averages of known pixels are pulled up a
/// pyramid and pushed back down bilinearly (Gortler et al., The Lumigraph, SIGGRAPH 1996, 3.6.2).
/// Known pixels are left bit for bit; where none is known nothing changes.
void pull_push(const MutableImageView& values, const ImageView& known, int threshold);

}  // namespace v1
}  // namespace relievo
