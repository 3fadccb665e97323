// Bokeh of the flattened photo in bands of rows, whose height the memory that may be taken decides: modes `gather`,
// `tiers`, `threshold` and `layered`.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

#include "core/aperture_shape.hpp"
#include "effects/bokeh.hpp"

namespace relievo {
inline namespace v1 {

/// What is rendered, and through which lens.
struct FlatBokeh {
  BokehOptions options;  ///< With the focus range in force.
  ApertureShape shape;
  std::vector<LayerView> layers;  ///< Far to near; they are flattened.
  float focus = 0;
  float scale = 0;          ///< Radius, in px, at a difference of disparity of 1.
  float farthest = 1;       ///< The largest difference of disparity to the focus.
  std::vector<Face> faces;  ///< What stays sharp.

  /// The largest radius, in px.
  int radius() const;
};

/// Rows of the flattened photo, and those around them that their blur reaches.
struct FlatBand {
  ImageView color, disparity;
  int first;  ///< Row of both at which the band begins.
  int y;      ///< The same row in the photo.
};

/// A piece of scratch memory for a band.
struct FlatSlot {
  std::size_t slot;
  PixelFormat format;   ///< The largest that is asked for.
  bool around = false;  ///< Has the rows around the band too.
};

/// One of these modes.
struct FlatMode {
  int most_rows;  ///< Of a band.
  /// Rows above and below a band that a blur of this radius needs.
  int (*reach)(int radius);
  /// The memory of a band where no radius is larger.
  std::vector<FlatSlot> (*slots)(int radius);
  /// Renders a band into `out` of the photo's format. All but `gather` are given u8, u16 or f32.
  void (*render)(Engine& engine, Scratch& scratch, const FlatBokeh& how, const FlatBand& band,
                 const MutableImageView& out);
};

extern const FlatMode gather_mode, tiers_mode, threshold_mode, layered_mode;

bool is_flat(BokehMode mode);
/// Rows of a band.
int flat_rows(const BokehOptions& options, int width, int height);
/// Rows y .. y + out.height - 1, not more than flat_rows().
void render_flat(Engine& engine, Scratch& scratch, const FlatBokeh& how, int y, const MutableImageView& out);
/// All memory that bands of scenes of this size take.
void reserve_flat(Scratch& scratch, const BokehOptions& options, int width, int height);

/// Layer `index` as the lens of mode `gather` sees it, as defocus_lens() has it.
void defocus_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index, const FlatBokeh& how,
                    const MutableImageView& color, const MutableImageView& coverage);

/// Slots of scratch memory; those of a mode's own begin at `own_slot`.
enum FlatSlots : std::size_t { flat_color, flat_disparity, wide_color, wide_out, no_blur, face_map, guarded, own_slot };

/// `level` (f32), positions between sharp, 0, and blurred, for blend_levels(): 0 where a face is.
ImageView guard_faces(Engine& engine, Scratch& scratch, const FlatBokeh& how, int y, const ImageView& level);

}  // namespace v1
}  // namespace relievo
