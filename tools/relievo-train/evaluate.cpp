#include "evaluate.hpp"

#include <cmath>
#include <iterator>
#include <limits>

#include <relievo/error.hpp>

#include "common/fail.hpp"
#include "common/mask.hpp"
#include "portrait.hpp"
#include "stability.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

constexpr Measured figure{"figure", "figure"};
constexpr Measured stable[] = {
    {"stable_mirror", "mirror"}, {"stable_crop", "crop"}, {"stable_darker", "darker"}, {"stable_lighter", "lighter"}};

ordered_json number_or_null(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

double contrast(const relievo::DepthMap& depth, const Pair& pair, const relievo::ImageView& photo) {
  if (pair.mask.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double found = figure_contrast(depth.relative(), read_mask(pair.mask, photo, pair.photo));
  if (std::isnan(found)) {
    fail(relievo::ErrorCode::invalid_argument, "The mask '", pair.mask,
         "' covers nothing, or leaves nothing around it.");
  }
  return found;
}

ordered_json measured(const Evaluation& evaluation, const DepthModel& model, const Pair& pair,
                      const PhotoAndDepth& known) {
  const relievo::DepthMap depth = model.estimate(known.photo);
  const DepthMetrics metrics = depth_metrics(depth, known.depth, evaluation.protocol);
  ordered_json out{{"name", pair.name}, {"pixels", metrics.pixels}};
  for (const DepthMeasure& measure : depth_measures) out[measure.name] = number_or_null(metrics.*measure.value);
  if (evaluation.masks) out[figure.name] = number_or_null(contrast(depth, pair, known.photo));
  if (evaluation.stability) {
    const Stability found = stability(model, known.photo, depth);
    const double values[] = {found.mirror, found.crop, found.darker, found.lighter};
    for (std::size_t i = 0; i < std::size(values); ++i) out[stable[i].name] = number_or_null(values[i]);
  }
  return out;
}

// Of what is measured of each picture.
ordered_json mean_of(const ordered_json& pictures) {
  ordered_json mean;
  for (const Measured& measure : everything_measured()) {
    if (!pictures.at(0).contains(measure.name)) continue;
    double sum = 0;
    int count = 0;
    for (const ordered_json& picture : pictures) {
      if (!picture[measure.name].is_number()) continue;
      sum += picture[measure.name].get<double>();
      ++count;
    }
    mean[measure.name] = count > 0 ? ordered_json(sum / count) : ordered_json();
  }
  return mean;
}

}  // namespace

std::vector<Measured> everything_measured() {
  std::vector<Measured> all;
  for (const DepthMeasure& measure : depth_measures) all.push_back({measure.name, measure.title});
  all.push_back(figure);
  all.insert(all.end(), std::begin(stable), std::end(stable));
  return all;
}

ordered_json evaluate(const Evaluation& evaluation, const relievo::Progress& progress) {
  ordered_json sets = ordered_json::array(), rows = ordered_json::array(), all = ordered_json::array();
  std::vector<ordered_json> everything(evaluation.models.size(), ordered_json::array());
  std::size_t done = 0, total = 0;
  for (const PairSet& set : evaluation.sets) total += set.pairs.size() * evaluation.models.size();
  for (const PairSet& set : evaluation.sets) {
    const PairSource& source = set.source;
    sets.push_back({{"name", source.name},
                    {"folder", set.folder},
                    {"depth", relievo::name_of(source.depth)},
                    {"licence", source.licence},
                    {"origin", source.origin},
                    {"pictures", set.pairs.size()}});
    std::vector<ordered_json> pictures(evaluation.models.size(), ordered_json::array());
    for (const Pair& pair : set.pairs) {
      const PhotoAndDepth known = read_pair(set, pair);
      for (std::size_t i = 0; i < evaluation.models.size(); ++i) {
        progress.report(static_cast<double>(done++) / static_cast<double>(total), source.name);
        try {
          pictures[i].push_back(measured(evaluation, evaluation.models[i], pair, known));
        } catch (const relievo::Error& error) {
          throw relievo::Error(error.code(), "'" + pair.photo + "': " + error.what());
        }
      }
    }
    for (std::size_t i = 0; i < evaluation.models.size(); ++i) {
      everything[i].insert(everything[i].end(), pictures[i].begin(), pictures[i].end());
      rows.push_back({{"model", evaluation.models[i].name()},
                      {"set", source.name},
                      {"mean", mean_of(pictures[i])},
                      {"pictures", std::move(pictures[i])}});
    }
  }
  for (std::size_t i = 0; i < evaluation.models.size(); ++i) {
    all.push_back(
        {{"model", evaluation.models[i].name()}, {"pictures", everything[i].size()}, {"mean", mean_of(everything[i])}});
  }
  progress.report(1, "done");
  return {{"sets", sets}, {"rows", rows}, {"all", all}};
}

}  // namespace tool
