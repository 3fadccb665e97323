// What the bytes around the pixels say: kind, size, profile, Exif, completeness; no codec involved.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <relievo/image.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

enum class FileKind { unknown, jpeg, png, tiff, webp, openexr, heif, pnm, pfm, npy, other_image };

/// The kind by its first bytes.
FileKind kind_of(ByteSpan bytes);

/// What a container says before any pixel is decoded.
struct Envelope {
  std::int64_t width = 0;  ///< 0 = not known without the codec.
  std::int64_t height = 0;
  bool complete = true;        ///< False where the container's own end is missing.
  Bytes exif;                  ///< TIFF structure.
  Bytes icc;                   ///< Where the container stores it uncompressed (JPEG, WebP).
  std::optional<Color> coded;  ///< From code points (cICP), which outrank a profile.
  std::optional<Color> color;  ///< From other colour chunks, which a profile outranks.
};

/// Walks JPEG, PNG, WebP and HEIF; others give an empty envelope.
Envelope open_envelope(FileKind kind, ByteSpan bytes);

/// Visits the marker segments of a JPEG: visit(marker, payload, position) until it returns false. Returns the position
/// after the end-of-image marker; 0 where that was not reached.
std::size_t walk_jpeg(ByteSpan bytes, const std::function<bool(int, ByteSpan, std::size_t)>& visit);

/// The encoded file again with profile and Exif put in; what metadata the encoder wrote is replaced.
Bytes jpeg_with_metadata(ByteSpan file, ByteSpan icc, ByteSpan exif);
Bytes png_with_exif(ByteSpan file, ByteSpan exif);
Bytes webp_with_metadata(ByteSpan file, ByteSpan icc, ByteSpan exif, int width, int height, bool alpha);

}  // namespace io
}  // namespace v1
}  // namespace relievo
