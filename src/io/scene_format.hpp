// The file format of scenes as docs/developer/scene-format.md has it: header, and layers as they are read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <relievo/io/photo.hpp>
#include <relievo/layered_scene.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

struct SceneHeader {
  int width = 0, height = 0, layers = 0;
  PixelFormat format;  // of the layers' colour: 1 or 3 channels
  bool has_alpha = false;
  Color color;
  DepthScale scale;
  float subject_disparity = 0;
};

inline constexpr std::size_t scene_header_bytes = 64;
inline constexpr PixelFormat coverage_format{Scalar::u8, 1}, disparity_format{Scalar::f32, 1};

Bytes format_header(const SceneHeader& header);

/// Checks every field. Throws Error{corrupt_data} and Error{unsupported}.
SceneHeader parse_header(const std::string& path, ByteSpan bytes, const ReadLimits& limits);

/// Most bytes that a file of this header has.
std::int64_t most_scene_bytes(const SceneHeader& header);

/// What a file holds; the farthest layer has no coverage.
struct ParsedScene {
  struct Layer {
    Image color, coverage, disparity;
  };
  SceneHeader header;
  Image alpha;
  std::vector<Layer> layers;
};

/// Throws as read_scene.
ParsedScene parse_scene(const std::string& path, ByteSpan bytes, const ReadLimits& limits);

}  // namespace io
}  // namespace v1
}  // namespace relievo
