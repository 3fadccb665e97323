#include "common/mask.hpp"

#include <relievo/io/photo.hpp>

#include "common/fail.hpp"

namespace tool {

relievo::Image read_mask(const std::string& mask, const relievo::ImageView& source, const std::string& photo) {
  const relievo::io::Photo given = relievo::io::read(mask);
  if (given.image.width() != source.width || given.image.height() != source.height) {
    fail(relievo::ErrorCode::invalid_argument, "The mask ", mask, " is ", given.image.width(), " x ",
         given.image.height(), " pixels, the photo ", photo, " ", source.width, " x ", source.height,
         "; they must be the same.");
  }
  relievo::Image out(source.width, source.height, {relievo::Scalar::u8, 1});
  const relievo::ImageView in = given.image;
  const int channels = in.format.channels;
  for (int y = 0; y < in.height; ++y) {
    auto* to = out.row<std::uint8_t>(y);
    for (int x = 0; x < in.width; ++x) {
      // A mask with transparency speaks through it, any other through its first channel.
      const int at = x * channels + (channels == 4 ? 3 : 0);
      switch (in.format.scalar) {
        case relievo::Scalar::u8:
          to[x] = in.row<std::uint8_t>(y)[at];
          break;
        case relievo::Scalar::u16:
          to[x] = static_cast<std::uint8_t>((in.row<std::uint16_t>(y)[at] + 128) / 257);
          break;
        case relievo::Scalar::f16:
        case relievo::Scalar::f32:
          fail(relievo::ErrorCode::unsupported, "The mask ", mask, " holds floats; 8 or 16 bits are allowed.");
      }
    }
  }
  return out;
}

}  // namespace tool
