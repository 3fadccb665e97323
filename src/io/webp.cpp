#include "io/webp.hpp"

#include <webp/decode.h>
#include <webp/encode.h>

#include <memory>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

Image decode_webp(const std::string& path, ByteSpan bytes) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes.data(), bytes.size(), &features) != VP8_STATUS_OK) {
    fail(ErrorCode::corrupt_data, "'", path, "' is truncated or damaged.");
  }
  if (features.has_animation) fail(ErrorCode::unsupported, "'", path, "' is an animation; still images are read.");
  const int channels = features.has_alpha ? 4 : 3;
  Image image(features.width, features.height, {Scalar::u8, static_cast<std::uint8_t>(channels)});
  auto* pixels = static_cast<std::uint8_t*>(image.mutable_view().data);
  const auto room = static_cast<std::size_t>(image.stride()) * static_cast<std::size_t>(image.height());
  const int stride = static_cast<int>(image.stride());
  const auto* decoded = features.has_alpha ? WebPDecodeRGBAInto(bytes.data(), bytes.size(), pixels, room, stride)
                                           : WebPDecodeRGBInto(bytes.data(), bytes.size(), pixels, room, stride);
  if (!decoded) fail(ErrorCode::corrupt_data, "'", path, "' is truncated or damaged.");
  return image;
}

Bytes encode_webp(const std::string& path, const ImageView& image, int quality) {
  std::uint8_t* data = nullptr;
  const int stride = static_cast<int>(image.stride);
  const auto* pixels = static_cast<const std::uint8_t*>(image.data);
  const auto level = static_cast<float>(quality);
  const std::size_t size = image.format.channels == 4
                               ? WebPEncodeRGBA(pixels, image.width, image.height, stride, level, &data)
                               : WebPEncodeRGB(pixels, image.width, image.height, stride, level, &data);
  const std::unique_ptr<std::uint8_t, void (*)(void*)> owner(data, WebPFree);
  if (size == 0) fail(ErrorCode::io, "Cannot encode '", path, "'.");
  return {data, data + size};
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
