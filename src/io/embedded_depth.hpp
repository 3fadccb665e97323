// Depth in photos: the kinds of file that carry it.
#pragma once

#include <string>
#include <string_view>

#include <relievo/io/depth.hpp>

#include "core/check.hpp"
#include "io/depth_formats.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

[[noreturn]] inline void damaged_depth(const std::string& path, std::string_view what) {
  fail(ErrorCode::corrupt_data, "The depth that '", path, "' carries is damaged: ", what, ".");
}

/// A number of a property; throws by `damaged_depth` where it is none, or not finite.
double property_number(const std::string& path, std::string_view name, std::string_view text);

/// Checks that some value is known.
DepthMap depth_of(const std::string& path, const ImageView& values, DepthKind kind);

/// Auxiliary images of HEIF (ISO/IEC 23008-12, 6.6.2), turned as the file says.
EmbeddedDepth read_heif_depth(const std::string& path, ByteSpan file, std::int64_t max_pixels);

}  // namespace io
}  // namespace v1
}  // namespace relievo
