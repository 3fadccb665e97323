#include "procedural_source.hpp"

#include <cstring>

#include <relievo/device.hpp>

#include "textures.hpp"

namespace tool {
namespace {

constexpr int channels = 3;

class Procedural final : public DepthSource {
 public:
  explicit Procedural(const std::string& textures) : atlas_(atlas_of(textures)) {}

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
