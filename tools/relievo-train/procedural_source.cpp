#include "procedural_source.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>
#include <system_error>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/io/photo.hpp>

#include "augment.hpp"
#include "common/fail.hpp"
#include "common/files.hpp"
#include "resized.hpp"
#include "scenes/scene.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

constexpr int texture_side = 512;
constexpr int channels = 3;

relievo::Image rgb8(const relievo::ImageView& photo) {
  const relievo::Device device = relievo::Device::cpu(1);
  relievo::Image out = device.allocate(photo.width, photo.height, {relievo::Scalar::u8, channels}, photo.color);
  device.engine().convert(photo, out.mutable_view());
  return out;
}

std::vector<relievo::Image> textures_of(const std::string& folder) {
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
  return photos;
}

class Procedural final : public DepthSource {
 public:
  explicit Procedural(const std::string& textures)
      : atlas_(textures.empty() ? relievo::scenes::Atlas() : relievo::scenes::Atlas(textures_of(textures))) {}

  const std::string& name() const override { return name_; }

  DepthSample draw(int width, int height, Random& random) const override {
    const auto made = relievo::scenes::training_image(device_, random.bits(), width, height, atlas_);
    const auto plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    DepthSample sample{width, height, std::vector<float>(channels * plane), std::vector<float>(plane)};
    for (int y = 0; y < height; ++y) {
      const auto* pixels = made.picture.row<std::uint8_t>(y);
      const std::size_t first = static_cast<std::size_t>(y) * width;
      for (int x = 0; x < width; ++x) {
        for (int c = 0; c < channels; ++c) sample.photo[c * plane + first + x] = pixels[channels * x + c] / 255.0f;
      }
      std::memcpy(sample.disparity.data() + first, made.disparity.row<float>(y), sizeof(float) * width);
    }
    return sample;
  }

 private:
  relievo::Device device_ = relievo::Device::cpu(1);
  relievo::scenes::Atlas atlas_;
  std::string name_ = "procedural";
};

}  // namespace

std::unique_ptr<DepthSource> procedural_source(const std::string& textures) {
  return std::make_unique<Procedural>(textures);
}

}  // namespace tool
