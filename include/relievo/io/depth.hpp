// Depth in files.
#pragma once

#include <cstddef>
#include <string>

#include <relievo/depth_map.hpp>
#include <relievo/export.hpp>
#include <relievo/image.hpp>
#include <relievo/io/photo.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// Reads depth from PNG or PGM (8 or 16 bits), PFM, NPY (2-D, little- or big-endian float or
/// integer), TIFF or OpenEXR (first channel, or channel Z or Y). Values are multiplied by `scale`.
/// `disparity` from integers is value / maximum; the other kinds take the integer itself, with 0 as
/// unknown, so a file of millimetres is metres with scale 0.001.
/// Throws as `read`, and Error{invalid_argument} where no value is known or scale is not above 0.
/// Thread safe.
RELIEVO_API DepthMap read_depth(const std::string& path, DepthKind kind = DepthKind::disparity, double scale = 1);

/// What the file of a photo says of its depth, in its own resolution and upright like the photo. The sides have the
/// photo's ratio where nobody has cropped it since; `DepthMap::resized` brings depth to the photo's size.
struct EmbeddedDepth {
  DepthMap depth;      ///< `metres`, or `disparity` where the file knows no scale; NaN = unknown; empty = none.
  Image matte;         ///< Coverage of the persons in a portrait, u8, 1 channel; empty = none.
  std::string source;  ///< "Apple depth", "Dynamic Depth", "GDepth" or "HEIF depth"; "" without depth.
};

/// Reads the depth that a photo carries:
/// - HEIC with an auxiliary depth image (ISO/IEC 23008-12, 6.6.2): Apple's disparity (1/m) or depth (m) by its XMP, as
///   metres where that calls them absolute, else `disparity`, as is depth without such XMP; and Apple's portrait
///   effects matte;
/// - JPEG with Dynamic Depth 1.0 behind the picture, or GDepth in its XMP or extended XMP: RangeInverse or RangeLinear,
///   metres where the file states a unit of length and distances along the optical axis, else `disparity`.
/// Other photos give an empty result. Confidence is not read.
/// Throws Error{corrupt_data} where depth is announced and cannot be had, Error{unsupported} where it is larger than
/// `limits` or the system cannot decode it; `read` may still give the photo. Else throws as `read`. Thread safe.
inline EmbeddedDepth read_embedded_depth(const std::string& path, const ReadLimits& limits = {});

/// Writes depth by the name's extension: .pfm .npy .exr hold the float values as they are; .png
/// holds `relative()` in 16 bits, .jpg and .jpeg the same as a picture for the eye (turbo colours, near =
/// warm). Appears whole or not at all. Throws as `write`. Thread safe.
RELIEVO_API void write_depth(const std::string& path, const DepthMap& depth);

/// Throws what `write_depth` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_depth_path(const std::string& path);

/// Internal: options cross the boundary with the size that this header knows.
namespace detail {
RELIEVO_API EmbeddedDepth read_embedded_depth(const std::string& path, const ReadLimits* limits, std::size_t size);
}  // namespace detail

inline EmbeddedDepth read_embedded_depth(const std::string& path, const ReadLimits& limits) {
  return detail::read_embedded_depth(path, &limits, sizeof limits);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
