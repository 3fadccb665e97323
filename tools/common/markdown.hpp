// Tables in Markdown.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tool {

/// By a format of printf for one double.
std::string text_of(const char* format, double value);

/// The same of a number times a factor; empty of anything else.
std::string cell(const nlohmann::ordered_json& value, double factor, const char* format);

/// A line of a table.
std::string as_row(const std::vector<std::string>& cells);

/// The head of a table: the first `texts` columns are texts, the others numbers.
std::string as_head(const std::vector<std::string>& cells, std::size_t texts = 1);

}  // namespace tool
