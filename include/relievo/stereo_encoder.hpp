// A photo for two eyes.
#pragma once

#include <memory>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/progress.hpp>
#include <relievo/stream.hpp>

namespace relievo {
inline namespace v1 {

/// How two views are packed into one picture.
enum class StereoLayout : unsigned char {
  side_by_side = 0,       ///< Full width each, left eye left: twice as wide.
  half_side_by_side = 1,  ///< Squeezed to the photo's width.
  top_bottom = 2,         ///< Full height each, left eye on top: twice as high.
  cross_eyed = 3,         ///< Side by side with the right eye left.
  anaglyph = 4,           ///< Red-cyan (Dubois, ICASSP 2001).
};
template <>
struct EnumNames<StereoLayout> {
  static constexpr std::string_view names[] = {"side-by-side", "half-side-by-side", "top-bottom", "cross-eyed",
                                               "anaglyph"};
};

/// Options of StereoEncoder.
struct StereoOptions {
  /// Range of disparity between the eyes, as part of the width: how far the nearest lies before the
  /// farthest. Comfortable up to 0.03. Unit: fraction. Range: 0 to 0.1. Default: 0.02.
  float divergence = 0.02f;
  /// Disparity that lies on the screen. Unit: fraction. Range: 0 (farthest) to 1 (nearest). Default:
  /// 0.5.
  float convergence = 0.5f;
  /// Which views are made from the photo: 0 keeps it as the left view, 0.5 puts it between both, 1
  /// keeps it as the right view. Unit: fraction. Range: 0 to 1. Default: 0.5.
  float photo_position = 0.5f;
  /// How `pack` joins the views. Unit: none. Range: side-by-side, half-side-by-side, top-bottom,
  /// cross-eyed or anaglyph. Default: side-by-side.
  StereoLayout layout = StereoLayout::side_by_side;

  /// System "spatial photo effect generator" and its stereo pair: 2 % of the width.
  static StereoOptions spatial_photo() { return {}; }
};

template <class Visitor>
void visit_fields(StereoOptions& o, Visitor&& visit) {
  visit(Field{"divergence", "range of disparity as part of the width", "fraction", 0, 0.1}, o.divergence);
  visit(Field{"convergence", "disparity that lies on the screen", "fraction", 0, 1}, o.convergence);
  visit(Field{"photo_position", "place of the photo, 0 = the left view, 1 = the right", "fraction", 0, 1},
        o.photo_position);
  visit(Field{"layout", "how the views are joined", ""}, o.layout);
}

/// Two views of one size and format.
struct StereoPair {
  Image left;
  Image right;
};

/// Renders a scene for two eyes and packs the views.
///
/// Each layer is warped forward along the row with the nearest winning; what opens up shows the
/// layer behind, and where there is none the farther side; at the border, a mirror image. A point of disparity d moves
/// by
///   shift = (d - convergence) * divergence * width       px between the views, to the right in the left one.
/// Output: the scene's format without alpha. Deterministic. An object serves one thread at a time.
class RELIEVO_API StereoEncoder final {
 public:
  /// Throws Error{invalid_argument} for an option out of range.
  explicit StereoEncoder(const Device& device, const StereoOptions& options = {})
      : StereoEncoder(device, &options, sizeof options) {}
  StereoEncoder(StereoEncoder&&) noexcept;
  StereoEncoder& operator=(StereoEncoder&&) noexcept;
  ~StereoEncoder();

  /// Both views.
  StereoPair render(const LayeredScene& scene, const Progress& progress = {}) const;
  /// Both views of each scene of a batch.
  std::vector<StereoPair> render(const std::vector<const LayeredScene*>& scenes, const Progress& progress = {}) const;
  /// Both views in one picture, joined as `layout` says. Host memory. Throws Error{invalid_argument} where
  /// the views differ in size or format, or an anaglyph is asked of 1 channel.
  Image pack(const StereoPair& pair) const;

  /// Prepares scratch memory for scenes of this size.
  void reserve(int width, int height);
  /// Bytes of scratch memory held: none, rows are warped in the engine's own.
  std::size_t scratch_bytes() const noexcept;
  /// Enqueues both views (the scene's size and format without alpha, in this device's memory). Allocates no pixels
  /// once `reserve` has seen the size.
  void render_into(const LayeredScene& scene, const MutableImageView& left, const MutableImageView& right,
                   const Stream& stream);

 private:
  StereoEncoder(const Device& device, const StereoOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
