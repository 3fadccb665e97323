#include "effects/layer_cuts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace {

// Disparity in steps this fine.
constexpr int bins = 512;
// A cut through less of the steps' height than this part of all is not worth a layer.
constexpr double least_gain = 0.004;

struct Step {
  int below, above;  // bins
  float height;
};

int bin_of(float disparity) { return std::clamp(static_cast<int>(disparity * bins), 0, bins - 1); }

}  // namespace

LayerCuts choose_cuts(const ImageView& disparity, float step, int most) {
  std::vector<Step> steps;
  double total = 0;
  const auto look = [&](float a, float b) {
    const float low = std::min(a, b), high = std::max(a, b);
    // Bins that hold both ends cannot be cut between.
    if (high - low <= step || bin_of(low) == bin_of(high)) return;
    steps.push_back({bin_of(low), bin_of(high), high - low});
    total += high - low;
  };
  for (int y = 0; y < disparity.height; ++y) {
    const float* const row = disparity.row<float>(y);
    const float* const below = y + 1 < disparity.height ? disparity.row<float>(y + 1) : nullptr;
    for (int x = 0; x < disparity.width; ++x) {
      if (x + 1 < disparity.width) look(row[x], row[x + 1]);
      if (below != nullptr) look(row[x], below[x]);
    }
  }
  LayerCuts cuts;
  cuts.step = step;
  std::vector<float> found;
  while (static_cast<int>(found.size()) + 1 < std::min(most, most_layers)) {
    // The height of the steps across the lower edge of each bin.
    std::array<double, bins + 1> gain{};
    for (const Step& s : steps) {
      gain[static_cast<std::size_t>(s.below) + 1] += s.height;
      gain[static_cast<std::size_t>(s.above) + 1] -= s.height;
    }
    for (std::size_t i = 1; i <= bins; ++i) gain[i] += gain[i - 1];
    const auto best = std::max_element(gain.begin(), gain.end());
    if (*best <= least_gain * total) break;
    // In the middle of the edges that are as good.
    const auto end = std::find_if(best, gain.end(), [&](double g) { return g < *best * (1 - 1e-9); });
    const auto at = static_cast<int>((best - gain.begin()) + (end - 1 - gain.begin())) / 2;
    found.push_back(static_cast<float>(at) / bins);
    steps.erase(
        std::remove_if(steps.begin(), steps.end(), [&](const Step& s) { return s.below < at && at <= s.above; }),
        steps.end());
  }
  std::sort(found.begin(), found.end());
  cuts.count = static_cast<int>(found.size()) + 1;
  std::copy(found.begin(), found.end(), cuts.from + 1);
  return cuts;
}

}  // namespace v1
}  // namespace relievo
