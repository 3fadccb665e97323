// Mode `lens`: each layer blurred by its own circles of confusion, composited in order.
#pragma once

#include <memory>
#include <vector>

#include "core/aperture_shape.hpp"
#include "core/lens_light.hpp"
#include "effects/bokeh.hpp"

namespace relievo {
inline namespace v1 {

/// What the mode keeps from picture to picture: apertures of each radius. Light of each code is the process's.
class Lens {
 public:
  /// The aperture from now on.
  void set_shape(const ApertureShape& shape);
  /// The lens of these options for a scene; valid until the next call.
  LensBlur over(const LayeredScene::Impl& scene, const BokehOptions& options, float focus);

 private:
  ApertureShape shape_;
  std::vector<LensAperture> far_apertures_, near_apertures_;
  std::shared_ptr<const LensLight> light_;
};

/// Into `out` (the scene's color format), band by band.
void render_lens(Engine& engine, Scratch& scratch, Lens& lens, const LayeredScene::Impl& scene,
                 const BokehOptions& options, float focus, const MutableImageView& out, const Progress& progress);
/// Layer `index` as the lens sees it alone: color (the layer's format) and coverage (u8; empty for the farthest layer).
void defocus_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, int index, const BokehOptions& options,
                  float focus, const MutableImageView& color, const MutableImageView& coverage);

}  // namespace v1
}  // namespace relievo
