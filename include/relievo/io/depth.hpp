// Depth in files.
#pragma once

#include <string>

#include <relievo/depth_map.hpp>
#include <relievo/export.hpp>

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

/// Writes depth by the name's extension: .pfm .npy .exr hold the float values as they are; .png
/// holds `relative()` in 16 bits, .jpg and .jpeg the same as a picture for the eye (turbo colours, near =
/// warm). Appears whole or not at all. Throws as `write`. Thread safe.
RELIEVO_API void write_depth(const std::string& path, const DepthMap& depth);

/// Throws what `write_depth` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_depth_path(const std::string& path);

}  // namespace io
}  // namespace v1
}  // namespace relievo
