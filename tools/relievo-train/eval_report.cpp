#include "eval_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "common/markdown.hpp"
#include "common/svg.hpp"
#include "evaluate.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

std::string measured_on(const ordered_json& found) {
  std::string text =
      "relievo " + found["relievo"].get<std::string>() + "; aligned by " + found["align"].get<std::string>();
  if (found["eigen_crop"].get<bool>()) text += ", Eigen crop";
  if (found["min_depth_m"].is_number()) text += ", above " + text_of("%g m", found["min_depth_m"]);
  if (found["max_depth_m"].is_number()) text += ", below " + text_of("%g m", found["max_depth_m"]);
  if (found["mirror"].get<bool>()) text += "; mean with the mirror image";
  return text;
}

// What of a name fits beside a bar.
std::string label(const ordered_json& row) {
  constexpr std::size_t most = 40;
  const std::string name = row["model"];
  return name.size() <= most ? name : "..." + name.substr(name.size() - most);
}

}  // namespace

bool is_known(const ordered_json& found, const std::string& measure) {
  const ordered_json& all = found["all"];
  return std::any_of(all.begin(), all.end(), [&](const ordered_json& row) {
    return row["mean"].contains(measure) && row["mean"][measure].is_number();
  });
}

std::string as_markdown(const ordered_json& found) {
  std::vector<Measured> measures = everything_measured();
  std::erase_if(measures, [&](const Measured& one) { return !is_known(found, one.name); });
  std::vector<std::string> head{"set", "model", "pictures"};
  for (const Measured& one : measures) head.emplace_back(one.title);
  std::string text = measured_on(found) + "\n\n" + as_head(head, 2);
  const auto add = [&](const std::string& set, const ordered_json& row, std::size_t pictures) {
    std::vector<std::string> cells{set, row["model"], std::to_string(pictures)};
    for (const Measured& one : measures) cells.push_back(cell(row["mean"][one.name], 1, "%.3f"));
    text += as_row(cells);
  };
  for (const ordered_json& row : found["rows"]) add(row["set"], row, row["pictures"].size());
  if (found["sets"].size() > 1) {
    for (const ordered_json& row : found["all"]) add("all", row, row["pictures"]);
  }
  return text;
}

std::string as_svg(const ordered_json& found, const std::string& measure, const std::string& name) {
  constexpr double label_width = 300, panel_width = 480, bar = 14, row_height = 20, group_gap = 30, top = 60;
  double least = 0, most = 0;
  for (const ordered_json& row : found["rows"]) {
    if (!row["mean"][measure].is_number()) continue;
    least = std::min(least, row["mean"][measure].get<double>());
    most = std::max(most, row["mean"][measure].get<double>());
  }
  // Steps of 1, 2 or 5 times a power of ten, some five of them.
  const double rough = std::max(most - least, 1e-3) / 5, decade = std::pow(10, std::floor(std::log10(rough)));
  const double step = decade * (rough > 5 * decade ? 10 : rough > 2 * decade ? 5 : rough > decade ? 2 : 1);
  const double low = std::floor(least / step), high = std::max(std::ceil(most / step), low + 1);
  const auto x_of = [&](double value) { return label_width + panel_width * (value / step - low) / (high - low); };
  const double bottom = top + row_height * static_cast<double>(found["rows"].size()) +
                        group_gap * static_cast<double>(found["sets"].size());

  Svg out(label_width + panel_width + 60, bottom + 30);
  out.text(10, 20, "start", measured_on(found));
  out.text(label_width + panel_width / 2, 44, "middle", name);
  for (double tick = low; tick <= high; ++tick) {
    out.line(x_of(tick * step), top, x_of(tick * step), bottom, grid_color);
    out.text(x_of(tick * step), bottom + 16, "middle", text_of("%g", tick * step));
  }
  double y = top;
  for (const ordered_json& set : found["sets"]) {
    const int pictures = set["pictures"];
    out.text(
        10, y + 20, "start",
        set["name"].get<std::string>() + ", " + std::to_string(pictures) + (pictures == 1 ? " picture" : " pictures"));
    y += group_gap;
    for (const ordered_json& row : found["rows"]) {
      if (row["set"] != set["name"]) continue;
      out.text(label_width - 14, y + bar - 3, "end", label(row));
      if (const ordered_json& value = row["mean"][measure]; value.is_number()) {
        const double x = x_of(value), zero = x_of(0);
        out.box(std::min(x, zero), y, std::abs(x - zero), bar, plot_color);
        out.text(std::max(x, zero) + 6, y + bar - 3, "start", text_of("%.3f", value));
      }
      y += row_height;
    }
  }
  return out.str();
}

}  // namespace tool
