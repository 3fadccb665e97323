// Depth of field, step by step, on any engine.
#pragma once

#include <relievo/bokeh_renderer.hpp>

#include "core/aperture_shape.hpp"
#include "core/scratch.hpp"
#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {

/// The disparity in focus.
float focus_disparity(const LayeredScene::Impl& scene, const Focus& focus);

/// Mode `lens` into `out` (the scene's color format), band by band.
void render_lens(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const BokehOptions& options,
                 const ApertureShape& shape, float focus, const MutableImageView& out, const Progress& progress);

/// Mode `gather` of `flat`, a picture of the scene without motion, into `out` of its format, band by band.
void render_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const ImageView& flat,
                   const ImageView& disparity, const BokehOptions& options, const ApertureShape& shape, float focus,
                   const MutableImageView& out, const Progress& progress);

/// The memory of `render_gather` for scenes of this size.
void reserve_gather(Scratch& scratch, int width, int height);

/// Layer `index` as the lens of mode `lens` or `gather` sees it: color (the layer's format) and coverage (u8; empty for
/// the farthest layer).
void defocus_layer(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index,
                   const BokehOptions& options, const ApertureShape& shape, float focus, const MutableImageView& color,
                   const MutableImageView& coverage);

/// Mode `tiers` of `flat`, a picture of the scene without motion, into `out` of its format.
void render_tiers(Engine& engine, Scratch& scratch, const ImageView& flat, const ImageView& disparity,
                  const BokehOptions& options, const ApertureShape& shape, float focus, const MutableImageView& out);
/// The memory that `render_tiers` takes for f16 beyond that for f32.
void reserve_tiers(Scratch& scratch, int width, int height);

}  // namespace v1
}  // namespace relievo
