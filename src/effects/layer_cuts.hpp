// Where disparity is cut into layers.
#pragma once

#include <relievo/image.hpp>

#include "kernels/layer_cuts.hpp"

namespace relievo {
inline namespace v1 {

/// As many cuts as the silhouettes of a grid of disparity (f32, 1 channel, 0 to 1, host memory) need, at most `most` -
/// 1: each the one that most of the steps above `step` lead across that none does yet, higher steps counting more.
/// `reach` is left at 0.
LayerCuts choose_cuts(const ImageView& disparity, float step, int most);

}  // namespace v1
}  // namespace relievo
