#include "depth_mix.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tool {
namespace {

constexpr double least_known = 0.05;
constexpr int most_tries = 10;

double known_part(const DepthSample& sample) {
  const auto known =
      std::count_if(sample.disparity.begin(), sample.disparity.end(), [](float value) { return !std::isnan(value); });
  return static_cast<double>(known) / static_cast<double>(sample.disparity.size());
}

}  // namespace

void DepthMix::add(std::unique_ptr<DepthSource> source, double weight) {
  const double before = sources_.empty() ? 0 : sources_.back().up_to;
  sources_.push_back({std::move(source), before + weight});
}

DepthSample DepthMix::draw(std::uint64_t seed, std::uint64_t number, int width, int height) const {
  Random random(seed, number);
  const double place = random.unit() * sources_.back().up_to;
  const auto part = std::find_if(sources_.begin(), sources_.end() - 1, [&](const Part& p) { return place < p.up_to; });
  DepthSample sample = part->source->draw(width, height, random);
  // A window may show nothing that was measured.
  for (int tries = 1; tries < most_tries && known_part(sample) < least_known; ++tries) {
    sample = part->source->draw(width, height, random);
  }
  return sample;
}

}  // namespace tool
