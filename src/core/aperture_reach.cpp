#include "core/aperture_reach.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/aperture_mask.hpp"

namespace relievo {
inline namespace v1 {
namespace {

double polygon_reach(double x, double y, int sides) {
  const double half = std::numbers::pi / sides;
  double reach = 0;
  for (int i = 0; i < sides; ++i) {
    const double angle = -std::numbers::pi / 2 + half + 2 * half * i;
    reach = std::max(reach, (x * std::cos(angle) + y * std::sin(angle)) / std::cos(half));
  }
  return reach;
}

// Rays from the centre leave the heart once.
double heart_reach(double x, double y) {
  double inside = 2 * std::hypot(x, y), outside = 0.5 * std::hypot(x, y);
  for (int step = 0; step < 40; ++step) {
    const double middle = (inside + outside) / 2;
    (inside_heart(x, y, middle - 0.5) ? inside : outside) = middle;
  }
  return inside;
}

double reach_of(Aperture shape, double x, double y) {
  switch (shape) {
    case Aperture::circle:
      return std::hypot(x, y);
    case Aperture::hexagon:
      return polygon_reach(x, y, 6);
    case Aperture::octagon:
      return polygon_reach(x, y, 8);
    case Aperture::heart:
      return x == 0 && y == 0 ? 0 : heart_reach(x, y);
    case Aperture::line:
    case Aperture::image:
      break;
  }
  return 0;
}

ApertureReach measure(Aperture shape) {
  ApertureReach out;
  for (int dy = -largest_radius; dy <= largest_radius; ++dy) {
    for (int dx = -largest_radius; dx <= largest_radius; ++dx) {
      out.reach.push_back(static_cast<float>(reach_of(shape, -dx, -dy)));
    }
  }
  std::vector<float> rising = out.reach;
  std::sort(rising.begin(), rising.end());
  std::vector<double> sums{0};
  for (const float reach : rising) sums.push_back(sums.back() + reach);
  for (int step = 0; step <= largest_radius * area_steps; ++step) {
    const double radius = static_cast<double>(step) / area_steps;
    const auto below = [&](double reach) {
      return static_cast<std::size_t>(std::lower_bound(rising.begin(), rising.end(), reach) - rising.begin());
    };
    const std::size_t whole = below(radius - 0.5), touched = below(radius + 0.5);
    const double edge = static_cast<double>(touched - whole) * (radius + 0.5) - (sums[touched] - sums[whole]);
    out.area.push_back(static_cast<float>(static_cast<double>(whole) + edge));
  }
  return out;
}

}  // namespace

const ApertureReach& aperture_reach(Aperture shape) {
  switch (shape) {
    case Aperture::hexagon: {
      static const ApertureReach hexagon = measure(Aperture::hexagon);
      return hexagon;
    }
    case Aperture::octagon: {
      static const ApertureReach octagon = measure(Aperture::octagon);
      return octagon;
    }
    case Aperture::heart: {
      static const ApertureReach heart = measure(Aperture::heart);
      return heart;
    }
    case Aperture::circle:
    case Aperture::line:
    case Aperture::image:
      break;
  }
  static const ApertureReach circle = measure(Aperture::circle);
  return circle;
}

}  // namespace v1
}  // namespace relievo
