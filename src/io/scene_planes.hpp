// Planes of a scene's file: cut into bands of rows, predicted, split into bytes and compressed, without loss.
#pragma once

#include <cstdint>
#include <string>

#include <relievo/image.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// Rows of a band, and the side of the cells that have a predictor each.
inline constexpr int band_rows = 64;

inline int bands_of(int height) { return (height + band_rows - 1) / band_rows; }

/// Bytes of the band before compression.
std::size_t raw_band_bytes(int width, int rows, PixelFormat format);

/// Most bytes of a plane in a file, with the sizes of its bands.
std::int64_t most_plane_bytes(int width, int height, PixelFormat format);

/// Band number `band` as a frame of zstd with its checksum. `below` is the same plane of the layer below; empty = 0.
Bytes encode_band(const ImageView& plane, const ImageView& below, int band);

/// Whether a frame says that it holds a band of this many bytes; taken for true by nobody.
bool claims_bytes(ByteSpan frame, std::size_t bytes);

/// The other way round; throws Error{corrupt_data}.
void decode_band(const std::string& path, ByteSpan frame, const MutableImageView& plane, const ImageView& below,
                 int band);

}  // namespace io
}  // namespace v1
}  // namespace relievo
