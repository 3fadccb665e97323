#include "validation.hpp"

#include <cmath>

#include <relievo/depth_estimator.hpp>
#include <relievo/io/photo.hpp>

#include "common/depth_metrics.hpp"
#include "sample_sheet.hpp"

namespace tool {
namespace {

constexpr std::size_t samples_of_a_set = 4;

}  // namespace

Validation::Validation(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    const PairSet set = open_pairs(folder);
    Set& held = sets_.emplace_back();
    held.name = set.source.name;
    for (const Pair& pair : set.pairs) {
      PhotoAndDepth read = read_pair(set, pair);
      held.pictures.push_back({std::move(read.photo), std::move(read.depth)});
    }
  }
}

Validation::Result Validation::measure(const relievo::Device& device, const std::filesystem::path& network,
                                       const std::filesystem::path& samples) const {
  const std::string file = network.string();
  relievo::DepthOptions options;
  options.model = file;
  options.edge_aware = false;
  options.precision = relievo::Precision::f32;
  const relievo::DepthEstimator estimator(device, options);
  Result result;
  SampleSheet sheet;
  for (const Set& set : sets_) {
    double sum = 0;
    for (std::size_t i = 0; i < set.pictures.size(); ++i) {
      const Shown& shown = set.pictures[i];
      const relievo::DepthMap depth = estimator.estimate(shown.photo.view());
      const double correlation = depth_metrics(depth, shown.truth).spearman;
      // A constant estimate orders nothing.
      sum += std::isfinite(correlation) ? correlation : 0;
      const std::size_t apart = std::max<std::size_t>(1, set.pictures.size() / samples_of_a_set);
      if (i % apart == 0 && i / apart < samples_of_a_set) sheet.add(shown.photo.view(), {&shown.truth, &depth});
    }
    result.sets.push_back(set.name);
    result.correlations.push_back(sum / static_cast<double>(set.pictures.size()));
    result.mean += result.correlations.back() / static_cast<double>(sets_.size());
  }
  relievo::io::write(samples.string(), sheet.picture().view());
  return result;
}

}  // namespace tool
