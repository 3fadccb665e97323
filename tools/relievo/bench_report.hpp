// What bench_depth() found, for people.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace tool {

/// A table in Markdown, with what was measured on before it and what it means after it.
std::string as_markdown(const nlohmann::ordered_json& found);

/// A plot: latency of each row on a scale of logarithms with its range, and beside it AbsRel where it is known.
std::string as_svg(const nlohmann::ordered_json& found);

}  // namespace tool
