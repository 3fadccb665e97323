#include "bench_report.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <vector>

#include "common/depth_metrics.hpp"
#include "common/markdown.hpp"
#include "common/svg.hpp"

namespace tool {
namespace {

using nlohmann::ordered_json;

// Three digits, and no exponent.
std::string ms(double value) { return text_of(value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value); }

std::string title(const ordered_json& row) {
  std::string name = row["model"];
  if (row["precision"].is_string()) name.append(" ").append(row["precision"].get<std::string>());
  if (row["stand_in"].get<bool>()) name.append(" *");
  return name;
}

ordered_json measure(const ordered_json& row, const char* name) {
  return row["quality"].is_object() ? row["quality"][name] : ordered_json();
}

bool has_stand_ins(const ordered_json& found) {
  return std::any_of(found["rows"].begin(), found["rows"].end(),
                     [](const ordered_json& row) { return row["stand_in"].get<bool>(); });
}

constexpr const char* about_stand_ins =
    "* its weights are absent: numbers by a formula stand in for them. The speed is real, there is no quality.";

std::string measured_on(const ordered_json& found) {
  return "relievo " + found["relievo"].get<std::string>() + ", " + found["device"].get<std::string>() + ", " +
         std::to_string(found["threads"].get<int>()) + " threads; photo " + found["photo"].get<std::string>() + ", " +
         std::to_string(found["width"].get<int>()) + " x " + std::to_string(found["height"].get<int>()) + "; " +
         std::to_string(found["repetitions"].get<int>()) + " runs";
}

}  // namespace

std::string as_markdown(const ordered_json& found) {
  const ordered_json& rows = found["rows"];
  const auto any = [&](const std::function<bool(const ordered_json&)>& holds) {
    return std::any_of(rows.begin(), rows.end(), holds);
  };
  const bool has_quality = any([](const ordered_json& row) { return row["quality"].is_object(); });
  std::vector<std::string> head{"model",    "parameters, M", "file, MB",      "module, ms",
                                "load, ms", "first, ms",     "ms (min, max)", "peak, MiB"};
  if (!rows.empty()) {
    for (std::size_t i = 1; i < rows[0]["batches"].size(); ++i) {
      head.push_back("ms a photo by " + std::to_string(rows[0]["batches"][i]["photos"].get<int>()));
    }
  }
  std::vector<DepthMeasure> measures;
  if (has_quality) {
    std::copy_if(depth_measures.begin(), depth_measures.end(), std::back_inserter(measures),
                 [](const DepthMeasure& one) { return one.is_brief; });
  }
  for (const DepthMeasure& column : measures) head.emplace_back(column.title);
  std::string text = measured_on(found) + "\n\n" + as_head(head);
  for (const ordered_json& row : rows) {
    const ordered_json& one = row["batches"][0];
    std::vector<std::string> cells{title(row),
                                   cell(row["parameters"], 1e-6, "%.1f"),
                                   cell(row["file_bytes"], 1e-6, "%.0f"),
                                   cell(row["module_ms"], 1, "%.0f"),
                                   ms(row["load_ms"]),
                                   ms(row["first_ms"]),
                                   ms(one["median_ms"]) + " (" + ms(one["min_ms"]) + ", " + ms(one["max_ms"]) + ")",
                                   cell(row["peak_mib"], 1, "%.0f")};
    for (std::size_t i = 1; i < row["batches"].size(); ++i) cells.push_back(ms(row["batches"][i]["median_ms"]));
    for (const DepthMeasure& column : measures) cells.push_back(cell(measure(row, column.name), 1, "%.3f"));
    text += as_row(cells);
  }
  if (has_stand_ins(found)) text.append("\n\\").append(about_stand_ins).append("\n");
  return text;
}

std::string as_svg(const ordered_json& found) {
  constexpr double label_width = 330, panel_width = 420, gap = 60, row_height = 24, top = 56;
  const ordered_json& rows = found["rows"];
  double least = HUGE_VAL, most = 0, worst = 0;
  for (const ordered_json& row : rows) {
    least = std::min(least, row["batches"][0]["min_ms"].get<double>());
    most = std::max(most, row["batches"][0]["max_ms"].get<double>());
    if (const ordered_json value = measure(row, "abs_rel"); value.is_number()) {
      worst = std::max(worst, value.get<double>());
    }
  }
  const double low = std::floor(std::log10(std::max(least, 1e-3))), high = std::ceil(std::log10(std::max(most, 1e-2)));
  const double bottom = top + row_height * static_cast<double>(rows.size());
  const double width = label_width + panel_width + 30 + (worst > 0 ? gap + panel_width / 2 : 0), height = bottom + 60;
  const auto x_of = [&](double value) {
    return label_width + panel_width * (std::log10(std::max(value, 1e-3)) - low) / std::max(high - low, 1.0);
  };
  const double right = label_width + panel_width + gap;
  const auto right_x_of = [&](double value) { return right + panel_width / 2 * value / worst; };

  Svg out(width, height);
  out.text(10, 20, "start", measured_on(found));
  out.text(label_width + panel_width / 2, 42, "middle", "ms a photo: median and range");
  for (double decade = low; decade <= high; ++decade) {
    const double value = std::pow(10, decade);
    out.line(x_of(value), top, x_of(value), bottom, grid_color);
    out.text(x_of(value), bottom + 16, "middle", text_of("%g", value));
  }
  if (worst > 0) {
    out.text(right + panel_width / 4, 42, "middle", "AbsRel: less is better");
    out.line(right, top, right, bottom, grid_color);
    out.text(right, bottom + 16, "middle", "0");
    out.text(right_x_of(worst), bottom + 16, "middle", text_of("%.3f", worst));
  }
  double y = top + row_height / 2;
  for (const ordered_json& row : rows) {
    const ordered_json& one = row["batches"][0];
    out.text(label_width - 14, y + 4, "end", title(row));
    out.line(x_of(one["min_ms"]), y, x_of(one["max_ms"]), y, plot_color);
    out.dot(x_of(one["median_ms"]), y, !row["stand_in"].get<bool>());
    if (const ordered_json value = measure(row, "abs_rel"); value.is_number()) out.dot(right_x_of(value), y, true);
    y += row_height;
  }
  if (has_stand_ins(found)) out.text(10, bottom + 44, "start", about_stand_ins);
  return out.str();
}

}  // namespace tool
