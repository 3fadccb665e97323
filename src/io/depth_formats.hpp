// Rasters of numbers: PFM, NPY and PGM, and pictures.
#pragma once

#include <string>
#include <vector>

#include <relievo/depth_map.hpp>

#include "io/byte_order.hpp"
#include "io/file.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// How a stored number becomes depth.
struct DepthRule {
  DepthKind kind = DepthKind::disparity;
  double scale = 1;

  float of_float(double value) const { return static_cast<float>(value * scale); }
  /// Integers are a fraction of their maximum as disparity; else 0 says unknown (NaN).
  float of_integer(double value, double maximum) const;
};

struct DepthRaster {
  int width = 0;
  int height = 0;
  std::vector<float> values;
};

/// Parsers throw Error{corrupt_data} and Error{unsupported}, naming the path.
DepthRaster parse_pfm(const std::string& path, ByteSpan bytes, const DepthRule& rule);
DepthRaster parse_npy(const std::string& path, ByteSpan bytes, const DepthRule& rule);
DepthRaster parse_pgm(const std::string& path, ByteSpan bytes, const DepthRule& rule);

/// First channel, or channel Z or Y, of what OpenImageIO reads. Throws as `read_depth`.
DepthRaster read_picture(const std::string& path, Bytes bytes, const DepthRule& rule, std::int64_t max_pixels);

Bytes format_pfm(const ImageView& values);
Bytes format_npy(const ImageView& values);

}  // namespace io
}  // namespace v1
}  // namespace relievo
