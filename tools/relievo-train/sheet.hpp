// Pictures beside their depth, for the eye.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "evaluate.hpp"

namespace tool {

/// Writes NAME.png for each set: a row for a picture, of photo, truth (black where it is not known) and the estimate of
/// each model, near = warm. They are the three pictures that the models understand best and the three they understand
/// least, by the mean of their Spearman, best first; all of a set of up to six. Returns for each set `set`, `file` and
/// the names of its `pictures`. Throws relievo::Error.
nlohmann::ordered_json write_sheets(const Evaluation& evaluation, const nlohmann::ordered_json& found,
                                    const std::filesystem::path& folder);

}  // namespace tool
