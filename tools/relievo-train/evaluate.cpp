#include "evaluate.hpp"

#include <cmath>

#include <relievo/error.hpp>

namespace tool {
namespace {

using nlohmann::ordered_json;

ordered_json number_or_null(double value) { return std::isfinite(value) ? ordered_json(value) : ordered_json(); }

ordered_json measured(const Evaluation& evaluation, const DepthModel& model, const Pair& pair,
                      const PhotoAndDepth& known) {
  const DepthMetrics metrics = depth_metrics(model.estimate(known.photo), known.depth, evaluation.protocol);
  ordered_json out{{"name", pair.name}, {"pixels", metrics.pixels}};
  for (const DepthMeasure& measure : depth_measures) out[measure.name] = number_or_null(metrics.*measure.value);
  return out;
}

// Of every number of the pictures.
ordered_json mean_of(const ordered_json& pictures) {
  ordered_json mean;
  for (const auto& [name, first] : pictures.at(0).items()) {
    if (name == "name") continue;
    double sum = 0;
    int count = 0;
    for (const ordered_json& picture : pictures) {
      if (!picture[name].is_number()) continue;
      sum += picture[name].get<double>();
      ++count;
    }
    mean[name] = count > 0 ? ordered_json(sum / count) : ordered_json();
  }
  return mean;
}

}  // namespace

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
  ordered_json models = ordered_json::array();
  for (std::size_t i = 0; i < evaluation.models.size(); ++i) {
    models.push_back(evaluation.models[i].name());
    all.push_back(
        {{"model", evaluation.models[i].name()}, {"pictures", everything[i].size()}, {"mean", mean_of(everything[i])}});
  }
  progress.report(1, "done");
  return {{"sets", sets}, {"models", models}, {"rows", rows}, {"all", all}};
}

}  // namespace tool
