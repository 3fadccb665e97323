#include "io/depth_formats.hpp"

#include <Imath/half.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>

#include <relievo/io/photo.hpp>

#include "core/check.hpp"
#include "io/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

static_assert(std::endian::native == std::endian::little);

[[noreturn]] void damaged(const std::string& path, const char* what) {
  fail(ErrorCode::corrupt_data, "'", path, "' is damaged: ", what, ".");
}

void check_shape(const std::string& path, std::uint64_t width, std::uint64_t height) {
  if (width < 1 || height < 1) damaged(path, "it has no pixels");
  constexpr std::uint64_t most = INT64_MAX;
  check_size(path, static_cast<std::int64_t>(std::min(width, most)), static_cast<std::int64_t>(std::min(height, most)),
             ReadLimits{}.max_pixels);
}

void check_room(const std::string& path, std::uint64_t have, std::uint64_t want) {
  if (have < want) {
    fail(ErrorCode::corrupt_data, "'", path, "' is truncated: it has ", have, " of ", want, " bytes of pixels.");
  }
}

template <class T>
T load(const std::uint8_t* at, bool swap) {
  std::uint8_t raw[sizeof(T)];
  for (std::size_t i = 0; i < sizeof(T); ++i) raw[i] = at[swap ? sizeof(T) - 1 - i : i];
  T value;
  std::memcpy(&value, raw, sizeof(T));
  return value;
}

// Text in front of binary data, word by word.
class Words {
 public:
  Words(const std::string& path, ByteSpan bytes, std::size_t at) : path_(path), bytes_(bytes), at_(at) {}

  std::string_view next() {
    while (at_ < bytes_.size() && (space(bytes_[at_]) || bytes_[at_] == '#')) {
      if (bytes_[at_] == '#') {
        while (at_ < bytes_.size() && bytes_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    }
    const std::size_t from = at_;
    while (at_ < bytes_.size() && !space(bytes_[at_])) ++at_;
    return {reinterpret_cast<const char*>(bytes_.data()) + from, at_ - from};
  }
  template <class T>
  T number() {
    const std::string_view word = next();
    T value{};
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc() || end != word.data() + word.size())
      damaged(path_, "its header has no number where one belongs");
    return value;
  }
  /// What follows the one white space after the last word.
  ByteSpan rest() const { return at_ < bytes_.size() ? bytes_.subspan(at_ + 1) : ByteSpan{}; }

 private:
  static bool space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
  const std::string& path_;
  ByteSpan bytes_;
  std::size_t at_;
};

// The value of a key of NPY's header, a Python dictionary: text up to the comma or brace that ends it.
std::string_view entry(const std::string& path, std::string_view header, std::string_view key) {
  for (char quote : {'\'', '"'}) {
    const std::string name = quote + std::string(key) + quote;
    std::size_t at = header.find(name);
    if (at == header.npos) continue;
    at = header.find_first_not_of(" \t", at + name.size());
    if (at == header.npos || header[at] != ':') break;
    at = header.find_first_not_of(" \t", at + 1);
    if (at == header.npos) break;
    std::size_t end = header[at] == '(' ? header.find(')', at) : header.find_first_of(",}", at);
    if (end == header.npos) break;
    return header.substr(at, end - at + (header[at] == '(' ? 1 : 0));
  }
  fail(ErrorCode::corrupt_data, "'", path, "' is damaged: its header has no '", key, "'.");
}

std::vector<std::uint64_t> shape_of(const std::string& path, std::string_view text) {
  std::vector<std::uint64_t> shape;
  if (text.empty() || text.front() != '(') damaged(path, "its shape is not a tuple");
  const char* at = text.data() + 1;
  const char* end = text.data() + text.size() - 1;
  while (at < end) {
    if (*at == ' ' || *at == ',') {
      ++at;
      continue;
    }
    std::uint64_t value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc() || shape.size() == 8) damaged(path, "its shape is not readable");
    shape.push_back(value);
    at = next;
  }
  return shape;
}

template <class T>
void convert(DepthRaster& raster, ByteSpan data, bool swap, bool columns, const DepthRule& rule) {
  const auto w = static_cast<std::size_t>(raster.width), h = static_cast<std::size_t>(raster.height);
  for (std::size_t y = 0; y < h; ++y) {
    for (std::size_t x = 0; x < w; ++x) {
      const T value = load<T>(&data[(columns ? x * h + y : y * w + x) * sizeof(T)], swap);
      float& out = raster.values[y * w + x];
      if constexpr (std::is_integral_v<T>) {
        out = rule.of_integer(static_cast<double>(value), static_cast<double>(std::numeric_limits<T>::max()));
      } else {
        out = rule.of_float(static_cast<double>(value));
      }
    }
  }
}

void append_row(Bytes& to, const ImageView& values, int y) {
  append(to, ByteSpan(values.row<std::uint8_t>(y), static_cast<std::size_t>(values.width) * 4));
}

}  // namespace

float DepthRule::of_integer(double value, double maximum) const {
  if (kind == DepthKind::disparity) return static_cast<float>(value / maximum * scale);
  return value == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(value * scale);
}

DepthRaster parse_pfm(const std::string& path, ByteSpan bytes, const DepthRule& rule) {
  Words words(path, bytes, 2);
  const std::size_t channels = bytes[1] == 'F' ? 3 : 1;
  DepthRaster raster;
  const auto width = words.number<std::uint32_t>(), height = words.number<std::uint32_t>();
  const auto factor = words.number<double>();
  check_shape(path, width, height);
  if (!std::isfinite(factor) || factor == 0) damaged(path, "its scale is neither above nor below 0");
  const ByteSpan data = words.rest();
  check_room(path, data.size(), std::uint64_t{width} * height * channels * 4);
  raster.width = static_cast<int>(width), raster.height = static_cast<int>(height);
  raster.values.resize(std::size_t{width} * height);
  for (std::size_t y = 0; y < height; ++y) {
    const std::uint8_t* row = data.data() + (height - 1 - y) * width * channels * 4;
    for (std::size_t x = 0; x < width; ++x) {
      raster.values[y * width + x] = rule.of_float(load<float>(row + x * channels * 4, factor > 0));
    }
  }
  return raster;
}

DepthRaster parse_npy(const std::string& path, ByteSpan bytes, const DepthRule& rule) {
  constexpr std::uint64_t longest_header = 65536;
  if (bytes.size() < 12) damaged(path, "it ends within its header");
  const int version = bytes[6];
  if (version < 1 || version > 3)
    fail(ErrorCode::unsupported, "'", path, "' has NPY version ", version, "; 1 to 3 are read.");
  const std::size_t start = version == 1 ? 10 : 12;
  const std::uint64_t length = version == 1 ? little16(&bytes[8]) : little32(&bytes[8]);
  if (length > longest_header || start + length > bytes.size()) damaged(path, "it ends within its header");
  const std::string_view header(reinterpret_cast<const char*>(&bytes[start]), length);
  const auto shape = shape_of(path, entry(path, header, "shape"));
  if (shape.size() != 2) {
    fail(ErrorCode::unsupported, "'", path, "' has ", shape.size(), " dimensions; depth has 2.");
  }
  check_shape(path, shape[1], shape[0]);
  const bool columns = entry(path, header, "fortran_order").substr(0, 4) == "True";
  std::string_view type = entry(path, header, "descr");
  const std::size_t close = type.find(type.front(), 1);  // the quote that opened it
  if ((type.front() != '\'' && type.front() != '"') || close == type.npos || close < 4) {
    damaged(path, "its type is not readable");
  }
  type = type.substr(1, close - 1);
  const bool swap = type[0] == '>';
  const std::string_view name = type.substr(1);

  DepthRaster raster;
  raster.width = static_cast<int>(shape[1]), raster.height = static_cast<int>(shape[0]);
  const ByteSpan data = bytes.subspan(start + length);
  const auto take = [&]<class T>(T) {
    check_room(path, data.size(), shape[0] * shape[1] * sizeof(T));
    raster.values.resize(shape[0] * shape[1]);
    convert<T>(raster, data, swap, columns, rule);
  };
  if (name == "f4")
    take(float{});
  else if (name == "f8")
    take(double{});
  else if (name == "f2")
    take(Imath::half{});
  else if (name == "u1")
    take(std::uint8_t{});
  else if (name == "u2")
    take(std::uint16_t{});
  else if (name == "u4")
    take(std::uint32_t{});
  else if (name == "i1")
    take(std::int8_t{});
  else if (name == "i2")
    take(std::int16_t{});
  else if (name == "i4")
    take(std::int32_t{});
  else
    fail(ErrorCode::unsupported, "'", path, "' has elements of type '", type,
         "'; f2 f4 f8 u1 u2 u4 i1 i2 i4 are read.");
  return raster;
}

DepthRaster parse_pgm(const std::string& path, ByteSpan bytes, const DepthRule& rule) {
  const char kind = static_cast<char>(bytes[1]);
  if (kind != '2' && kind != '5') {
    fail(ErrorCode::unsupported, "'", path, "' is a P", kind, " picture; depth is read from grey ones, P2 and P5.");
  }
  Words words(path, bytes, 2);
  const auto width = words.number<std::uint32_t>(), height = words.number<std::uint32_t>();
  const auto maximum = words.number<std::uint32_t>();
  check_shape(path, width, height);
  if (maximum < 1 || maximum > 65535) damaged(path, "its maximum is not within 1 to 65535");
  const std::size_t size = maximum > 255 ? 2 : 1;
  const std::size_t count = std::size_t{width} * height;
  const ByteSpan data = words.rest();
  check_room(path, data.size(), kind == '5' ? count * size : count * 2 - 1);
  DepthRaster raster;
  raster.width = static_cast<int>(width), raster.height = static_cast<int>(height);
  raster.values.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t value = kind == '2' ? words.number<std::uint32_t>() : size == 2 ? big16(&data[i * 2]) : data[i];
    if (value > maximum) damaged(path, "it holds a value above its maximum");
    raster.values[i] = rule.of_integer(value, maximum);
  }
  return raster;
}

Bytes format_pfm(const ImageView& values) {
  Bytes out;
  append(out, "Pf\n" + std::to_string(values.width) + " " + std::to_string(values.height) + "\n-1.0\n");
  for (int y = values.height - 1; y >= 0; --y) append_row(out, values, y);
  return out;
}

Bytes format_npy(const ImageView& values) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(values.height) + ", " +
                       std::to_string(values.width) + "), }";
  // NumPy asks for data that start at a multiple of 64 bytes and a header that ends in a new line.
  header.append(63 - (10 + header.size()) % 64, ' ').push_back('\n');
  Bytes out;
  append(out, std::string_view("\x93NUMPY\x01\x00", 8));
  out.push_back(static_cast<std::uint8_t>(header.size() & 0xff));
  out.push_back(static_cast<std::uint8_t>(header.size() >> 8));
  append(out, header);
  for (int y = 0; y < values.height; ++y) append_row(out, values, y);
  return out;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
