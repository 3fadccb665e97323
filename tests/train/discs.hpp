// A source of the simplest scenes: a bright disc before a plane that leans.
#pragma once

#include <cmath>
#include <string>

#include "relievo-train/depth_mix.hpp"

namespace test {

class Discs final : public tool::DepthSource {
 public:
  explicit Discs(bool ordered = false) : ordered_(ordered) {}
  const std::string& name() const override { return name_; }
  tool::DepthSample draw(int width, int height, tool::Random& random) const override {
    const double x0 = random.between(0.2, 0.8) * width, y0 = random.between(0.2, 0.8) * height;
    const double radius = random.between(0.15, 0.3) * height, lean = random.between(-0.2, 0.2);
    const auto plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    tool::DepthSample sample{width, height, std::vector<float>(3 * plane), std::vector<float>(plane), ordered_};
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const std::size_t at = static_cast<std::size_t>(y) * width + x;
        const bool inside = std::hypot(x - x0, y - y0) < radius;
        for (std::size_t c = 0; c < 3; ++c) sample.photo[c * plane + at] = inside ? 0.9f : 0.2f + 0.001f * (x % 7);
        sample.disparity[at] = inside ? 1.0f : static_cast<float>(0.3 + lean * x / width);
      }
    }
    return sample;
  }

 private:
  bool ordered_;
  std::string name_ = "discs";
};

}  // namespace test
