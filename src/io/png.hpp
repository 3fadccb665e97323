// PNG by libpng itself, as OpenImageIO 2.4 lets it print its warnings.
#pragma once

#include <string>

#include <relievo/image.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// Grey, RGB or RGBA of 8 or 16 bits, straight alpha; sets `icc`. Throws Error{corrupt_data}.
Image decode_png(const std::string& path, ByteSpan bytes, Bytes& icc);

/// Whether libpng takes the profile; it is stricter than other readers.
bool png_holds(const ImageView& image, ByteSpan icc);

/// The image is u8 or u16. `level` 0 to 9. Throws Error{io}.
Bytes encode_png(const std::string& path, const ImageView& image, int level, ByteSpan icc);

}  // namespace io
}  // namespace v1
}  // namespace relievo
