// What evaluate() found, for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tool {

/// What was measured on, and a table: a line for each model and set, and one for each model over all sets where there
/// are several.
std::string as_markdown(const nlohmann::ordered_json& found);

/// Whether any model has a number for it.
bool is_known(const nlohmann::ordered_json& found, const std::string& measure);

/// Bars of the means of one measure, known of some model: a group for each set, a bar for each model.
std::string as_svg(const nlohmann::ordered_json& found, const std::string& measure, const std::string& title);

}  // namespace tool
