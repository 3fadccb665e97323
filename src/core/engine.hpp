// What every processor offers: memory and the per-pixel operations the effects are made of.
//
// All views an operation takes lie in the engine's memory. Sizes of inputs and outputs agree unless
// said otherwise; the caller has checked. Results do not depend on the number of threads or on the
// instruction set.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/image.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/stream.hpp>

#include "core/aperture_mask.hpp"
#include "core/lens_light.hpp"
#include "kernels/grain.hpp"
#include "kernels/layer_cuts.hpp"
#include "kernels/scene.hpp"

namespace relievo {
inline namespace v1 {

/// How `resize` samples. Pixel centres at +0.5; borders are repeated. Bicubic is Keys' with a = -0.5, also called
/// Catmull-Rom; of these only area averages what it makes smaller.
enum class ResizeFilter { nearest, bilinear, bicubic, area };

/// What `morphology` lets grow: the bright or the dark.
enum class Morphology { dilate, erode };

/// Motion of one layer: a point at p (px, relative to the image centre) of disparity d moves by
///   shift + (d - convergence) * (gain + gain_z * p).
struct LayerMotion {
  float shift_x = 0, shift_y = 0;  ///< px
  float gain_x = 0, gain_y = 0;    ///< px per unit of disparity
  float gain_z = 0;                ///< enlargement per unit of disparity
  float convergence = 0;           ///< disparity that the gains leave in place
};

/// What `render_scene` writes of one layer; empty views are left out.
struct SceneBuffers {
  MutableImageView color;     ///< f32, 3 channels: linear light, averaged over the pixel's samples
  MutableImageView depth;     ///< f32: z in metres at the pixel's centre, infinite where there is nothing
  MutableImageView normal;    ///< f32, 3 channels: x right, y down, z away from the camera; 0 where there is nothing
  MutableImageView object;    ///< u8, 4 channels: the bytes of a std::int32_t, -1 where there is nothing
  MutableImageView front;     ///< as object: the nearest of the pixel's samples
  MutableImageView coverage;  ///< f32: share of the samples that see `front`
};

/// One of the pictures that is wanted, for the size of all; the others have the same.
inline const MutableImageView& any_of(const SceneBuffers& out) {
  for (const MutableImageView* each : {&out.color, &out.depth, &out.normal, &out.object, &out.front}) {
    if (!each->empty()) return *each;
  }
  return out.coverage;
}

/// What layers are composed from (kernels/layers.hpp). `means` as `layer_means` gives them, continued over all cells.
struct LayerSources {
  ImageView color;      ///< the photo, 1 or 3 channels
  ImageView filled;     ///< the photo's format: what pixels hide, where they do
  ImageView disparity;  ///< f32
  ImageView front, back, rim, matte;
  ImageView covers;  ///< u8, 4 channels: a LayerBits a cell
  ImageView means;   ///< f32
  LayerCuts cuts;
  int cell = 1;
};

/// An aperture of a lens as kernels walk it; `columns` are those of `mask`.
struct LensAperture {
  int step = 1;  ///< Pixels of the mask are this many wide and high: 1, 2 or 4.
  ApertureMask mask;
  std::vector<ColumnRun> columns;
};

/// What `lens_blur` sees through. Pixels gather under `far_apertures` where they lie beyond the focus and under
/// `near_apertures` before it, each one for each of `count` rising radii (at most 32), the first 0.
struct LensBlur {
  float focus = 0, range = 0, scale = 1;  ///< of circles of confusion (kernels/coc.hpp)
  const float* radii = nullptr;           ///< whole px
  const LensAperture* far_apertures = nullptr;
  const LensAperture* near_apertures = nullptr;
  int count = 1;
  float cats_eye = 0;  ///< how far the barrel is off the aperture at the corners, in radii
  const LensLight* light = nullptr;
};

struct PatchSearch;
struct PatchVote;
struct StepSearch;

class Engine : public std::enable_shared_from_this<Engine> {
 public:
  virtual ~Engine() = default;

  virtual DeviceId id() const = 0;
  virtual std::string name() const = 0;
  virtual int threads() const = 0;

  virtual Image allocate(int width, int height, PixelFormat format, Color color) = 0;
  /// Copies pixels of one format between this device and the host, either way.
  virtual void copy(const ImageView& from, const MutableImageView& to) = 0;
  /// The stream that operations go into, for libraries that share it; null on the CPU.
  virtual void* native() const { return nullptr; }
  virtual std::shared_ptr<Stream::Impl> make_stream() = 0;
  virtual std::shared_ptr<Stream::Impl> wrap_stream(void* native) = 0;

  /// Scalar type, channel count and transfer curve, each where `out` differs from `in`. Integers
  /// round to nearest; values are clamped to 0..1 on the way into an integer. 3 to 1 channel is luma
  /// (ITU-R BT.709 weights on the code values of `in`); 1 to 3 repeats; to 4 adds alpha 1; 4 to fewer drops
  /// alpha. Alpha never goes through a curve; premultiplication is left as it is. Equal formats and colours are copied.
  virtual void convert(const ImageView& in, const MutableImageView& out) = 0;

  /// Any two sizes, one format.
  virtual void resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) = 0;

  /// Separable Gaussian of odd `size` px, at most 255; sigma = 0.3 ((size - 1) / 2 - 1) + 0.8 as in OpenCV; borders
  /// mirrored without repeating the edge pixel (BORDER_REFLECT_101). u8 (OpenCV's to the bit: weights in 1/256, one
  /// rounding), u16, f32; any channel count.
  /// May work in place.
  virtual void gaussian(const ImageView& in, const MutableImageView& out, int size) = 0;

  /// The largest (dilate) or smallest (erode) value under `mask` around each pixel; what lies beyond the border counts
  /// nothing, as in OpenCV. u8, 1 channel. May work in place.
  virtual void morphology(const ImageView& in, const MutableImageView& out, Morphology operation,
                          const ApertureMask& mask) = 0;

  /// Mean under `mask` around each pixel of rows first_row .. first_row + out.height - 1 of `in`
  /// (out.width = in.width), borders repeated, exact in integers and rounded to nearest. u8, u16
  /// (exact), f32 (double sums); any channel count. `mask` has at most max_aperture_area pixels and max_aperture_runs
  /// runs.
  virtual void aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask,
                             int first_row) = 0;

  /// Depth of field by the definition: pixel p of rows first_row .. of `in` (premultiplied linear-light RGBA, u16 or
  /// f32) is the weighted mean of every pixel q whose light reaches it,
  ///   weight(q) = soft_cover(r, reach(q - p)) / area(r)   (kernels/gather.hpp, core/aperture_reach.hpp),
  /// r being the radius of q where q is nearer than p (of larger disparity), else the smaller of both radii: what is
  /// farther never spreads over a nearer sharp pixel. `disparity` and `radius` are f32, of the size of `in`; a radius
  /// is given in units of `radius_max` px (0 to 128) and clamped to 0..1, as `coc_levels` gives it for the table {0,
  /// radius_max}. Pixels outside `in` give no light. Sums in fp32: of each row of taps from left to right, then of rows
  /// from top to bottom. Every shape but `image`.
  virtual void gather_blur(const ImageView& in, const ImageView& disparity, const ImageView& radius,
                           const MutableImageView& out, const ApertureShape& shape, int radius_max, int first_row) = 0;

  /// out = levels[i] + t (levels[i+1] - levels[i]) where `level` (f32, 1 channel) holds i + t, clamped
  /// to 0..count-1. At t = 0 the result is levels[i] bit for bit. u8, u16, f32.
  virtual void blend_levels(const ImageView* levels, int count, const ImageView& level,
                            const MutableImageView& out) = 0;

  /// The position of each pixel's circle of confusion in a rising table of radii, for `blend_levels`:
  /// c = scale * max(0, |disparity - focus| - range); out = i + t where c = radii[i] + t (radii[i+1] -
  /// radii[i]), clamped to the table. Rows first_row .. of `disparity`; f32 in and out.
  virtual void coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale,
                          const float* radii, int count, const MutableImageView& out) = 0;

  /// Straight color (u8, u16, f16, f32; 1, 3 or 4 channels; its own transfer curve) times coverage (u8; empty =
  /// opaque) to premultiplied linear-light RGBA u16, for rows first_row .. of the inputs.
  virtual void premultiply_linear(const ImageView& color, const ImageView& coverage, int first_row,
                                  const MutableImageView& out) = 0;
  /// The inverse for an opaque result: linear-light RGBA u16 (divided by alpha) to `out`'s scalar type, its first 1 or
  /// 3 channels and its transfer curve; black where alpha is 0.
  virtual void unpremultiply_linear(const ImageView& in, const MutableImageView& out) = 0;

  /// Rows first_row .. of layers as a lens sees them, far to near: each blurred in linear light, premultiplied, between
  /// the two radii that the circle of confusion of the pixel looked at lies between, and composited.
  /// Light is an integer (core/lens_light.hpp) and sums of it are exact; what follows is fp32. Apertures of larger
  /// pixels gather means of 2 x 2 or 4 x 4 of the picture's, as it lies on them from its corner on, and what they give
  /// is enlarged bilinearly. `out` has the layers'
  /// format and straight colour. A pixel that looks as the foremost layer does without a lens has its code bit for bit.
  /// `coverage` (u8) is how much of a pixel the layers cover, and `blur` (f32, 0..1) how much of what is seen of it is
  /// out of focus; each may be empty.
  virtual void lens_blur(const LayerView* layers, int count, const LensBlur& lens, int first_row,
                         const MutableImageView& out, const MutableImageView& coverage,
                         const MutableImageView& blur) = 0;

  /// Adds grain (kernels/grain.hpp) to the code values of rows first_row .. of a picture, 1 or 3 channels, as far as
  /// they are out of focus (`blur`, f32, 0..1).
  virtual void add_grain(const ImageView& blur, const Grain& grain, int first_row, const MutableImageView& out) = 0;

  /// Straight color of each layer composited far to near without motion, by code values:
  /// out = c a + out (1 - a), rounded to nearest; where a = 255 the color bit for bit.
  virtual void flatten(const LayerView* layers, int count, const MutableImageView& out) = 0;

  /// Disparity of what is seen: of the nearest layer whose coverage is at least 128. f32, 1 channel.
  virtual void visible_disparity(const LayerView* layers, int count, const MutableImageView& out) = 0;

  /// Alpha of premultiplied RGBA u16 as u8, 1 channel, rounded to nearest.
  virtual void extract_alpha(const ImageView& in, const MutableImageView& out) = 0;
  /// Writes `alpha` (1 channel) into the fourth channel of `out` (same scalar type).
  virtual void insert_alpha(const ImageView& alpha, const MutableImageView& out) = 0;

  /// Straight colour (3 channels) and alpha (1 channel) of RGBA `in`, all of one scalar type: where `in` is
  /// premultiplied its colour is divided by alpha, 0 where that is 0.
  virtual void split_alpha(const ImageView& in, const MutableImageView& color, const MutableImageView& alpha) = 0;

  /// 255 where `in` is above `threshold` or `also` (empty = nowhere) is not 0, and 0 elsewhere. u8, 1 channel; `out`
  /// may be either input.
  virtual void mask_above(const ImageView& in, int threshold, const ImageView& also, const MutableImageView& out) = 0;
  /// 255 - in. u8, 1 channel. May work in place.
  virtual void invert(const ImageView& in, const MutableImageView& out) = 0;

  /// Levels of `in` (f32, any channel count) from 0 at `low` and below to 1 at `high` and above; NaN gives 0. f32, or
  /// u8 where 1 is 255, rounded to nearest and halves to even, as OpenCV's convertTo does. May work in place.
  virtual void stretch(const ImageView& in, float low, float high, const MutableImageView& out) = 0;
  /// How many pixels of `in` (u8, 1 channel) have each value: `out` (u8, 4 channels, 256 columns, 1 row) holds 32-bit
  /// counts, each the four bytes of a std::uint32_t.
  virtual void histogram(const ImageView& in, const MutableImageView& out) = 0;

  /// Takes the background's colour out of a subject's soft edge (kernels/decontaminate.hpp). `front` is the photo on
  /// entry and the subject's own colour on return, `back` the background, which takes up a little of what then misses
  /// the photo; both are left as they are where `coverage` (u8) is 0 or 255. One format of any scalar type, 1 or
  /// 3 channels.
  virtual void decontaminate(const ImageView& coverage, const MutableImageView& front,
                             const MutableImageView& back) = 0;

  /// What values of `in` (f32, 1 channel) there are. `out` (f32, 1 channel, 2 + count columns, 1 row) gets the smallest
  /// and the largest (infinite where there is none), then `count` (1 to 8) quantiles of a sample: quantile q is the
  /// value of rank floor(|q| (n - 1) + 1/2) of the sample's n, from the smallest up, or from the largest down where q
  /// is negative; NaN where n = 0. The sample is each pixel in row order whose index is a multiple of max(1, pixels /
  /// 2^20), where `coverage` (u8; empty = everywhere) is at least 128. NaN counts nowhere.
  virtual void quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                         const MutableImageView& out) = 0;

  /// Where each value, or with `inverse` its inverse, lies from `low` (0) to `high` (1), clamped to that; 0.5 where
  /// `high` is not above `low`. NaN stays. f32, 1 channel. May work in place.
  virtual void normalize(const ImageView& in, const MutableImageView& out, bool inverse, double low, double high) = 0;
  /// NaN takes the smaller of the nearest other values of its row, in a row without any that of the rows above and
  /// below; where one side has none, the other's. Nothing changes where all are NaN. f32, 1 channel.
  virtual void fill_unknown(const MutableImageView& values) = 0;

  /// Red-cyan anaglyph (kernels/anaglyph.hpp) in linear light; three images of one format, 3 channels.
  virtual void anaglyph(const ImageView& left, const ImageView& right, const MutableImageView& out) = 0;

  /// Guided filter (He, Sun and Tang, TPAMI 2013) of `in` (f32, 1 channel) by `guide` (f32, 1 or 3
  /// channels), window 2 radius + 1, regularisation `epsilon` in squared units of the guide.
  virtual void guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                             float epsilon) = 0;

  /// Replaces the pixels of `values` (f32, 1 channel) whose `known` (u8, 1 channel) is below `threshold` by a smooth
  /// continuation of the others: averages of known pixels are pulled up a pyramid and pushed back down bilinearly
  /// (Gortler et al., The Lumigraph, SIGGRAPH 1996, 3.6.2). Known pixels are left bit for bit; where none is known
  /// nothing changes.
  virtual void pull_push(const MutableImageView& values, const ImageView& known, int threshold) = 0;

  /// A picture (u8, 4 channels, alpha 255) at half of its size, rounded up, with what its pixels show and hide
  /// (kernels/patch.hpp; u8).
  virtual void patch_halve(const ImageView& image, const ImageView& rank, const ImageView& behind,
                           const MutableImageView& out, const MutableImageView& out_rank,
                           const MutableImageView& out_behind) = 0;
  /// Matches of a level twice as fine, of its targets, at the costs of the coarse ones. Targets are pixels whose
  /// `behind` is less than `reach`, the largest rank within a patch around them; others get no_match.
  virtual void patch_double(const ImageView& coarse, const ImageView& behind, const ImageView& reach,
                            const MutableImageView& out) = 0;
  /// A round of PatchMatch: each target takes the best of its match in `in` (u16, 4 channels, each a PatchMatch), of
  /// those of its neighbours and of some at random, whose centres are at least patch_radius px inside and whose `reach`
  /// is not above its `behind`. The cost is the sum of squared differences of colours and patch_distance_cost, over the
  /// pixels of its patch (borders repeated) that are known to it, taken from `image`, or hide the same layer, taken
  /// from `filled` (both u8, 4 channels, alpha 255). Where nothing is better a match stays, with its cost as it is now.
  /// Others than targets get no_match.
  virtual void patch_search(const ImageView& image, const ImageView& filled, const ImageView& rank,
                            const ImageView& behind, const ImageView& reach, const ImageView& in,
                            const PatchSearch& how, const MutableImageView& out) = 0;
  /// Gives pixels of `out` that hide a layer the mean, by patch_vote_weight, of what the matches of the targets around
  /// them with the same `behind` put there of `image`, at `contrast`; where none of those has a match they stay. Both
  /// pictures have one format of 1, 3 or 4 channels and any scalar type; alpha stays. `out` may be `image` where that
  /// is read nowhere that it is written: where no rank is known to a smaller one's.
  virtual void patch_vote(const ImageView& image, const ImageView& rank, const ImageView& behind,
                          const ImageView& reach, const ImageView& matches, const PatchVote& how,
                          const MutableImageView& out) = 0;

  /// Disparity (f32) whose smeared steps are sharp, each pixel on the way having that of the side that it looks like
  /// (kernels/steps.hpp). `color` is the photo, 1 or 3 channels.
  virtual void sharpen_steps(const ImageView& color, const ImageView& disparity, const StepSearch& how,
                             const MutableImageView& out) = 0;
  /// What each pixel shows (kernels/layers.hpp) by its disparity (f32): three pictures of u8, 1 channel. Where `matte`
  /// (u8; may be empty) is soft, 1 to 254, it is the coverage of the layer of `near` (f32), which is given with it, if
  /// that stands before the pixel's own.
  virtual void layer_sites(const ImageView& disparity, const ImageView& near, const ImageView& matte,
                           const LayerCuts& cuts, const MutableImageView& front, const MutableImageView& back,
                           const MutableImageView& rim) = 0;
  /// Mean colour (0..1) and disparity of what is seen of each layer in cells of `cell` px. `out` (f32, 1 channel, a
  /// column a cell) holds for each layer four pictures one below the other, red, green, blue and disparity, each of as
  /// many rows as there are cells; `known` (u8) for each layer one, 255 where there is any. Pixels at silhouettes
  /// count little. Colours of 1 channel leave green and blue 0.
  virtual void layer_means(const ImageView& color, const ImageView& disparity, const ImageView& front,
                           const ImageView& rim, const LayerCuts& cuts, int cell, const MutableImageView& out,
                           const MutableImageView& known) = 0;
  /// Completes `back`: the nearest of the layers that `covers` (u8, 4 channels: a LayerBits a cell of `cell` px) and
  /// the pixel itself have behind its front.
  virtual void layers_behind(const ImageView& front, const ImageView& covers, int cell,
                             const MutableImageView& back) = 0;
  /// The first guess of what is hidden: `out` (the photo's format) is the photo where a pixel hides no layer, else the
  /// mean colour of that.
  virtual void guess_behind(const LayerSources& from, const MutableImageView& out) = 0;
  /// Layer `index` of the photo: colour, coverage (u8; may be empty) and disparity (f32). Where it is seen in part,
  /// colours of it and of what is behind mix to the photo's (kernels/layers.hpp).
  virtual void compose_layer(const LayerSources& from, int index, const MutableImageView& color,
                             const MutableImageView& coverage, const MutableImageView& disparity) = 0;

  /// Backward warp of all layers, composited far to near. A pixel q of `out` looks at
  /// p = c + (q - c) / zoom, and each layer at s with s + motion(disparity(s), s - c) = p by three
  /// fixed-point steps. Bilinear samples, borders repeated. Colours u8, u16, f32 of 1 or 3 channels.
  virtual void warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                           const MutableImageView& out) = 0;

  /// Forward warp along rows: pixel x of a layer moves to x + gain * (disparity - convergence); source
  /// intervals are rasterised onto their destination (not those turned over, nor those of coverage 0), those stretched
  /// over 2.5 px open a hole, the nearest wins (ties: the larger source x), holes of the farthest layer take their far
  /// side and at a border mirror what is beside them, holes of other layers are transparent; layers are composited far
  /// to near. Colours u8, u16, f32 of 1 or 3 channels.
  virtual void warp_rows(const LayerView* layers, int count, float gain, float convergence,
                         const MutableImageView& out) = 0;

  /// Draws a procedural scene (kernels/scene.hpp), or with `layer` above 0 (to max_layers - 1) what is behind the
  /// objects of that many layers before it. A pixel takes `samples` (1 to 64, a power of two) where its neighbours see
  /// other primitives or `fine` (u8; empty = nowhere) is not 0, else one at its centre.
  virtual void render_scene(const scenes::SceneView& scene, const scenes::Camera& camera, const ImageView& fine,
                            int layer, int samples, const SceneBuffers& out) = 0;
};

}  // namespace v1
}  // namespace relievo
