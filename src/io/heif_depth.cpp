#include <libheif/heif.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>

#include "io/embedded_depth.hpp"
#include "io/oiio.hpp"
#include "io/pixels.hpp"
#include "io/xmp.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr std::string_view pixel_data = "http://ns.apple.com/pixeldatainfo/1.0/",
                           depth_data = "http://ns.apple.com/depthData/1.0/";

struct Release {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(const heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(const heif_image* image) const { heif_image_release(image); }
  void operator()(const heif_depth_representation_info* info) const { heif_depth_representation_info_free(info); }
};
using Context = std::unique_ptr<heif_context, Release>;
using Handle = std::unique_ptr<heif_image_handle, Release>;
using Decoded = std::unique_ptr<const heif_image, Release>;

void check(const std::string& path, const heif_error& error) {
  if (error.code == heif_error_Ok) return;
  const std::string reason = first_line(error.message ? error.message : "");
  if (error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature) {
    fail(ErrorCode::unsupported, "The depth that '", path, "' carries cannot be decoded here: ", reason, ".");
  }
  damaged_depth(path, reason);
}

// Luma of an auxiliary image: numbers, which no range and no curve may touch.
class Luma {
 public:
  Luma(const std::string& path, const heif_image_handle* handle, std::int64_t max_pixels) {
    check_size(path, heif_image_handle_get_width(handle), heif_image_handle_get_height(handle), max_pixels);
    heif_image* decoded = nullptr;
    check(path, heif_decode_image(handle, &decoded, heif_colorspace_undefined, heif_chroma_undefined, nullptr));
    image_.reset(decoded);
    bits_ = heif_image_get_bits_per_pixel_range(decoded, heif_channel_Y);
    plane_ = heif_image_get_plane_readonly(decoded, heif_channel_Y, &stride_);
    width_ = heif_image_get_width(decoded, heif_channel_Y);
    height_ = heif_image_get_height(decoded, heif_channel_Y);
    if (!plane_ || width_ < 1 || height_ < 1 || bits_ < 8 || bits_ > 16) damaged_depth(path, "it has no luma");
  }

  int width() const { return width_; }
  int height() const { return height_; }
  int maximum() const { return (1 << bits_) - 1; }
  int at(int x, int y) const {
    const std::uint8_t* row = plane_ + static_cast<std::int64_t>(y) * stride_;
    return bits_ == 8 ? row[x] : static_cast<int>(little16(row + 2 * x));
  }

 private:
  Decoded image_;
  const std::uint8_t* plane_ = nullptr;
  int width_ = 0, height_ = 0, stride_ = 0, bits_ = 0;
};

// How stored numbers stand for depth.
struct Scale {
  double offset = 0, factor = 1;
  bool distance = false;  // else inverse distance
  DepthKind kind = DepthKind::disparity;

  float value(int number) const {
    const double stated = offset + number * factor;
    if (distance == (kind == DepthKind::metres)) return static_cast<float>(stated);
    return stated > 0 ? static_cast<float>(1 / stated) : std::numeric_limits<float>::quiet_NaN();
  }
};

// Core Video's pixel formats, of which Apple writes the number that their four characters make.
std::optional<bool> holds_distance(std::string_view format) {
  for (const std::string_view name : {"1751411059", "hdis", "1717856627", "fdis"}) {
    if (format == name) return false;
  }
  for (const std::string_view name : {"1751410032", "hdep", "1717855600", "fdep"}) {
    if (format == name) return true;
  }
  return {};
}

std::optional<Scale> apple_scale(const std::string& path, const Xmp& xmp, int maximum) {
  const std::string_view format = xmp.first(pixel_data, "NativeFormat");
  if (format.empty()) return {};
  Scale scale;
  const std::optional<bool> distance = holds_distance(format);
  if (!distance) damaged_depth(path, "its pixel format is none of disparity or depth");
  scale.distance = *distance;
  if (xmp.first(depth_data, "Accuracy") == "absolute") scale.kind = DepthKind::metres;
  const auto number = [&](const char* name, std::optional<double> missing) {
    const std::string_view text = xmp.first(pixel_data, name);
    return text.empty() && missing ? *missing : property_number(path, name, text);
  };
  const double low = number("IntMinValue", 0), high = number("IntMaxValue", maximum);
  const double first = number("FloatMinValue", {}), last = number("FloatMaxValue", {});
  if (!(high > low)) damaged_depth(path, "its IntMaxValue is not above its IntMinValue");
  scale.factor = (last - first) / (high - low);
  scale.offset = first - low * scale.factor;
  return scale;
}

// By the supplemental information of ISO/IEC 23008-2, F.14.2.5, of which only the direction is certain.
Scale plain_scale(const heif_image_handle* photo, heif_item_id id, int maximum) {
  Scale scale{0, 1.0 / maximum};
  const heif_depth_representation_info* found = nullptr;
  if (!heif_image_handle_get_depth_image_representation_info(photo, id, &found)) return scale;
  const std::unique_ptr<const heif_depth_representation_info, Release> info(found);
  if (info->depth_representation_type == heif_depth_representation_type_uniform_Z) scale = {1, -1.0 / maximum};
  return scale;
}

Bytes xmp_of(const std::string& path, const heif_image_handle* handle) {
  Bytes packet;
  const int count = std::max(heif_image_handle_get_number_of_metadata_blocks(handle, "mime"), 0);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(count));
  heif_image_handle_get_list_of_metadata_block_IDs(handle, "mime", ids.data(), count);
  for (const heif_item_id id : ids) {
    if (std::string_view(heif_image_handle_get_metadata_content_type(handle, id)) != "application/rdf+xml") continue;
    packet.resize(heif_image_handle_get_metadata_size(handle, id));
    if (!packet.empty()) check(path, heif_image_handle_get_metadata(handle, id, packet.data()));
    break;
  }
  return packet;
}

void read_depth_image(const std::string& path, const heif_image_handle* photo, std::int64_t max_pixels,
                      EmbeddedDepth& out) {
  heif_item_id id = 0;
  if (heif_image_handle_get_list_of_depth_image_IDs(photo, &id, 1) < 1) return;
  heif_image_handle* found = nullptr;
  check(path, heif_image_handle_get_depth_image_handle(photo, id, &found));
  const Handle handle(found);
  const Bytes packet = xmp_of(path, handle.get());
  const Luma luma(path, handle.get(), max_pixels);
  const std::optional<Scale> apple = apple_scale(path, Xmp(packet), luma.maximum());
  const Scale scale = apple ? *apple : plain_scale(photo, id, luma.maximum());
  Image values(luma.width(), luma.height(), {Scalar::f32, 1});
  for (int y = 0; y < luma.height(); ++y) {
    for (int x = 0; x < luma.width(); ++x) values.row<float>(y)[x] = scale.value(luma.at(x, y));
  }
  out.depth = depth_of(path, values, scale.kind);
  out.source = apple ? "Apple depth" : "HEIF depth";
}

void read_matte(const std::string& path, const heif_image_handle* photo, std::int64_t max_pixels, EmbeddedDepth& out) {
  constexpr int filter = LIBHEIF_AUX_IMAGE_FILTER_OMIT_ALPHA | LIBHEIF_AUX_IMAGE_FILTER_OMIT_DEPTH;
  const int count = std::max(heif_image_handle_get_number_of_auxiliary_images(photo, filter), 0);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(count));
  heif_image_handle_get_list_of_auxiliary_image_IDs(photo, filter, ids.data(), count);
  for (const heif_item_id id : ids) {
    heif_image_handle* found = nullptr;
    check(path, heif_image_handle_get_auxiliary_image_handle(photo, id, &found));
    const Handle handle(found);
    const char* type = nullptr;
    check(path, heif_image_handle_get_auxiliary_type(handle.get(), &type));
    const bool wanted = type && std::string_view(type) == "urn:com:apple:photo:2018:aux:portraiteffectsmatte";
    heif_image_handle_free_auxiliary_types(handle.get(), &type);
    if (!wanted) continue;
    const Luma luma(path, handle.get(), max_pixels);
    out.matte = Image(luma.width(), luma.height(), {Scalar::u8, 1});
    for (int y = 0; y < luma.height(); ++y) {
      auto* row = out.matte.row<std::uint8_t>(y);
      for (int x = 0; x < luma.width(); ++x) {
        row[x] = static_cast<std::uint8_t>((luma.at(x, y) * 255 + luma.maximum() / 2) / luma.maximum());
      }
    }
    return;
  }
}

}  // namespace

EmbeddedDepth read_heif_depth(const std::string& path, ByteSpan file, std::int64_t max_pixels) {
  const Envelope envelope = open_envelope(FileKind::heif, file);
  check_size(path, envelope.width, envelope.height, max_pixels);
  const Context context(heif_context_alloc());
  check(path, heif_context_read_from_memory_without_copy(context.get(), file.data(), file.size(), nullptr));
  heif_image_handle* found = nullptr;
  check(path, heif_context_get_primary_image_handle(context.get(), &found));
  const Handle photo(found);
  EmbeddedDepth out;
  read_depth_image(path, photo.get(), max_pixels, out);
  read_matte(path, photo.get(), max_pixels, out);
  return out;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
