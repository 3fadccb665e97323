// A photo taken apart into layers with the hidden parts filled: bake once, render many.
#pragma once

#include <memory>

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>
#include <relievo/inpainter.hpp>
#include <relievo/progress.hpp>
#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Options of LayeredScene::bake.
struct BakeOptions {
  /// How the subject is found where no matte is given.
  SegmentOptions segment;
  /// How the background behind it is filled.
  InpaintOptions inpaint;
  /// Diameter of the ellipse that the subject grows by before the background is filled, so that
  /// none of its colour stays behind. Unit: px. Range: 1 to 101, odd. Default: 7.
  int hole_dilate_px = 7;
  /// How many times it grows. Unit: times. Range: 0 to 16. Default: 2.
  int hole_dilate_times = 2;
  /// Take the background's colour out of the subject's soft edge (He et al., CVPR 2011, eq. 1 solved
  /// for the foreground), so that no rim of it moves along. Unit: none. Range: on or off. Default: on.
  bool decontaminate = true;
  /// The most layers that are made, as many as depth needs. 2 are the subject and all the rest; more come with
  /// `inpaint.method` `patch` alone, which knows what is behind what. Unit: layers. Range: 1 to 16. Default: 8.
  int max_layers = 8;
  /// The memory that layers may take: where the photo is large there are fewer. Unit: MiB. Range: 1 to 1048576.
  /// Default: 1536.
  int layer_memory_mib = 1536;
  /// Steps of disparity, 0 to 1, above it are silhouettes, where layers part. Unit: none. Range: 0.001 to 1. Default:
  /// 0.04.
  float depth_threshold = 0.04f;
  /// How far layers go on behind silhouettes, in a photo whose longer side is 960 px; else as much more or less. Unit:
  /// px. Range: 1 to 960. Default: 70.
  float background_thickness = 70;

  /// System "spatial photo effect generator".
  static BakeOptions spatial_photo() {
    BakeOptions o;
    o.segment = SegmentOptions::spatial_photo();
    o.inpaint = InpaintOptions::spatial_photo();
    o.decontaminate = false;
    o.max_layers = 2;
    return o;
  }
};

template <class Visitor>
void visit_fields(BakeOptions& o, Visitor&& visit) {
  visit_fields(o.segment, visit);
  visit_fields(o.inpaint, visit);
  visit(Field{"hole_dilate_px", "ellipse the hole grows by, odd", "px", 1, 101}, o.hole_dilate_px);
  visit(Field{"hole_dilate_times", "how many times the hole grows", "times", 0, 16}, o.hole_dilate_times);
  visit(Field{"decontaminate", "take the background's colour out of soft edges", ""}, o.decontaminate);
  visit(Field{"max_layers", "the most layers", "layers", 1, 16}, o.max_layers);
  visit(Field{"layer_memory_mib", "memory that layers may take", "MiB", 1, 1048576}, o.layer_memory_mib);
  visit(Field{"depth_threshold", "least step of disparity that is a silhouette", "", 0.001, 1}, o.depth_threshold);
  visit(Field{"background_thickness", "how far layers go on behind silhouettes, of 960 px", "px", 1, 960},
        o.background_thickness);
}

/// One layer of a scene, borrowed from it. All three have the scene's size.
struct LayerView {
  ImageView color;      ///< The photo's format and colour without alpha (1 or 3 channels).
  ImageView coverage;   ///< u8, 1 channel, 255 = opaque; empty = opaque everywhere.
  ImageView disparity;  ///< f32, 1 channel, 0..1, 1 = nearest; defined everywhere.
};

/// What a scene's disparity, 0 to 1, stands for: at_zero + disparity * (at_one - at_zero), which is relative disparity,
/// disparity in px of the scene's width (kind `disparity_px`), or 1/distance in 1/m (kind `metres`).
struct DepthScale {
  DepthKind kind = DepthKind::disparity;
  double at_zero = 0;     ///< Value of disparity 0.
  double at_one = 1;      ///< Value of disparity 1.
  float fov_degrees = 0;  ///< Horizontal field of view; 0 = unknown.
};

/// Photo, depth and matte baked into layers from far to near.
///
/// The first layer is opaque everywhere; the others are there where they are seen and go on behind what stands before
/// them, with what is hidden filled in. Composited in order without motion they give the photo back, bit for bit of
/// integers. Two layers by a matte do so where coverage is 0 or full; where it is soft, `decontaminate` decides.
/// Immutable once baked: any number of threads may render from it. Move-only.
class RELIEVO_API LayeredScene final {
 public:
  /// Bakes. `photo` has 1, 3 or 4 channels of any scalar type (alpha is carried beside the layers and
  /// put back by the effects); `depth` and `matte` (u8, 1 channel; empty = found by the Segmenter)
  /// have its size. Host or device memory. A `fill` is used in place of `options.inpaint` where one layer hides
  /// another; of layers more than two what is behind that stays smooth. Throws Error{invalid_argument} where sizes
  /// differ, an option is out of range or what `fill` gives does not fit, Error{cancelled} when `progress` says so, and
  /// what `fill` throws.
  static LayeredScene bake(const Device& device, const ImageView& photo, const DepthMap& depth,
                           const BakeOptions& options = {}, const ImageView& matte = {}, const Progress& progress = {},
                           const Fill& fill = {}) {
    return bake(device, photo, depth, &options, sizeof options, matte, progress, fill);
  }
  /// A scene from layers of the caller's own, far to near; they are copied. The first must be opaque. `alpha` (empty,
  /// or 1 channel of the layers' scalar type) is the photo's own, beside the layers; `subject_disparity` (0 to 1) is
  /// that of the photo's subject, negative = the nearest layer's median. Throws Error{invalid_argument} for none or
  /// over 64 layers, layers that do not fit together, or a scale that is not finite.
  static LayeredScene from_layers(const Device& device, const LayerView* layers, int count,
                                  const DepthScale& scale = {}, const ImageView& alpha = {},
                                  float subject_disparity = -1);

  LayeredScene(LayeredScene&&) noexcept;
  LayeredScene& operator=(LayeredScene&&) noexcept;
  ~LayeredScene();

  int width() const noexcept;
  int height() const noexcept;
  /// Scalar type of the layers' pixels and channels of a rendered picture (4 where the photo had alpha).
  PixelFormat format() const noexcept;
  Color color() const noexcept;
  int layer_count() const noexcept;
  /// Layer `index`, 0 = farthest. Throws Error{invalid_argument} out of range.
  LayerView layer(int index) const;
  /// What the layers' disparity stands for.
  const DepthScale& depth_scale() const noexcept;
  /// Median disparity, 0 to 1, of the photo's subject: of what the matte covers, or of the nearest layer where it
  /// covers nothing. What is in focus unless told otherwise.
  float subject_disparity() const noexcept;
  /// The photo's own alpha channel, of its scalar type, beside the layers; empty where it had none.
  ImageView alpha() const noexcept;
  /// The layers composited without motion: the photo.
  Image flatten() const;
  /// The photo as a second camera sees it, `baseline` stereo baselines to the right of the first, looking the same way:
  /// a point moves to the left by `baseline` times its disparity. A baseline is that of the pair which `disparity_px`
  /// was measured in; where depth is of another kind, that by which what is nearest moves a fiftieth of the width, and
  /// what is farthest stays. What lies beyond the photo's sides continues it smoothly. Host memory, with the photo's
  /// alpha. At 0 it is the photo.
  /// Throws Error{invalid_argument} for a baseline that is not within -1000 to 1000.
  Image view(double baseline) const;
  /// The same scene at another size, for previews and animations: layers by area when smaller and
  /// bilinear when larger. Throws Error{invalid_argument} for a side out of range.
  LayeredScene resized(int width, int height) const;

  /// Internal.
  struct Impl;
  const Impl& impl() const noexcept { return *impl_; }
  explicit LayeredScene(std::unique_ptr<Impl> impl) noexcept;

 private:
  static LayeredScene bake(const Device& device, const ImageView& photo, const DepthMap& depth,
                           const BakeOptions* options, std::size_t size, const ImageView& matte,
                           const Progress& progress, const Fill& fill);
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
