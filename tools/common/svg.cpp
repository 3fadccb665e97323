#include "common/svg.hpp"

#include <cstdio>

namespace tool {
namespace {

template <class... Values>
std::string printed(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += letter;
    }
  }
  return out;
}

}  // namespace

Svg::Svg(double width, double height)
    : text_(printed("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
                    "font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
                    width, height)) {}

void Svg::text(double x, double y, const char* anchor, const std::string& text) {
  text_ += printed("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor) + escaped(text) + "</text>\n";
}

void Svg::line(Point from, Point to, const char* color) {
  text_ += printed("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", from.first, from.second,
                   to.first, to.second, color);
}

void Svg::curve(const std::vector<Point>& points, const char* color) {
  text_ += "<polyline fill=\"none\" stroke-width=\"1.5\" points=\"";
  for (const auto& [x, y] : points) text_ += printed("%.1f,%.1f ", x, y);
  text_ += printed("\" stroke=\"%s\"/>\n", color);
}

void Svg::dot(Point center, const char* color, bool full) {
  text_ += printed("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" stroke=\"%s\"/>\n", center.first, center.second,
                   full ? color : "white", color);
}

void Svg::box(Point corner, double width, double height, const char* color) {
  text_ += printed("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", corner.first,
                   corner.second, width, height, color);
}

}  // namespace tool
