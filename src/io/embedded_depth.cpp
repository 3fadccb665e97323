#include "io/embedded_depth.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/options.hpp"
#include "io/exif.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"
#include "io/xmp.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// Depthmap metadata of Google Camera, and Dynamic Depth 1.0, whose items newer cameras list in a namespace of their
// own.
constexpr std::string_view gdepth = "http://ns.google.com/photos/1.0/depthmap/",
                           depth_map = "http://ns.google.com/photos/dd/1.0/depthmap/",
                           item_spaces[] = {"http://ns.google.com/photos/dd/1.0/item/",
                                            "http://ns.google.com/photos/1.0/container/item/"};

// How numbers of 0 to 1 stand for distances.
struct Range {
  bool inverse = true;
  double near = 0, far = 0;
  double metre = 0;  // how many metres are one of the file's units, 0 = they are no length

  bool has_distances() const { return near > 0 && far > near; }
  bool has_metres() const { return metre > 0 && has_distances(); }
  DepthKind kind() const { return has_metres() ? DepthKind::metres : DepthKind::disparity; }

  float value(double number) const {
    // Without distances, 0 is still the near end.
    if (!has_distances() || (inverse && !has_metres())) return static_cast<float>(1 - number);
    const double distance = inverse ? far * near / (far - number * (far - near)) : near + number * (far - near);
    return static_cast<float>(has_metres() ? distance * metre : 1 / distance);
  }
};

double metres_of(std::string_view unit) {
  for (const std::string_view name : {"m", "Meters", "meters", "Metres", "metres"}) {
    if (unit == name) return 1;
  }
  return unit == "mm" ? 0.001 : 0;
}

// `text` gives a property by its name.
template <class Text>
Range read_range(const std::string& path, const Text& text) {
  Range range;
  const std::string_view format = text("Format");
  if (format == "RangeLinear") {
    range.inverse = false;
  } else if (!format.empty() && format != "RangeInverse") {
    damaged_depth(path, "its format is neither RangeInverse nor RangeLinear");
  }
  range.near = property_number(path, "Near", text("Near"));
  range.far = property_number(path, "Far", text("Far"));
  // Google Camera states no unit, and its distances are of no scale, whatever the default of the format is.
  // Distances along the ray are none along the axis, but tell near from far.
  if (text("MeasureType") != "OpticRay") range.metre = metres_of(text("Units"));
  return range;
}

struct Item {
  std::string_view uri, semantic;
  std::uint64_t length = 0, padding = 0;
};

std::uint64_t byte_count(const std::string& path, std::string_view text) {
  if (text.empty()) return 0;
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size()) damaged_depth(path, "the size of an item is no number");
  return count;
}

std::vector<Item> directory_of(const std::string& path, const Xmp& xmp) {
  std::vector<Item> items;
  for (const std::string_view space : item_spaces) {
    for (const pugi::xml_node element : xmp.elements_with(space, "Mime")) {
      const auto text = [&](std::string_view name) { return xmp.text(element, space, name); };
      const std::string_view uri = text("DataURI");
      items.push_back({uri.empty() ? text("URI") : uri, text("Semantic"), byte_count(path, text("Length")),
                       byte_count(path, text("Padding"))});
    }
    if (!items.empty()) break;
  }
  return items;
}

// Items lie one behind the other, the first being the picture itself, which states no length.
ByteSpan find_item(const std::string& path, ByteSpan behind, const std::vector<Item>& items, std::string_view uri) {
  std::uint64_t at = items.empty() ? 0 : items[0].padding, from = 0, length = 0;
  for (std::size_t i = 1; i < items.size(); ++i) {
    const Item& item = items[i];
    if (item.length > 0) {  // else it is the one before once more
      from = at;
      length = item.length;
    }
    const bool fits = from <= behind.size() && length <= behind.size() - from;
    const bool wanted = uri.empty() ? item.semantic == "Depth" : item.uri == uri;
    if (wanted && length > 0 && fits) return behind.subspan(from, length);
    if (wanted || !fits || item.padding > behind.size())
      damaged_depth(path, "its depth map lies beyond the file's end");
    if (item.length > 0) at = from + length + item.padding;
  }
  damaged_depth(path, "its directory does not list the depth map");
}

EmbeddedDepth decode(const std::string& path, Bytes map, const Range& range, int orientation, std::int64_t max_pixels,
                     const char* source) {
  const FileKind kind = kind_of(map);
  if (kind != FileKind::jpeg && kind != FileKind::png) damaged_depth(path, "its depth map is neither JPEG nor PNG");
  DepthRaster raster = read_picture(path + " (depth map)", std::move(map), {}, max_pixels);
  Image values(raster.width, raster.height, {Scalar::f32, 1});
  for (int y = 0; y < raster.height; ++y) {
    const float* from = &raster.values[static_cast<std::size_t>(y) * static_cast<std::size_t>(raster.width)];
    std::transform(from, from + raster.width, values.row<float>(y), [&](float v) { return range.value(v); });
  }
  return {depth_of(path, upright(std::move(values), orientation), range.kind()), {}, source};
}

EmbeddedDepth read_jpeg_depth(const std::string& path, const Bytes& file, std::int64_t max_pixels) {
  const JpegXmp packets = open_jpeg_xmp(file);
  if (packets.packet.empty()) return {};
  const int orientation = exif_facts(open_envelope(FileKind::jpeg, file).exif).orientation;
  const Xmp main(packets.packet), extended(packets.extended);
  for (const Xmp* xmp : {&main, &extended}) {
    for (const pugi::xml_node element : xmp->elements_with(depth_map, "Near")) {
      const auto text = [&](std::string_view name) { return xmp->text(element, depth_map, name); };
      if (text("ItemSemantic") == "Segmentation") continue;
      const Range range = read_range(path, text);
      if (packets.end == 0) damaged_depth(path, "the end of the picture before it is missing");
      std::vector<Item> items = directory_of(path, *xmp);
      if (items.empty()) items = directory_of(path, main);
      const ByteSpan map = find_item(path, ByteSpan(file).subspan(packets.end), items, text("DepthURI"));
      return decode(path, {map.begin(), map.end()}, range, orientation, max_pixels, "Dynamic Depth");
    }
  }
  for (const Xmp* xmp : {&main, &extended}) {
    if (xmp->elements_with(gdepth, "Near").empty()) continue;
    const Range range = read_range(path, [&](std::string_view name) { return xmp->first(gdepth, name); });
    std::string_view text = main.first(gdepth, "Data");
    if (text.empty()) text = extended.first(gdepth, "Data");
    if (text.empty()) damaged_depth(path, packets.damage.empty() ? "its depth map is missing" : packets.damage);
    Bytes map;
    if (!decode_base64(text, map)) damaged_depth(path, "its depth map is not base64");
    return decode(path, std::move(map), range, orientation, max_pixels, "GDepth");
  }
  return {};
}

}  // namespace

double property_number(const std::string& path, std::string_view name, std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    damaged_depth(path, sentence("its ", name, " is no number"));
  }
  return value;
}

DepthMap depth_of(const std::string& path, const ImageView& values, DepthKind kind) {
  for (int y = 0; y < values.height; ++y) {
    const float* row = values.row<float>(y);
    const bool known = std::any_of(
        row, row + values.width, [&](float v) { return std::isfinite(v) && (kind == DepthKind::disparity || v > 0); });
    if (known) return {values, kind};
  }
  damaged_depth(path, "no depth is known");
}

EmbeddedDepth detail::read_embedded_depth(const std::string& path, const ReadLimits* given, std::size_t size) {
  const ReadLimits limits = read_options(given, size);
  require(limits.max_pixels > 0, "max_pixels is ", limits.max_pixels, "; allowed is 1 or more.");
  return guarded(ErrorCode::corrupt_data, path, [&]() -> EmbeddedDepth {
    const Bytes file = read_file(path, most_bytes(limits.max_pixels));
    switch (kind_of(file)) {
      case FileKind::jpeg:
        return read_jpeg_depth(path, file, limits.max_pixels);
      case FileKind::heif:
        return read_heif_depth(path, file, limits.max_pixels);
      default:
        return {};
    }
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
