// Which layers go on behind the silhouettes of nearer ones.
#pragma once

#include <relievo/image.hpp>

#include "kernels/layers.hpp"

namespace relievo {
inline namespace v1 {

/// Of each cell of a grid of disparity (f32, 1 channel, host memory) the layers that cover it: its own, and those
/// behind it whose silhouette, the pixels just beyond a step of disparity, is the nearest of all layers as far away or
/// farther and at most `thickness` cells off; and those from which disparity leads to the cell without a step, in at
/// most as many cells. u8, 4 channels: the bytes of LayerBits.
Image covering_layers(const ImageView& disparity, const LayerCuts& cuts, float thickness);

}  // namespace v1
}  // namespace relievo
