#include "folder_source.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <relievo/device.hpp>
#include <relievo/image.hpp>

#include "augment.hpp"
#include "pairs.hpp"
#include "resized.hpp"

namespace tool {
namespace {

// Windows are of half the picture and more, so that at this factor the largest is shown at 1.4 times its size.
constexpr double finer = 1.4;

// Disparity of any scale, NaN where unknown.
relievo::Image disparity_of(const relievo::DepthMap& depth) {
  relievo::Image out = relievo::Image::copy_of(depth.values());
  for (int y = 0; y < out.height(); ++y) {
    auto* row = out.row<float>(y);
    if (depth.kind() != relievo::DepthKind::metres) continue;
    for (int x = 0; x < out.width(); ++x) row[x] = 1 / row[x];
  }
  return out;
}

class Folder final : public DepthSource {
 public:
  Folder(const std::string& folder, int area, const relievo::Progress& progress) : set_(open_pairs(folder)) {
    for (std::size_t i = 0; i < set_.pairs.size(); ++i) {
      progress.report(static_cast<double>(i) / static_cast<double>(set_.pairs.size()), set_.source.name);
      const PhotoAndDepth pair = read_pair(set_, set_.pairs[i]);
      const double pixels = static_cast<double>(pair.photo.width()) * pair.photo.height();
      const double scale = std::min(1.0, finer * std::sqrt(area / pixels));
      const int width = std::max(1, static_cast<int>(std::lround(pair.photo.width() * scale)));
      const int height = std::max(1, static_cast<int>(std::lround(pair.photo.height() * scale)));
      held_.push_back({resized(pair.photo, width, height), disparity_of(pair.depth.resized(width, height))});
    }
  }

  const std::string& name() const override { return set_.source.name; }

  DepthSample draw(int width, int height, Random& random) const override {
    const Held& held = held_[random.below(held_.size())];
    DepthSample sample = random_window(held.photo.view(), held.disparity.view(), width, height, random);
    vary_camera(sample, random);
    sample.ordered = set_.source.depth == Truth::order;
    return sample;
  }

 private:
  struct Held {
    relievo::Image photo, disparity;
  };
  PairSet set_;
  std::vector<Held> held_;
};

}  // namespace

std::unique_ptr<DepthSource> folder_source(const std::string& folder, int area, const relievo::Progress& progress) {
  return std::make_unique<Folder>(folder, area, progress);
}

}  // namespace tool
