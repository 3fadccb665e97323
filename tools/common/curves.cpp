#include "common/curves.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "common/svg.hpp"

namespace tool {
namespace {

constexpr double left = 60, panel_width = 620, panel_height = 240, gap = 70, legend = 190;
constexpr const char* colors[] = {"#1f5fa8", "#c0392b", "#2e8b57", "#8e44ad",
                                  "#d68910", "#117a8b", "#7f8c8d", "#b03a8c"};

struct Range {
  double low, high;
};

Range range_of(const CurvePanel& panel) {
  Range range{INFINITY, -INFINITY};
  for (const Curve& curve : panel.curves) {
    for (std::size_t i = curve.points.size() / 10; i < curve.points.size(); ++i) {
      const double value = curve.points[i].second;
      if (!std::isfinite(value)) continue;
      range.low = std::min(range.low, value);
      range.high = std::max(range.high, value);
    }
  }
  if (!(range.low <= range.high)) return {0, 1};
  const double margin = range.high > range.low ? 0.05 * (range.high - range.low) : 0.5;
  return {range.low - margin, range.high + margin};
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace

std::string curves_as_svg(const std::vector<CurvePanel>& panels, const std::string& along) {
  double last = 1;
  for (const CurvePanel& panel : panels) {
    for (const Curve& curve : panel.curves) {
      for (const auto& point : curve.points) last = std::max(last, point.first);
    }
  }
  Svg svg(left + panel_width + legend, gap + static_cast<double>(panels.size()) * (panel_height + gap));
  double top = gap;
  for (const CurvePanel& panel : panels) {
    const Range range = range_of(panel);
    const auto x_of = [&](double x) { return left + panel_width * x / last; };
    const auto y_of = [&](double y) {
      const double part = (std::clamp(y, range.low, range.high) - range.low) / (range.high - range.low);
      return top + panel_height * (1 - part);
    };
    svg.text(left, top - 12, "start", panel.title);
    for (int i = 0; i <= 4; ++i) {
      const double y = range.low + (range.high - range.low) * i / 4, x = last * i / 4;
      svg.line(left, y_of(y), left + panel_width, y_of(y), grid_color);
      svg.text(left - 6, y_of(y) + 4, "end", number(y));
      svg.text(x_of(x), top + panel_height + 16, "middle", number(x));
    }
    svg.text(left + panel_width, top + panel_height + 32, "end", along);
    for (std::size_t i = 0; i < panel.curves.size(); ++i) {
      const char* color = colors[i % std::size(colors)];
      std::vector<std::pair<double, double>> points;
      for (const auto& [x, y] : panel.curves[i].points) {
        if (std::isfinite(y)) points.emplace_back(x_of(x), y_of(y));
      }
      svg.curve(points, color);
      const double y = top + 12 + 18 * static_cast<double>(i);
      svg.line(left + panel_width + 14, y - 4, left + panel_width + 34, y - 4, color);
      svg.text(left + panel_width + 40, y, "start", panel.curves[i].name);
    }
    top += panel_height + gap;
  }
  return svg.str();
}

}  // namespace tool
