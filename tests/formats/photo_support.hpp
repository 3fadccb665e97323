// What tests of photos share.
#pragma once

#include <OpenImageIO/imageio.h>

#include <string>

#include "support.hpp"

namespace relievo_tests {

inline void big16(Bytes& b, unsigned v) {
  b.push_back(static_cast<std::uint8_t>(v >> 8)), b.push_back(static_cast<std::uint8_t>(v));
}
inline void big32(Bytes& b, unsigned v) { big16(b, v >> 16), big16(b, v & 0xffff); }
inline void text(Bytes& b, const std::string& s) {
  for (char c : s) b.push_back(static_cast<std::uint8_t>(c));
}

/// Check sum of bytes [from, to) as a PNG's chunks end with it.
inline std::uint32_t png_crc(const Bytes& b, std::size_t from, std::size_t to) {
  std::uint32_t crc = ~0u;
  for (std::size_t i = from; i < to; ++i) {
    crc ^= b[i];
    for (int k = 0; k < 8; ++k) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}
inline void png_chunk(Bytes& png, const std::string& name, const Bytes& data) {
  big32(png, static_cast<unsigned>(data.size()));
  const std::size_t from = png.size();
  text(png, name);
  png.insert(png.end(), data.begin(), data.end());
  big32(png, png_crc(png, from, png.size()));
}

/// A file as OpenImageIO writes it, for what relievo reads but does not write.
inline void write_raw(const std::string& path, OIIO::ImageSpec spec, const void* pixels) {
  auto out = OIIO::ImageOutput::create(path);
  ASSERT_TRUE(out) << OIIO::geterror();
  ASSERT_TRUE(out->open(path, spec)) << out->geterror();
  ASSERT_TRUE(out->write_image(spec.format, pixels)) << out->geterror();
  ASSERT_TRUE(out->close());
}

/// Colours that change little from pixel to pixel, opaque.
inline relievo::Image smooth_image(int width, int height, int channels) {
  relievo::Image image(width, height, {relievo::Scalar::u8, static_cast<std::uint8_t>(channels)});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int values[] = {x * 255 / width, y * 255 / height, 255 - x * 255 / width, 255};
      for (int c = 0; c < channels; ++c)
        image.row<std::uint8_t>(y)[x * channels + c] = static_cast<std::uint8_t>(values[c]);
    }
  }
  return image;
}

}  // namespace relievo_tests
