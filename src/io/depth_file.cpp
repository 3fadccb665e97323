#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "io/depth_formats.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"
#include "io/png.hpp"
#include "kernels/turbo.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

int depth_channel(const OIIO::ImageSpec& spec) {
  for (const char* name : {"Z", "Y"}) {
    const auto& names = spec.channelnames;
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return static_cast<int>(found - names.begin());
  }
  return 0;
}

template <class T>
void take_channel(OpenedImage& opened, const std::string& path, const DepthRule& rule, DepthRaster& raster) {
  const OIIO::TypeDesc type =
      std::is_integral_v<T> ? opened.reader->spec().format : OIIO::TypeDesc(OIIO::TypeDesc::FLOAT);
  std::vector<T> stored(raster.values.size());
  const int channel = depth_channel(opened.reader->spec());
  read_channels(opened, path, channel, channel + 1, type, stored.data(), sizeof(T),
                static_cast<std::int64_t>(sizeof(T)) * raster.width);
  for (std::size_t i = 0; i < stored.size(); ++i) {
    const auto value = static_cast<double>(stored[i]);
    if constexpr (std::is_integral_v<T>) {
      raster.values[i] = rule.of_integer(value, static_cast<double>(std::numeric_limits<T>::max()));
    } else {
      raster.values[i] = rule.of_float(value);
    }
  }
}

DepthRaster take_png(const std::string& path, ByteSpan bytes, const DepthRule& rule) {
  Bytes icc;
  const Image image = decode_png(path, bytes, icc);
  const std::size_t step = image.format().channels;
  DepthRaster raster{image.width(), image.height(), {}};
  raster.values.reserve(static_cast<std::size_t>(image.width()) * static_cast<std::size_t>(image.height()));
  for (int y = 0; y < image.height(); ++y) {
    for (std::size_t x = 0; x < static_cast<std::size_t>(image.width()); ++x) {
      const bool wide = image.format().scalar == Scalar::u16;
      const int value = wide ? image.row<std::uint16_t>(y)[x * step] : image.row<std::uint8_t>(y)[x * step];
      raster.values.push_back(rule.of_integer(value, wide ? 65535 : 255));
    }
  }
  return raster;
}

DepthRaster read_raster(const std::string& path, const DepthRule& rule) {
  Bytes bytes = read_file(path, most_bytes(ReadLimits{}.max_pixels));
  switch (kind_of(bytes)) {
    case FileKind::pfm:
      return parse_pfm(path, bytes, rule);
    case FileKind::npy:
      return parse_npy(path, bytes, rule);
    case FileKind::pnm:
      return parse_pgm(path, bytes, rule);
    default:
      return read_picture(path, std::move(bytes), rule, ReadLimits{}.max_pixels);
  }
}

std::string depth_extension(const std::string& path) {
  static constexpr std::string_view known[] = {".pfm", ".npy", ".exr", ".png", ".jpg", ".jpeg"};
  return extension_among(path, known, "depth");
}

Image turbo_picture(const ImageView& relative) {
  Image picture(relative.width, relative.height, {Scalar::u8, 3});
  for (int y = 0; y < relative.height; ++y) {
    for (int x = 0; x < relative.width; ++x) turbo(relative.row<float>(y)[x], picture.row<std::uint8_t>(y) + 3 * x);
  }
  return picture;
}

}  // namespace

DepthRaster read_picture(const std::string& path, Bytes bytes, const DepthRule& rule, std::int64_t max_pixels) {
  OpenedImage opened = open_image(path, std::move(bytes), max_pixels);
  if (opened.kind == FileKind::png) return take_png(path, opened.bytes, rule);
  if (!opened.reader) fail(ErrorCode::unsupported, "'", path, "' is WebP, which cannot hold depth; PNG can.");
  const OIIO::ImageSpec& spec = opened.reader->spec();
  DepthRaster raster{spec.width, spec.height, {}};
  raster.values.resize(static_cast<std::size_t>(spec.width) * static_cast<std::size_t>(spec.height));
  switch (spec.format.basetype) {
    case OIIO::TypeDesc::UINT8:
      take_channel<std::uint8_t>(opened, path, rule, raster);
      break;
    case OIIO::TypeDesc::UINT16:
      take_channel<std::uint16_t>(opened, path, rule, raster);
      break;
    case OIIO::TypeDesc::UINT32:
      take_channel<std::uint32_t>(opened, path, rule, raster);
      break;
    case OIIO::TypeDesc::INT8:
      take_channel<std::int8_t>(opened, path, rule, raster);
      break;
    case OIIO::TypeDesc::INT16:
      take_channel<std::int16_t>(opened, path, rule, raster);
      break;
    case OIIO::TypeDesc::INT32:
      take_channel<std::int32_t>(opened, path, rule, raster);
      break;
    default:
      take_channel<float>(opened, path, rule, raster);
      break;
  }
  return raster;
}

DepthMap read_depth(const std::string& path, DepthKind kind, double scale) {
  require(scale > 0 && std::isfinite(scale), "scale is ", scale, "; allowed is any finite number above 0.");
  return guarded(ErrorCode::corrupt_data, path, [&] {
    const DepthRaster raster = read_raster(path, {kind, scale});
    const bool distances = kind != DepthKind::disparity;
    require(std::any_of(raster.values.begin(), raster.values.end(),
                        [&](float v) { return std::isfinite(v) && (!distances || v > 0); }),
            "'", path, "' holds no known depth.");
    return DepthMap(
        {raster.values.data(), raster.width, raster.height, std::int64_t{4} * raster.width, {Scalar::f32, 1}, {}, {}},
        kind);
  });
}

void check_depth_path(const std::string& path) {
  depth_extension(path);
  check_writable(path);
}

void write_depth(const std::string& path, const DepthMap& depth) {
  const std::string extension = depth_extension(path);
  require(!depth.empty(), "The depth map to write has no pixels.");
  const ImageView values = depth.values();
  guarded(ErrorCode::io, path, [&] {
    if (extension == ".pfm" || extension == ".npy") {
      const Bytes bytes = extension == ".pfm" ? format_pfm(values) : format_npy(values);
      write_file(path, bytes.data(), bytes.size());
    } else if (extension == ".exr") {
      OIIO::ImageSpec spec(values.width, values.height, 1, OIIO::TypeDesc::FLOAT);
      spec.channelnames = {"Z"};
      spec.z_channel = 0;
      spec["compression"] = "zip";
      const Bytes bytes = encode_image("openexr", path, spec, values.data, values.stride);
      write_file(path, bytes.data(), bytes.size());
    } else if (extension == ".png") {
      const Image relative = depth.relative();
      ImageView numbers = relative.view();
      numbers.color = {};  // numbers, not light: no transfer curve may touch them
      write(path, converted(numbers, {Scalar::u16, 1}, {}));
    } else {
      write(path, turbo_picture(depth.relative()));
    }
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
