#include "scene_choice.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/io/photo.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"
#include "resized.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

constexpr int texture_side = 512;

relievo::Image rgb8(const relievo::ImageView& photo) {
  const relievo::Device device = relievo::Device::cpu(1);
  relievo::Image out = device.allocate(photo.width, photo.height, {relievo::Scalar::u8, 3}, photo.color);
  device.engine().convert(photo, out.mutable_view());
  return out;
}

}  // namespace

relievo::scenes::Atlas atlas_of(const std::string& folder) {
  if (folder.empty()) return {};
  static const std::set<std::string> known{".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"};
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (known.count(extension_of(at->path().string())) > 0) files.push_back(at->path().string());
  }
  if (error) fail(relievo::ErrorCode::not_found, "'", folder, "' cannot be read: ", error.message(), ".");
  if (files.empty()) fail(relievo::ErrorCode::not_found, "'", folder, "' holds no photo for --textures.");
  std::sort(files.begin(), files.end());
  std::vector<relievo::Image> photos;
  for (const std::string& file : files) {
    const relievo::Image photo = rgb8(relievo::io::read(file).image.view());
    const double scale = std::min(1.0, static_cast<double>(texture_side) / std::min(photo.width(), photo.height()));
    photos.push_back(resized(photo.view(), std::max(1, static_cast<int>(photo.width() * scale)),
                             std::max(1, static_cast<int>(photo.height() * scale))));
  }
  return relievo::scenes::Atlas(photos);
}

std::optional<relievo::scenes::SceneKind> scene_kind(const std::string& name, const char* flag) {
  if (name == "any") return {};
  const auto& names = relievo::EnumNames<relievo::scenes::SceneKind>::names;
  const auto found = std::find(std::begin(names), std::end(names), name);
  if (found != std::end(names)) return static_cast<relievo::scenes::SceneKind>(found - std::begin(names));
  std::string all = "any";
  for (const std::string_view one : names) all.append(", ").append(one);
  fail(relievo::ErrorCode::invalid_argument, flag, " names \"", name, "\"; allowed are ", all, ".");
}

}  // namespace tool
