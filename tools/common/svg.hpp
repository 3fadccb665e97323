// Plots.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tool {

inline constexpr const char* plot_color = "#1f5fa8";
inline constexpr const char* grid_color = "#ddd";

/// A drawing on white, in px from the upper left corner.
class Svg {
 public:
  Svg(double width, double height);

  /// `anchor` is start, middle or end.
  void text(double x, double y, const char* anchor, const std::string& text);
  void line(double x1, double y1, double x2, double y2, const char* color);
  void curve(const std::vector<std::pair<double, double>>& points, const char* color);
  void dot(double x, double y, bool full);
  void box(double x, double y, double width, double height, const char* color);

  /// The file.
  std::string str() const { return out_ + "</svg>\n"; }

 private:
  template <class... Values>
  void add(const char* format, Values... values);

  std::string out_;
};

}  // namespace tool
