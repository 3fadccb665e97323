#include "eval_report.hpp"

#include <algorithm>
#include <vector>

#include "common/depth_metrics.hpp"
#include "common/markdown.hpp"

namespace tool {

using nlohmann::ordered_json;

std::string as_markdown(const ordered_json& found) {
  std::vector<DepthMeasure> measures;
  for (const DepthMeasure& measure : depth_measures) {
    const auto& all = found["all"];
    if (std::any_of(all.begin(), all.end(),
                    [&](const ordered_json& row) { return row["mean"][measure.name].is_number(); })) {
      measures.push_back(measure);
    }
  }
  std::vector<std::string> head{"set", "model", "pictures"};
  for (const DepthMeasure& measure : measures) head.emplace_back(measure.title);
  std::string text = as_head(head, 2);
  const auto add = [&](const std::string& set, const ordered_json& row, std::size_t pictures) {
    std::vector<std::string> cells{set, row["model"], std::to_string(pictures)};
    for (const DepthMeasure& measure : measures) cells.push_back(cell(row["mean"][measure.name], 1, "%.3f"));
    text += as_row(cells);
  };
  for (const ordered_json& row : found["rows"]) add(row["set"], row, row["pictures"].size());
  if (found["sets"].size() > 1) {
    for (const ordered_json& row : found["all"]) add("all", row, row["pictures"]);
  }
  return text;
}

}  // namespace tool
