// WebP by its own library, as OpenImageIO 2.4 multiplies its colours by alpha both ways.
#pragma once

#include <string>

#include <relievo/image.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// RGB or RGBA of 8 bits, straight alpha. Throws Error{corrupt_data}, and Error{unsupported} for an animation.
Image decode_webp(const std::string& path, ByteSpan bytes);

/// Lossy; the image has 3 or 4 channels of u8. Throws Error{io}.
Bytes encode_webp(const std::string& path, const ImageView& image, int quality);

}  // namespace io
}  // namespace v1
}  // namespace relievo
