#include "common/svg.hpp"

#include <cstdio>

namespace tool {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
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
        out += c;
    }
  }
  return out;
}

}  // namespace

template <class... Values>
void Svg::add(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  out_ += text;
}

Svg::Svg(double width, double height) {
  add("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" font-family=\"sans-serif\" "
      "font-size=\"12\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
      width, height);
}

void Svg::text(double x, double y, const char* anchor, const std::string& text) {
  add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
  out_ += escaped(text) + "</text>\n";
}

void Svg::line(double x1, double y1, double x2, double y2, const char* color) {
  add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, color);
}

void Svg::curve(const std::vector<std::pair<double, double>>& points, const char* color) {
  out_ += "<polyline fill=\"none\" stroke-width=\"1.5\" points=\"";
  for (const auto& [x, y] : points) add("%.1f,%.1f ", x, y);
  add("\" stroke=\"%s\"/>\n", color);
}

void Svg::dot(double x, double y, bool full) {
  add("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" stroke=\"%s\"/>\n", x, y, full ? plot_color : "white",
      plot_color);
}

void Svg::box(double x, double y, double width, double height, const char* color) {
  add("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, y, width, height, color);
}

}  // namespace tool
