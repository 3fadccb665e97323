#include <zlib.h>

#include <bit>
#include <cmath>
#include <cstring>

#include "core/check.hpp"
#include "io/pixels.hpp"
#include "io/scene_format.hpp"
#include "io/scene_planes.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

static_assert(std::endian::native == std::endian::little);

// As PNG's, it shows transfers that changed line ends or took bit 7.
constexpr char magic[8] = {'\x89', 'R', 'L', 'V', '\r', '\n', '\x1a', '\n'};
constexpr std::uint32_t version = 1;
constexpr std::uint32_t most_layers = 64;  // as LayeredScene::from_layers
constexpr std::size_t crc_at = scene_header_bytes - 4;

struct Fields {
  char magic[8];
  std::uint32_t version, width, height, layers;
  std::uint8_t scalar, channels, alpha, primaries, transfer, premultiplied, depth_kind, zero;
  double at_zero, at_one;
  float fov_degrees, subject_disparity;
  std::uint32_t reserved, crc;
};
static_assert(offsetof(Fields, scalar) == 24 && offsetof(Fields, at_zero) == 32 && offsetof(Fields, crc) == crc_at);

std::uint32_t crc_of(const void* bytes) {
  return static_cast<std::uint32_t>(::crc32(0, static_cast<const Bytef*>(bytes), crc_at));
}

}  // namespace

Bytes format_header(const SceneHeader& header) {
  Fields f{};
  std::memcpy(f.magic, magic, sizeof magic);
  f.version = version;
  f.width = static_cast<std::uint32_t>(header.width);
  f.height = static_cast<std::uint32_t>(header.height);
  f.layers = static_cast<std::uint32_t>(header.layers);
  f.scalar = static_cast<std::uint8_t>(header.format.scalar);
  f.channels = header.format.channels;
  f.alpha = header.has_alpha;
  f.primaries = static_cast<std::uint8_t>(header.color.primaries);
  f.transfer = static_cast<std::uint8_t>(header.color.transfer);
  f.premultiplied = header.color.premultiplied;
  f.depth_kind = static_cast<std::uint8_t>(header.scale.kind);
  f.at_zero = header.scale.at_zero;
  f.at_one = header.scale.at_one;
  f.fov_degrees = header.scale.fov_degrees;
  f.subject_disparity = header.subject_disparity;
  f.crc = crc_of(&f);
  Bytes bytes(scene_header_bytes);
  std::memcpy(bytes.data(), &f, bytes.size());
  return bytes;
}

SceneHeader parse_header(const std::string& path, ByteSpan bytes, const ReadLimits& limits) {
  if (bytes.size() < sizeof magic || std::memcmp(bytes.data(), magic, sizeof magic) != 0) {
    fail(ErrorCode::corrupt_data, "'", path, "' is no scene.");
  }
  const auto damaged = [&](const char* what) { fail(ErrorCode::corrupt_data, "'", path, "' is damaged: ", what, "."); };
  if (bytes.size() < scene_header_bytes) damaged("it ends within its header");
  Fields f;
  std::memcpy(&f, bytes.data(), sizeof f.magic + sizeof f.version);
  if (f.version > version) {
    fail(ErrorCode::unsupported, "'", path, "' is a scene of version ", f.version, "; this relievo reads version ",
         version, ".");
  }
  std::memcpy(&f, bytes.data(), scene_header_bytes);
  if (f.crc != crc_of(&f)) damaged("the checksum of its header is wrong");
  if (f.version < 1 || f.zero != 0 || f.reserved != 0) damaged("its header has no meaning");
  if (f.width < 1 || f.height < 1) damaged("it has no pixels");
  check_size(path, f.width, f.height, limits.max_pixels);
  if (f.layers < 1 || f.layers > most_layers) damaged("its number of layers is not within 1 to 64");
  const std::int64_t pixels = std::int64_t{f.width} * f.height;
  if (pixels * f.layers / 8 > limits.max_pixels) {
    fail(ErrorCode::unsupported, "'", path, "' has ", f.layers, " layers of ", f.width, " x ", f.height,
         " pixels, together more than eight times the limit of ", limits.max_pixels, " pixels.");
  }
  if (f.scalar > 3 || (f.channels != 1 && f.channels != 3)) damaged("its pixels are of no known format");
  if (f.alpha > 1 || (f.alpha == 1 && f.channels != 3)) damaged("its alpha does not go with its pixels");
  if (f.primaries > 4 || f.transfer > 3 || f.premultiplied > 1) damaged("its colour is not known");
  const bool scale_holds = f.depth_kind <= 2 && std::isfinite(f.at_zero) && std::isfinite(f.at_one) &&
                           f.fov_degrees >= 0 && f.fov_degrees < 180 && f.subject_disparity >= 0 &&
                           f.subject_disparity <= 1;
  if (!scale_holds) damaged("its scale of depth has no meaning");
  SceneHeader header;
  header.width = static_cast<int>(f.width);
  header.height = static_cast<int>(f.height);
  header.layers = static_cast<int>(f.layers);
  header.format = {static_cast<Scalar>(f.scalar), f.channels};
  header.has_alpha = f.alpha == 1;
  header.color = {static_cast<Primaries>(f.primaries), static_cast<Transfer>(f.transfer), f.premultiplied == 1};
  header.scale = {static_cast<DepthKind>(f.depth_kind), f.at_zero, f.at_one, f.fov_degrees};
  header.subject_disparity = f.subject_disparity;
  return header;
}

std::int64_t most_scene_bytes(const SceneHeader& header) {
  const int width = header.width, height = header.height;
  const std::int64_t layer = most_plane_bytes(width, height, header.format) +
                             most_plane_bytes(width, height, coverage_format) +
                             most_plane_bytes(width, height, disparity_format);
  const std::int64_t alpha = most_plane_bytes(width, height, {header.format.scalar, 1});
  return static_cast<std::int64_t>(scene_header_bytes) + header.layers * layer + alpha;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
