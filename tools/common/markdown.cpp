#include "common/markdown.hpp"

#include <cstdio>

namespace tool {

std::string text_of(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string cell(const nlohmann::ordered_json& value, double factor, const char* format) {
  return value.is_number() ? text_of(format, value.get<double>() * factor) : std::string();
}

std::string as_row(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& one : cells) line.append(" ").append(one).append(" |");
  return line + "\n";
}

std::string as_head(const std::vector<std::string>& cells, std::size_t texts) {
  std::string text = as_row(cells) + "|";
  for (std::size_t i = 0; i < cells.size(); ++i) text += i < texts ? "---|" : "--:|";
  return text + "\n";
}

}  // namespace tool
