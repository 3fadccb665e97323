// How right models of depth are, on photos whose depth is known.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include <relievo/progress.hpp>

#include "common/depth_metrics.hpp"
#include "depth_model.hpp"
#include "pairs.hpp"

namespace tool {

struct Evaluation {
  std::vector<DepthModel> models;
  std::vector<PairSet> sets;
  DepthProtocol protocol;
};

/// One object: `sets`, `models`, and `rows`, one for each model and set: `pictures` with the measures of each, and
/// `mean`, the mean over the pictures that a measure is known of, null without one. `all` holds for each model the same
/// mean over the pictures of all sets. Throws relievo::Error, which names the photo.
nlohmann::ordered_json evaluate(const Evaluation& evaluation, const relievo::Progress& progress);

}  // namespace tool
