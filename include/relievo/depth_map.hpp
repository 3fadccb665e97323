// The one contract for depth.
#pragma once

#include <cstdint>

#include <relievo/export.hpp>
#include <relievo/fields.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// What the numbers of a depth map are.
enum class DepthKind : std::uint8_t {
  disparity = 0,     ///< Relative inverse depth, larger = nearer, any positive scale and any shift.
  disparity_px = 1,  ///< Pixels that a point moves towards the right view, larger = nearer, > 0.
  metres = 2,        ///< Distance along the optical axis in metres, larger = farther, > 0.
};
template <>
struct EnumNames<DepthKind> {
  static constexpr std::string_view names[] = {"disparity", "disparity-px", "metres"};
};

/// Depth of one photo: one f32 value a pixel, NaN where unknown.
///
/// Every effect reads `relative()`: disparity in 0..1, 1 = nearest, no holes. Move-only; `clone`
/// copies. Host memory. Thread safety: as a plain value.
class RELIEVO_API DepthMap final {
 public:
  DepthMap() noexcept;
  /// Copies `values` (one channel, any scalar type; integers as 0..1). Not finite values are unknown,
  /// and so are values <= 0 of `disparity_px` and `metres`.
  /// `fov_degrees` is the horizontal field of view, 0 = unknown, else above 0 and below 180.
  /// Throws Error{invalid_argument} for another channel count, a field of view out of range, device
  /// memory, or where no value is known.
  DepthMap(const ImageView& values, DepthKind kind, float fov_degrees = 0);
  DepthMap(DepthMap&&) noexcept;
  DepthMap& operator=(DepthMap&&) noexcept;
  ~DepthMap();

  DepthMap clone() const;

  bool empty() const noexcept { return values_.empty(); }
  int width() const noexcept { return values_.width(); }
  int height() const noexcept { return values_.height(); }
  DepthKind kind() const noexcept { return kind_; }
  /// Horizontal field of view in degrees; 0 = unknown.
  float fov_degrees() const noexcept { return fov_degrees_; }
  /// The values as given, f32, NaN = unknown.
  ImageView values() const noexcept { return values_.view(); }
  /// Part of the pixels whose value is known, 0 to 1.
  double valid_fraction() const noexcept { return valid_fraction_; }

  /// Disparity in 0..1, f32, 1 = nearest, no NaN. Known values are mapped linearly in disparity
  /// (metres as 1/metres) so that their 0.5 % and 99.5 % quantiles fall on 0 and 1, then clamped.
  /// A map whose values are already within 0..1 and span it is left as it is. Unknown pixels take
  /// the farther of the nearest known values of their row, in rows without any of their column.
  /// Constant depth gives 0.5.
  Image relative() const;

  /// The same depth at another size: bilinear in disparity, never across unknown values.
  DepthMap resized(int width, int height) const;

 private:
  Image values_;
  DepthKind kind_ = DepthKind::disparity;
  float fov_degrees_ = 0;
  double valid_fraction_ = 0;
};

}  // namespace v1
}  // namespace relievo
