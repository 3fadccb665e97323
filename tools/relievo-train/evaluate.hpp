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
  bool masks = false, stability = false;  ///< Whether to measure these, too.
};

/// What is measured of a picture, as depth_measures and those of masks and stability.
struct Measured {
  const char* name;
  const char* title;
};
std::vector<Measured> everything_measured();

/// One object: `sets`, and `rows`, one for each model and set: `pictures` with the measures of each, null where one is
/// not known, and `mean`, that over the pictures of which it is. `all` holds for each model the same over the pictures
/// of all sets. Throws relievo::Error, which names the photo.
nlohmann::ordered_json evaluate(const Evaluation& evaluation, const relievo::Progress& progress);

}  // namespace tool
