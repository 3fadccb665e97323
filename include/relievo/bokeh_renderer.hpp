// Depth of field.
#pragma once

#include <memory>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/progress.hpp>
#include <relievo/stream.hpp>

namespace relievo {
inline namespace v1 {

/// Shape of the aperture, and so of a light out of focus.
enum class Aperture : unsigned char {
  circle = 0,  ///< With mode `tiers` a Gaussian, as its recipe has it.
  hexagon = 1,
  octagon = 2,
  heart = 3,
};
template <>
struct EnumNames<Aperture> {
  static constexpr std::string_view names[] = {"circle", "hexagon", "octagon", "heart"};
};

/// How the blur is made.
enum class BokehMode : unsigned char {
  lens = 0,    ///< Each layer blurred in linear light by its circle of confusion, composited in order.
  tiers = 1,   ///< Five blurs of the whole photo (1, 7, 13, 19, 31 px), blended by depth.
  gather = 2,  ///< Every pixel gathered under its own aperture; exact for its model and slow.
};
template <>
struct EnumNames<BokehMode> {
  static constexpr std::string_view names[] = {"lens", "tiers", "gather"};
};

/// Options of BokehRenderer.
struct BokehOptions {
  /// How the blur is made. Unit: none. Range: lens, tiers or gather. Default: lens.
  BokehMode mode = BokehMode::lens;
  /// Shape of the aperture. Unit: none. Range: circle, hexagon, octagon or heart. Default: circle.
  Aperture shape = Aperture::circle;
  /// Aperture as an f-number; blur is proportional to its inverse. Unit: f. Range: 0.7 to 64.
  /// Default: 2.8.
  float f_number = 2.8f;
  /// Factor on the blur. Unit: times. Range: 0 to 8. Default: 1.
  float strength = 1;
  /// Distance from the focus, in disparity, within which all is sharp with `lens` and `gather`.
  /// Unit: fraction. Range: 0 to 1. Default: 0.1.
  float focus_range = 0.1f;

  /// System "spatial photo effect generator": tiers, f/2.8, circular, strength 1.
  static BokehOptions spatial_photo() {
    BokehOptions o;
    o.mode = BokehMode::tiers;
    return o;
  }
};

template <class Visitor>
void visit_fields(BokehOptions& o, Visitor&& visit) {
  visit(Field{"mode", "how the blur is made", ""}, o.mode);
  visit(Field{"shape", "shape of the aperture", ""}, o.shape);
  visit(Field{"f_number", "aperture as an f-number", "f", 0.7, 64}, o.f_number);
  visit(Field{"strength", "factor on the blur", "times", 0, 8}, o.strength);
  visit(Field{"focus_range", "distance from the focus within which all is sharp", "fraction", 0, 1}, o.focus_range);
}

/// What is sharp.
struct Focus {
  /// Disparity in focus, 0 (farthest) to 1 (nearest); negative = LayeredScene::subject_disparity().
  float disparity = -1;

  /// The subject: LayeredScene::subject_disparity().
  static Focus on_subject() { return {}; }
  /// A disparity, 0 to 1.
  static Focus on_disparity(float disparity) { return {disparity}; }
  /// What is seen at a pixel of the scene. Throws Error{invalid_argument} outside it.
  RELIEVO_API static Focus on_point(const LayeredScene& scene, int x, int y);
  /// The largest face; the subject where none is found.
  RELIEVO_API static Focus on_nearest_face(const LayeredScene& scene);
};

/// Renders a scene through a lens.
///
/// `lens`: the radius of a pixel's circle of confusion is
///   c = 0.03 * longer side * strength / f_number * max(0, |disparity - focus| - focus_range)   (px, at most 128)
/// (thin lens: blur grows linearly in inverse depth; Potmesil and Chakravarty, SIGGRAPH 1981).
/// Layers are blurred in linear light, premultiplied, each by its own circle of confusion, and
/// composited from far to near, so a sharp subject neither bleeds nor has a halo. Float pixels above
/// 1 are clipped.
/// `tiers`: the recipe of system "spatial photo effect generator" on the flattened photo: five blurs
/// of kernels 1, 7, 13, 19 and 31 px; a pixel shows level 4 b, linearly between neighbours, where
///   b = min(1, strength * 2.8 / f_number * |disparity - focus|).
/// `gather`: the flattened photo in linear light. A pixel is the mean of every pixel whose circle of confusion, of the
/// radius of `lens`, reaches it, each weighted by 1 / area; light from behind a pixel reaches it only within the
/// pixel's own circle, so what is far never spreads over what is near and sharp. Takes pi radius^2 steps a pixel.
///
/// Output: the scene's format. Tiled work gives the same pixels as untiled. Deterministic. An object
/// serves one thread at a time.
class RELIEVO_API BokehRenderer final {
 public:
  /// Throws Error{invalid_argument} for an option out of range.
  explicit BokehRenderer(const Device& device, const BokehOptions& options = {})
      : BokehRenderer(device, &options, sizeof options) {}
  BokehRenderer(BokehRenderer&&) noexcept;
  BokehRenderer& operator=(BokehRenderer&&) noexcept;
  ~BokehRenderer();

  /// The picture. Allocates its result; synchronous.
  Image render(const LayeredScene& scene, const Focus& focus = {}, const Progress& progress = {}) const;
  /// A picture of each scene of a batch, with the same focus rule.
  std::vector<Image> render(const std::vector<const LayeredScene*>& scenes, const Focus& focus = {},
                            const Progress& progress = {}) const;
  /// The scene with each layer out of focus as this lens sees it: an animation of it has depth of
  /// field at no further cost.
  LayeredScene defocus(const LayeredScene& scene, const Focus& focus = {}, const Progress& progress = {}) const;

  /// Prepares scratch memory for scenes of this size.
  void reserve(int width, int height);
  /// Bytes of scratch memory held.
  std::size_t scratch_bytes() const noexcept;
  /// Enqueues the picture into `out` (the scene's size and format, in this device's memory).
  /// Allocates no pixels once `reserve` has seen the size. Throws Error{invalid_argument} for another
  /// size, format or device; for host memory on a GPU the sentence names `device.upload`.
  void render_into(const LayeredScene& scene, const Focus& focus, const MutableImageView& out, const Stream& stream);

 private:
  BokehRenderer(const Device& device, const BokehOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
