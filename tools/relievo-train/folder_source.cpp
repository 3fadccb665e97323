#include "folder_source.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include <relievo/device.hpp>
#include <relievo/image.hpp>

#include "augment.hpp"
#include "pairs.hpp"
#include "resized.hpp"
#include "torch/openmp.hpp"

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
    held_.resize(set_.pairs.size());
    constexpr std::size_t at_once = 64;
    for (std::size_t first = 0; first < held_.size(); first += at_once) {
      progress.report(static_cast<double>(first) / static_cast<double>(held_.size()), set_.source.name);
      relievo::share_out(static_cast<std::int64_t>(std::min(at_once, held_.size() - first)), [&](std::int64_t i) {
        const std::size_t at = first + static_cast<std::size_t>(i);
        const PhotoAndDepth pair = read_pair(set_, set_.pairs[at]);
        const double pixels = static_cast<double>(pair.photo.width()) * pair.photo.height();
        const double scale = std::min(1.0, finer * std::sqrt(area / pixels));
        const int width = std::max(1, static_cast<int>(std::lround(pair.photo.width() * scale)));
        const int height = std::max(1, static_cast<int>(std::lround(pair.photo.height() * scale)));
        held_[at] = {resized(pair.photo, width, height), disparity_of(pair.depth.resized(width, height))};
      });
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
