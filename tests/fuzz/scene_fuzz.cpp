// One input of the fuzzer of .scene files. The reader never gets past checksums by chance, so half of the inputs get a
// header that holds and bands of bytes as they come; the rest are files as they come, with the header's checksum
// mended.
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <relievo/error.hpp>

#include "io/scene_format.hpp"
#include "io/scene_planes.hpp"

namespace {

using namespace relievo;
using io::Bytes;

void insist(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// A scene of up to 80 x 200 pixels; the input fills those planes that it chooses itself, and the others are 0.
Bytes file_of(const std::uint8_t* data, std::size_t size) {
  io::SceneHeader header;
  header.width = 1 + data[0] % 80;
  header.height = 1 + data[1] % 200;
  header.layers = 1 + data[2] % 3;
  header.format = {static_cast<Scalar>(data[3] % 4), static_cast<std::uint8_t>(data[3] & 4 ? 3 : 1)};
  header.has_alpha = header.format.channels == 3 && (data[3] & 8) != 0;
  Bytes file = io::format_header(header);
  std::size_t at = 5;
  unsigned chosen = data[4];
  const auto add_plane = [&](PixelFormat format) {
    const bool filled = (chosen & 1) != 0;
    chosen >>= 1;
    for (int y = 0; y < header.height; y += io::band_rows) {
      Bytes raw(io::raw_band_bytes(header.width, std::min(io::band_rows, header.height - y), format));
      for (std::uint8_t& byte : raw) byte = filled && at < size ? data[at++] : 0;
      if (size % 8 != 0) raw[0] %= 3;  // a predictor that there is
      Bytes frame(ZSTD_compressBound(raw.size()));
      frame.resize(ZSTD_compress(frame.data(), frame.size(), raw.data(), raw.size(), 1));
      const auto bytes = static_cast<std::uint32_t>(frame.size());
      io::append(file, io::ByteSpan(reinterpret_cast<const std::uint8_t*>(&bytes), 4));
      io::append(file, frame);
    }
  };
  if (header.has_alpha) add_plane({header.format.scalar, 1});
  for (int i = 0; i < header.layers; ++i) {
    add_plane(header.format);
    if (i > 0) add_plane(io::coverage_format);
    add_plane(io::disparity_format);
  }
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 6) return 0;
  Bytes file;
  if (data[0] % 2 == 0) {
    file = file_of(data + 1, size - 1);
  } else {
    file.assign(data + 1, data + size);
    const Bytes good = io::format_header({});
    std::copy_n(good.begin(), std::min<std::size_t>(12, file.size()), file.begin());  // magic and version
    if (file.size() >= io::scene_header_bytes) {
      const auto crc = static_cast<std::uint32_t>(::crc32(0, file.data(), io::scene_header_bytes - 4));
      std::memcpy(file.data() + io::scene_header_bytes - 4, &crc, 4);
    }
  }
  try {
    const io::ParsedScene scene = io::parse_scene("input", file, {1'000'000});
    insist(static_cast<int>(scene.layers.size()) == scene.header.layers, "layers are as many as the header says");
    for (const auto& layer : scene.layers) {
      for (int y = 0; y < layer.disparity.height(); ++y) {
        const float* row = layer.disparity.row<float>(y);
        insist(std::all_of(row, row + layer.disparity.width(), [](float d) { return d >= 0 && d <= 1; }),
               "disparity is within 0 to 1");
      }
    }
  } catch (const Error& error) {
    insist(error.code() == ErrorCode::corrupt_data || error.code() == ErrorCode::unsupported,
           "an error blames the file");
  }
  return 0;
}
