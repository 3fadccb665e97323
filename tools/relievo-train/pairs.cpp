#include "pairs.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using relievo::ErrorCode;

constexpr std::size_t most_text = 64 * 1024;  // Bytes of a source.json.

std::string shown(const json& value) {
  const std::string text = value.dump(-1, ' ', true);
  return text.size() <= 40 ? text : text.substr(0, 40) + "...";
}

/// The members of a source.json.
class Members {
 public:
  explicit Members(const std::string& path) : path_(path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(ErrorCode::not_found, "There is no '", path, "', which says what the depth beside it is.");
    std::string text(most_text + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > most_text) wrong("is larger than 64 KiB");
    try {
      members_ = json::parse(text);
    } catch (const json::parse_error& error) {
      wrong("is not JSON from byte " + std::to_string(error.byte) + " on");
    } catch (const json::out_of_range&) {
      wrong("holds a number that is too large");
    }
    if (!members_.is_object()) wrong("holds no JSON object");
    static const std::vector<std::string> known{"depth", "scale", "unknown", "name", "licence", "origin"};
    for (const auto& [key, value] : members_.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end()) {
        wrong("has the member " + shown(key) + "; allowed are depth, scale, unknown, name, licence and origin");
      }
    }
  }

  /// One line of text.
  std::string line(const char* key) const {
    const json& value = at(key);
    const bool is_line =
        value.is_string() && !value.get_ref<const std::string&>().empty() &&
        std::none_of(value.get_ref<const std::string&>().begin(), value.get_ref<const std::string&>().end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (!is_line) wrong(std::string("has no line of text as ") + key);
    return value;
  }
  /// null where it is absent.
  const json& at(const char* key) const {
    static const json none;
    const auto found = members_.find(key);
    return found == members_.end() ? none : *found;
  }
  [[noreturn]] void wrong(const std::string& what) const { fail(ErrorCode::corrupt_data, "'", path_, "' ", what, "."); }

 private:
  std::string path_;
  json members_;
};

PairSource read_source(const std::string& path) {
  const Members members(path);
  PairSource source;
  const std::string kind = members.line("depth");
  const auto& kinds = relievo::EnumNames<Truth>::names;
  const auto found = std::find(std::begin(kinds), std::end(kinds), kind);
  if (found == std::end(kinds)) {
    members.wrong("says that depth is " + shown(kind) + "; allowed are metres, disparity and order");
  }
  source.depth = static_cast<Truth>(found - std::begin(kinds));

  const json& scale = members.at("scale");
  if (scale.is_null()) {
    if (source.depth == Truth::metres) members.wrong("has no scale, the factor from a value to metres");
  } else {
    if (source.depth == Truth::order) members.wrong("has a scale, which an order has not");
    source.scale = scale.is_number() ? scale.get<double>() : 0;
    if (!(source.scale > 0) || !std::isfinite(source.scale)) {
      members.wrong("has the scale " + shown(scale) + "; allowed is a number above 0");
    }
  }
  const json& unknown = members.at("unknown");
  source.zero_is_unknown = !unknown.is_null();
  if (source.zero_is_unknown && !(unknown.is_number() && unknown.get<double>() == 0)) {
    members.wrong("says that unknown is " + shown(unknown) + "; allowed are 0 and null");
  }
  source.name = members.line("name");
  const bool is_plain = source.name.size() <= 64 && source.name[0] != '.' && source.name[0] != ' ' &&
                        std::all_of(source.name.begin(), source.name.end(), [](unsigned char c) {
                          return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ' ');
                        });
  if (!is_plain) {
    members.wrong("has the name " + shown(source.name) +
                  "; allowed are 1 to 64 letters, digits, spaces and -_. after one of the former");
  }
  source.licence = members.line("licence");
  source.origin = members.line("origin");
  return source;
}

relievo::Image as_rgb(const std::string& path, const relievo::ImageView& in) {
  const bool is_wide = in.format.scalar == relievo::Scalar::u16;
  if (!is_wide && in.format.scalar != relievo::Scalar::u8) {
    fail(ErrorCode::unsupported, "'", path, "' holds floats; a photo of 8 or 16 bits is allowed.");
  }
  relievo::Image out(in.width, in.height, {relievo::Scalar::u8, 3}, in.color);
  const int channels = in.format.channels;
  for (int y = 0; y < in.height; ++y) {
    auto* to = out.row<std::uint8_t>(y);
    for (int i = 0; i < 3 * in.width; ++i) {
      const int at = i / 3 * channels + (channels == 1 ? 0 : i % 3);
      to[i] =
          is_wide ? static_cast<std::uint8_t>((in.row<std::uint16_t>(y)[at] + 128) / 257) : in.row<std::uint8_t>(y)[at];
    }
  }
  return out;
}

// As `read_depth`, but that 0 may be unknown also where values are not above 0 by their kind.
relievo::DepthMap read_relative(const std::string& path, bool zero_is_unknown) {
  relievo::DepthMap read = relievo::io::read_depth(path, relievo::DepthKind::disparity);
  if (!zero_is_unknown) return read;
  relievo::Image values = relievo::Image::copy_of(read.values());
  bool any = false;
  for (int y = 0; y < values.height(); ++y) {
    auto* row = values.row<float>(y);
    for (int x = 0; x < values.width(); ++x) {
      if (row[x] == 0) row[x] = std::numeric_limits<float>::quiet_NaN();
      any |= !std::isnan(row[x]);
    }
  }
  if (!any) fail(ErrorCode::invalid_argument, "'", path, "' holds no known depth.");
  return relievo::DepthMap(values, relievo::DepthKind::disparity);
}

double median(const relievo::ImageView& values) {
  std::vector<float> known;
  for (int y = 0; y < values.height; ++y) {
    const auto* row = values.row<float>(y);
    std::copy_if(row, row + values.width, std::back_inserter(known), [](float value) { return !std::isnan(value); });
  }
  const auto middle = known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

relievo::DepthMap read_truth(const PairSet& set, const std::string& path) {
  const PairSource& source = set.source;
  if (source.scale == 0) return read_relative(path, source.zero_is_unknown);
  const bool is_metres = source.depth == Truth::metres;
  relievo::DepthMap depth = relievo::io::read_depth(
      path, is_metres ? relievo::DepthKind::metres : relievo::DepthKind::disparity_px, source.scale);
  constexpr double least = 1e-3, most = 1e5;
  if (const double middle = is_metres ? median(depth.values()) : 1; middle < least || middle > most) {
    fail(ErrorCode::invalid_argument, "'", path, "' has a median depth of ", middle, " m with the scale ", source.scale,
         " of '", set.folder, "/source.json'; allowed is 0.001 to 100000 m.");
  }
  return depth;
}

bool is_one_of(const std::string& extension, std::initializer_list<const char*> allowed) {
  return std::find(allowed.begin(), allowed.end(), extension) != allowed.end();
}

}  // namespace

PairSet open_pairs(const std::string& folder) {
  std::error_code error;
  fs::directory_iterator files(folder, error);
  if (error) fail(ErrorCode::not_found, "Cannot read the folder '", folder, "': ", error.message(), ".");
  struct Files {
    std::string jpeg, png, mask;
    std::vector<std::string> depths;  // But PNG.
  };
  std::map<std::string, Files> found;
  for (; files != fs::directory_iterator(); files.increment(error)) {
    if (error || !files->is_regular_file(error)) continue;
    const fs::path& path = files->path();
    const std::string extension = extension_of(path.string()), name = path.stem().string();
    if (is_one_of(extension, {".jpg", ".jpeg"})) {
      found[name].jpeg = path.string();
    } else if (extension == ".png" && name.ends_with(".mask")) {
      found[path.stem().stem().string()].mask = path.string();
    } else if (extension == ".png") {
      found[name].png = path.string();
    } else if (is_one_of(extension, {".pfm", ".npy", ".exr"})) {
      found[name].depths.push_back(path.string());
    }
  }
  PairSet set{folder, read_source((fs::path(folder) / "source.json").string()), {}};
  for (auto& [name, one] : found) {
    if (!one.jpeg.empty() && !one.png.empty()) one.depths.push_back(one.png);
    const std::string& photo = one.jpeg.empty() ? one.png : one.jpeg;
    if (photo.empty() || one.depths.empty()) continue;
    std::sort(one.depths.begin(), one.depths.end());
    if (one.depths.size() > 1) {
      fail(ErrorCode::invalid_argument, "The photo '", photo, "' has more than one file of depth beside it: '",
           one.depths[0], "' and '", one.depths[1], "'.");
    }
    set.pairs.push_back({name, photo, one.depths[0], one.mask});
  }
  if (set.pairs.empty()) {
    fail(ErrorCode::not_found, "The folder '", folder,
         "' holds no pair, as of NAME.jpg and NAME.png, or NAME.png and NAME.npy.");
  }
  return set;
}

PhotoAndDepth read_pair(const PairSet& set, const Pair& pair) {
  relievo::Image photo = as_rgb(pair.photo, relievo::io::read(pair.photo).image);
  relievo::DepthMap depth = read_truth(set, pair.depth);
  const double photo_aspect = static_cast<double>(photo.width()) / photo.height();
  const double depth_aspect = static_cast<double>(depth.width()) / depth.height();
  if (std::fabs(photo_aspect / depth_aspect - 1) > 0.01) {
    fail(ErrorCode::invalid_argument, "The depth '", pair.depth, "' is ", depth.width(), " x ", depth.height(),
         " pixels, the photo '", pair.photo, "' ", photo.width(), " x ", photo.height(),
         "; the ratio of their sides must agree to 1 %.");
  }
  return {std::move(photo), std::move(depth)};
}

}  // namespace tool
