// Drawings for pages and browsers.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace tool {

/// A drawing on white; units are px, y goes down.
class Svg {
 public:
  using Point = std::pair<double, double>;

  Svg(double width, double height);
  /// `anchor` is start, middle or end.
  void text(double x, double y, const char* anchor, const std::string& text);
  void line(Point from, Point to, const char* color);
  void curve(const std::vector<Point>& points, const char* color);
  /// A disc, or a circle where it is not `full`.
  void dot(Point center, const char* color, bool full);
  void box(Point corner, double width, double height, const char* color);
  std::string finish() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

}  // namespace tool
