// What evaluate() found, for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tool {

/// A table: a line for each model and set, and one for each model over all sets where there are several.
std::string as_markdown(const nlohmann::ordered_json& found);

}  // namespace tool
