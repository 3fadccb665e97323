// Pixels between scalar types, alpha conventions, transfer curves and orientations.
#pragma once

#include <string>

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// The stored image turned upright. `orientation` 1 to 8 as in Exif.
Image upright(Image image, int orientation);

/// Straight colour from premultiplied and back, in place; images without alpha stay.
void unpremultiply(MutableImageView image);

/// The same picture with another scalar type, channel count, transfer curve or alpha convention.
/// Floats are clamped to 0..1 for integers, NaN gives 0; grey spreads to RGB, alpha is dropped for 3 channels.
/// Primaries stay.
Image converted(const ImageView& image, PixelFormat format, Color color);

/// One row of RGB u8 of any host image; the transfer curve stays, alpha is ignored.
void row_to_rgb8(const ImageView& image, int y, unsigned char* rgb);

/// Throws Error{unsupported} where a file's picture is beyond max_image_side or `max_pixels`.
void check_size(const std::string& path, std::int64_t width, std::int64_t height, std::int64_t max_pixels);

/// Throws Error{invalid_argument} for an empty view, memory of a device, or a channel count or stride out of range.
void check_host_image(const ImageView& image, const char* what);

}  // namespace io
}  // namespace v1
}  // namespace relievo
