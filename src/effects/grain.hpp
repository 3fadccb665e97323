// How much grain a photo has.
#pragma once

#include <relievo/image.hpp>

#include "kernels/grain.hpp"

namespace relievo {
inline namespace v1 {

/// Noise of a photo of 1 or 3 channels in host memory, by brightness: in patches of 8 x 8 px by the difference of two
/// Laplacians (J. Immerkaer, "Fast Noise Variance Estimation", CVIU 1996), of which the lower ones count, where there
/// is the least texture. Brightnesses that the photo lacks take what their neighbours have.
Grain grain_of(const ImageView& photo);

}  // namespace v1
}  // namespace relievo
