// The registry: data/models.json, which is compiled in, and what the folder of models holds.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <relievo/models.hpp>

namespace relievo {
inline namespace v1 {

/// What a network wants to see.
struct ModelInput {
  std::string order;  ///< "rgb" or "bgr".
  int side = 0;       ///< Pixels; `fit` says of what.
  int multiple = 1;   ///< Width and height are rounded to multiples of it.
  std::string fit;    ///< "lower_bound": the shorter side is `side`; "upper_bound": the longer; "minimal": the
                      ///< one for which the photo changes least; "stretch": both; "pad": as it is, border added.
  std::string interpolation;                 ///< "linear", "cubic", "area" (cubic where the photo grows).
  std::array<float, 3> mean{}, deviation{};  ///< Of values 0 to 1, in the order of channels: (x - mean) / deviation.
};

/// What it answers.
struct ModelOutput {
  std::string kind;       ///< "disparity", "depth" (up to a factor), "metres", "faces", "matte".
  double far_metres = 0;  ///< With "metres": the farthest it can say.
};

struct ModelEntry {
  ModelInfo info;
  int rank = 0;         ///< Place among those of its task when one is chosen by itself, 1 = first; 0 = never.
  std::string network;  ///< The network it fills: metric models share those of relative ones. Empty: not known.
  ModelInput input;
  ModelOutput output;
};

/// Reads text in the form of data/models.json. Throws Error{corrupt_data}, with `origin` in its sentence.
std::vector<ModelEntry> parse_models(std::string_view text, const std::string& origin);

/// The model of this name, or the file at this path: a known file name tells its model, else `architecture`, `task`,
/// `network`, input and output are empty. Nothing where there is neither. `info.file` is empty where a model is absent.
std::optional<ModelEntry> find_model(std::string_view name_or_file);

/// The installed depth model that ranks first, if one is installed.
std::optional<ModelEntry> best_depth_model();

/// What models() says, with everything else.
std::vector<ModelEntry> model_entries();

/// What add_model() does.
void record_model(const ModelInfo& model);

}  // namespace v1
}  // namespace relievo
