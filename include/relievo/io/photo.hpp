// Still images: reading and writing with orientation, colour and metadata.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <relievo/export.hpp>
#include <relievo/fields.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// A still image with what its file said about it.
struct Photo {
  Image image;                     ///< Upright: the orientation tag has been applied.
  std::vector<std::uint8_t> icc;   ///< ICC profile, empty where there was none.
  std::vector<std::uint8_t> exif;  ///< Exif (TIFF structure) with orientation set to 1, empty where none.
  float focal_35mm = 0;            ///< 35 mm equivalent focal length, 0 = unknown.

  /// Horizontal field of view in degrees from the focal length, 0 = unknown: 2 atan(18 / f35) for the
  /// longer side.
  RELIEVO_API float fov_degrees() const;
};

/// How a still image is read.
struct ReadLimits {
  std::int64_t max_pixels = 400'000'000;  ///< A larger image is refused before it is decoded.
};

/// Reads JPEG, PNG, TIFF, WebP, OpenEXR, and HEIC where the system can. The content decides, not the
/// name. 8 bits stay u8, 16 bits u16, half f16, float f32; palette and bilevel become RGB or grey;
/// grey with alpha becomes RGBA; CMYK becomes RGB. Alpha is straight, but premultiplied in EXR as
/// that format has it. `image.color()` says primaries and transfer as far as they are recognised.
/// Throws Error{not_found}, Error{io} (permission, directory), Error{corrupt_data} (not an image,
/// truncated), Error{unsupported} (too large, an animation, 64-bit floats). Thread safe.
inline Photo read(const std::string& path, const ReadLimits& limits = {});

/// Options of write.
struct WriteOptions {
  /// Quality of JPEG and lossy WebP. Unit: none. Range: 1 to 100. Default: 92.
  int quality = 92;
  /// Effort of PNG compression. Unit: none. Range: 0 to 9. Default: 3.
  int png_level = 3;
};
template <class Visitor>
void visit_fields(WriteOptions& o, Visitor&& visit) {
  visit(Field{"quality", "quality of JPEG and lossy WebP", "", 1, 100}, o.quality);
  visit(Field{"png_level", "effort of PNG compression", "", 0, 9}, o.png_level);
}

/// Writes an image by the name's extension (.jpg .jpeg .png .tif .tiff .webp .exr), with profile and
/// Exif of `source` where given (of Exif, TIFF takes only the main tags and JPEG none above 65,527
/// bytes). A profile that does not describe the pixels is replaced by a made one. The scalar type is
/// reduced to what the format holds (JPEG and WebP: u8; PNG: u16; TIFF has f32 for f16); alpha is
/// dropped for JPEG. OpenEXR is linear and premultiplied, the others straight; linear values stored as
/// integers are given the sRGB curve.
/// The file appears whole or not at all: it is written under a temporary name and renamed.
/// Throws Error{invalid_argument} for an unknown extension or an empty image, Error{io} when it
/// cannot be written. Thread safe.
inline void write(const std::string& path, const ImageView& image, const Photo* source = nullptr,
                  const WriteOptions& options = {});
inline void write(const std::string& path, const ImageView& image, const Photo& source,
                  const WriteOptions& options = {}) {
  write(path, image, &source, options);
}

/// Throws what `write` would throw for this path alone: Error{invalid_argument} for an unknown extension,
/// Error{io} where its folder is missing or cannot be written to. For asking before long work; leaves
/// nothing behind. Thread safe.
RELIEVO_API void check_photo_path(const std::string& path);

/// Internal: options cross the boundary with the size that this header knows.
namespace detail {
RELIEVO_API Photo read(const std::string& path, const ReadLimits* limits, std::size_t size);
RELIEVO_API void write(const std::string& path, const ImageView& image, const Photo* source,
                       const WriteOptions* options, std::size_t size);
}  // namespace detail

inline Photo read(const std::string& path, const ReadLimits& limits) {
  return detail::read(path, &limits, sizeof limits);
}
inline void write(const std::string& path, const ImageView& image, const Photo* source, const WriteOptions& options) {
  detail::write(path, image, source, &options, sizeof options);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
