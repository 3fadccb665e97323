// How fast depth models are, and how right where the truth is known.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include <relievo/depth_estimator.hpp>
#include <relievo/depth_map.hpp>
#include <relievo/models.hpp>
#include <relievo/progress.hpp>

namespace tool {

struct DepthBench {
  std::vector<std::string> photos;  ///< Speed is that of the first; a made one where there is none.
  std::vector<std::string> truths;  ///< One for each photo, "" = not known.
  relievo::DepthKind truth_kind = relievo::DepthKind::disparity;
  double truth_scale = 1;
  std::vector<std::string> models;  ///< "ramp", "cues", names of the registry, files of weights.
  std::vector<relievo::Precision> precisions{relievo::Precision::automatic};
  std::vector<int> batches{1};  ///< Photos at once; the first is 1.
  int repetitions = 7;
  std::string device = "auto";
  int threads = 0;
};

/// The ramp, `cues`, and where networks run what comes with relievo, what is installed, and depth-anything-v2-small
/// whether it is or not. This process must have no other thread.
std::vector<std::string> usual_depth_models();

/// One object: what was measured on, and `rows`, one for each model and precision, each measured in a process of its
/// own. Networks whose weights are absent run on stand-ins, and their `quality` is null. This process must have no
/// other thread. Throws relievo::Error.
nlohmann::ordered_json bench_depth(const DepthBench& bench, const relievo::Progress& progress);

}  // namespace tool
