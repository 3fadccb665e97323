#include "core/aperture_reach.hpp"

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>

namespace relievo {
inline namespace v1 {
namespace {

ApertureReach measure(const ApertureShape& shape) {
  ApertureReach out;
  const ApertureOutline outline(shape);
  for (int dy = -largest_radius; dy <= largest_radius; ++dy) {
    for (int dx = -largest_radius; dx <= largest_radius; ++dx) {
      out.reach.push_back(static_cast<float>(outline.reach(-dx, -dy)));
    }
  }
  std::vector<float> rising = out.reach;
  std::sort(rising.begin(), rising.end());
  std::vector<double> sums{0};
  for (const float reach : rising) sums.push_back(sums.back() + reach);
  for (int step = 0; step <= largest_radius * area_steps; ++step) {
    const double radius = static_cast<double>(step) / area_steps;
    const auto below = [&](double reach) {
      return static_cast<std::size_t>(std::lower_bound(rising.begin(), rising.end(), reach) - rising.begin());
    };
    const std::size_t whole = below(radius - 0.5), touched = below(radius + 0.5);
    const double edge = static_cast<double>(touched - whole) * (radius + 0.5) - (sums[touched] - sums[whole]);
    out.area.push_back(static_cast<float>(static_cast<double>(whole) + edge));
  }
  return out;
}

}  // namespace

std::shared_ptr<const ApertureReach> aperture_reach(const ApertureShape& shape) {
  struct Kept {
    ApertureShape shape;
    std::shared_ptr<const ApertureReach> reach;
  };
  // The last one asked for comes first.
  static std::mutex mutex;
  static std::vector<Kept> kept;
  constexpr std::size_t most = 8;
  const std::lock_guard lock(mutex);
  auto found = std::find_if(kept.begin(), kept.end(), [&](const Kept& each) { return each.shape == shape; });
  if (found == kept.end()) {
    auto made = std::make_shared<const ApertureReach>(measure(shape));
    if (kept.size() == most) kept.pop_back();
    found = kept.insert(kept.end(), {shape, std::move(made)});
  }
  std::rotate(kept.begin(), found, found + 1);
  return kept.front().reach;
}

}  // namespace v1
}  // namespace relievo
