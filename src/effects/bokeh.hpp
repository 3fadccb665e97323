// Depth of field, step by step, on any engine.
#pragma once

#include <memory>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

#include "core/lens_light.hpp"
#include "core/scratch.hpp"
#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {

/// The disparity in focus.
float focus_disparity(const LayeredScene::Impl& scene, const Focus& focus);

/// What mode `lens` keeps from picture to picture.
class Lens {
 public:
  /// The lens of these options for a scene; valid until the next call.
  LensBlur over(const LayeredScene::Impl& scene, const BokehOptions& options, float focus);

 private:
  std::vector<LensAperture> far_apertures_, near_apertures_;
  std::unique_ptr<LensLight> light_;
};

/// Mode `lens` into `out` (the scene's color format), band by band.
void render_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, const BokehOptions& options, float focus,
                 const MutableImageView& out, const Progress& progress);
/// Layer `index` as the lens sees it alone: color (the layer's format) and coverage (u8; empty for the farthest layer).
void defocus_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, int index, const BokehOptions& options,
                  float focus, const MutableImageView& color, const MutableImageView& coverage);

/// Mode `gather` of `flat`, a picture of the scene without motion, into `out` of its format, band by band.
void render_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const ImageView& flat,
                   const ImageView& disparity, const BokehOptions& options, float focus, const MutableImageView& out,
                   const Progress& progress);

/// The memory of `render_gather` for scenes of this size.
void reserve_gather(Scratch& scratch, int width, int height);

/// Layer `index` as mode `gather` sees it: color (the layer's format) and coverage (u8; empty for the farthest layer).
void defocus_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index,
                    const BokehOptions& options, float focus, const MutableImageView& color,
                    const MutableImageView& coverage);

/// Mode `tiers` of `flat`, a picture of the scene without motion, into `out` of its format.
void render_tiers(Engine& engine, Scratch& scratch, const ImageView& flat, const ImageView& disparity,
                  const BokehOptions& options, float focus, const MutableImageView& out);
/// The memory that `render_tiers` takes for f16 beyond that for f32.
void reserve_tiers(Scratch& scratch, int width, int height);

}  // namespace v1
}  // namespace relievo
