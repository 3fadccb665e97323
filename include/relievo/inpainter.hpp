// Fills what a subject hides.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/fields.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// How a hole is filled.
enum class InpaintMethod : unsigned char {
  blend = 0,          ///< Mean of the two below, then a bilateral filter.
  telea = 1,          ///< Fast marching (Telea, Journal of Graphics Tools 2004).
  navier_stokes = 2,  ///< Fluid dynamics (Bertalmio, Bertozzi and Sapiro, CVPR 2001).
  /// Patches of the rest, from coarse to fine (Barnes et al., SIGGRAPH 2009; Wexler et al., TPAMI 2007). Where the hole
  /// leaves no square of 7 px, `telea`.
  patch = 3,
  /// The planes that known pixels around the hole lie on go on: one, or up to three that meet in creases, or two that
  /// part in a step. What departs from them is continued smoothly, and nothing leaves the range around the hole. Meant
  /// for depth as disparity, in which planes of space are planes; of photos it makes a smooth smear. (Modified Shepard
  /// interpolation: Franke and Nielson, Int. J. Numerical Methods in Engineering 1980; pull-push: Gortler et al.,
  /// SIGGRAPH 1996.)
  planar = 4,
};
template <>
struct EnumNames<InpaintMethod> {
  static constexpr std::string_view names[] = {"blend", "telea", "navier-stokes", "patch", "planar"};
};

/// Options of Inpainter.
struct InpaintOptions {
  /// How the hole is filled. Unit: none. Range: blend, telea, navier-stokes, patch or planar. Default: patch.
  InpaintMethod method = InpaintMethod::patch;
  /// Radius of the neighbourhood that a filled pixel is computed from, with `planar` of the windows that slopes beside
  /// a small hole are of; `patch` has no use for it. Unit: px. Range: 1 to 32. Default: 3.
  float radius_px = 3;

  /// System "spatial photo effect generator": blend, radius 3.
  static InpaintOptions spatial_photo() {
    InpaintOptions o;
    o.method = InpaintMethod::blend;
    return o;
  }
};

template <class Visitor>
void visit_fields(InpaintOptions& o, Visitor&& visit) {
  visit(Field{"method", "how the hole is filled", ""}, o.method);
  visit(Field{"radius_px", "neighbourhood a filled pixel is computed from", "px", 1, 32}, o.radius_px);
}

/// A fill of the caller's own in place of ours, such as a network.
///
/// It is given the straight colour of a photo (1 or 3 channels of the photo's scalar type) and the hole (u8, 1 channel:
/// 255 = to be filled, 0 = known), both in host memory and only for the time of the call. It returns the photo with its
/// hole filled: an image of the same size and format, of whose pixels only those of the hole are read, by their code
/// values; or an empty image, upon which the hole is filled by us. It is called at most once a bake, from the caller's
/// thread, and not at all where there is no hole. What it throws goes through.
using Fill = std::function<Image(const ImageView& photo, const ImageView& hole)>;

/// Fills holes of a photo from what surrounds them.
///
/// Input: a photo (1, 3 or 4 channels; any scalar type) and a mask (u8, 1 channel, not 0 = hole) of
/// its size. Output: an image of the photo's format; pixels outside the hole are the photo's, bit
/// for bit. A mask without a hole returns the photo; one that covers everything is an
/// Error{invalid_argument}. An object serves one thread at a time.
class RELIEVO_API Inpainter final {
 public:
  /// Throws Error{invalid_argument} for an option out of range.
  explicit Inpainter(const Device& device, const InpaintOptions& options = {})
      : Inpainter(device, &options, sizeof options) {}
  Inpainter(Inpainter&&) noexcept;
  Inpainter& operator=(Inpainter&&) noexcept;
  ~Inpainter();

  /// The photo with its hole filled.
  Image inpaint(const ImageView& photo, const ImageView& mask, const Progress& progress = {}) const;
  /// Each photo of a batch with its hole filled.
  std::vector<Image> inpaint(const std::vector<ImageView>& photos, const std::vector<ImageView>& masks,
                             const Progress& progress = {}) const;

 private:
  Inpainter(const Device& device, const InpaintOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
