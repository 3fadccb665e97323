// What all modes of bokeh share: where the focus is, and how large the blur.
#pragma once

#include <relievo/bokeh_renderer.hpp>

#include "core/scratch.hpp"
#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {

/// The disparity in focus.
float focus_disparity(const LayeredScene::Impl& scene, const Focus& focus);
/// The options with the range in force for this focus.
BokehOptions with_focus_range(BokehOptions options, const Focus& focus);

/// Radius of the circle of confusion, in px, at a difference of disparity of 1. Throws Error{invalid_argument} where
/// `focal_length` asks for a lens that this scene cannot have.
float pixels_per_disparity(const LayeredScene::Impl& scene, const BokehOptions& options, float focus);
/// The most of it that counts, for any scene of this size.
float pixels_per_disparity(int width, int height, const BokehOptions& options);

/// The largest difference to the focus.
float farthest_from(float focus, const DisparityStatistics& disparity);
/// Of all layers; the median is of no meaning.
DisparityStatistics disparity_range(const LayeredScene::Impl& scene);

}  // namespace v1
}  // namespace relievo
