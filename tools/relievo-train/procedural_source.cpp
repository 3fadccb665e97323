#include "procedural_source.hpp"

#include <cstring>

#include <relievo/device.hpp>

namespace tool {
namespace {

constexpr int channels = 3;

class Procedural final : public DepthSource {
 public:
  Procedural(std::optional<relievo::scenes::SceneKind> kind, const relievo::scenes::Atlas& textures)
      : kind_(kind), atlas_(textures) {}

  const std::string& name() const override { return name_; }

  DepthSample draw(int width, int height, Random& random) const override {
    const std::uint64_t seed = random.bits();
    const auto kind = kind_ ? *kind_ : relievo::scenes::any_kind(seed);
    const auto made = relievo::scenes::training_image(device_, kind, seed, width, height, atlas_);
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
  std::optional<relievo::scenes::SceneKind> kind_;
  relievo::scenes::Atlas atlas_;
  std::string name_ = "procedural";
};

}  // namespace

std::unique_ptr<DepthSource> procedural_source(std::optional<relievo::scenes::SceneKind> kind,
                                               const relievo::scenes::Atlas& textures) {
  return std::make_unique<Procedural>(kind, textures);
}

}  // namespace tool
