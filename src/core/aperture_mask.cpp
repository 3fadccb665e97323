#include "core/aperture_mask.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A regular polygon whose circumcircle has radius r + 0.5, one corner up.
bool inside_polygon(double x, double y, int sides, double r) {
  const double half = std::numbers::pi / sides;
  const double apothem = (r + 0.5) * std::cos(half);
  for (int i = 0; i < sides; ++i) {
    const double angle = -std::numbers::pi / 2 + half + 2 * half * i;
    if (x * std::cos(angle) + y * std::sin(angle) > apothem) return false;
  }
  return true;
}

bool inside(Aperture shape, int dx, int dy, int radius) {
  switch (shape) {
    case Aperture::circle:
      return 2 * (dx * dx + dy * dy) <= 2 * radius * radius + radius;
    case Aperture::hexagon:
      return inside_polygon(dx, dy, 6, radius);
    case Aperture::octagon:
      return inside_polygon(dx, dy, 8, radius);
    case Aperture::heart:
      return inside_heart(dx, dy, radius);
    case Aperture::line:
    case Aperture::image:
      break;
  }
  return false;
}

}  // namespace

// (x^2 + y^2 - 1)^3 <= x^2 y^3 with y up, scaled so that the heart fills the square.
bool inside_heart(double x, double y, double radius) {
  const double u = 1.2 * x / (radius + 0.5);
  const double v = -1.2 * y / (radius + 0.5) + 0.1;
  const double s = u * u + v * v - 1;
  return s * s * s <= u * u * v * v * v;
}

int power_in(const ApertureRun& run) { return std::bit_width(static_cast<unsigned>(run.dx_end - run.dx_begin)) - 1; }

ApertureMask make_aperture(Aperture shape, int radius) {
  ApertureMask mask;
  mask.radius = radius;
  for (int dy = -radius; dy <= radius; ++dy) {
    for (int dx = -radius; dx <= radius; ++dx) {
      if (radius > 0 && !inside(shape, dx, dy, radius)) continue;
      ++mask.area;
      if (!mask.runs.empty() && mask.runs.back().dy == dy && mask.runs.back().dx_end == dx) {
        ++mask.runs.back().dx_end;
      } else {
        mask.runs.push_back({dy, dx, dx + 1});
      }
    }
  }
  return mask;
}

ApertureMask make_ellipse(int diameter) {
  ApertureMask mask;
  mask.radius = diameter / 2;
  const int r = mask.radius;
  const double inverse = r > 0 ? 1.0 / (double{1} * r * r) : 0;
  for (int i = 0; i < diameter; ++i) {
    const int dy = i - r;
    // Rounded to even like cvRound.
    const int reach = static_cast<int>(std::lrint(r * std::sqrt((r * r - dy * dy) * inverse)));
    const ApertureRun run{dy, -reach, std::min(reach + 1, diameter - r)};
    mask.area += run.dx_end - run.dx_begin;
    mask.runs.push_back(run);
  }
  return mask;
}

std::vector<ColumnRun> column_runs(const ApertureMask& mask) {
  const int side = 2 * mask.radius + 1;
  std::vector<char> set(std::size_t(side) * side, 0);
  for (const ApertureRun& run : mask.runs) {
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) set[(run.dy + mask.radius) * side + dx + mask.radius] = 1;
  }
  std::vector<ColumnRun> runs;
  for (int x = 0; x < side; ++x) {
    for (int y = 0; y < side; ++y) {
      if (set[y * side + x] == 0) continue;
      const int top = y;
      while (y + 1 < side && set[(y + 1) * side + x] != 0) ++y;
      runs.push_back({x - mask.radius, top - mask.radius, y - mask.radius});
    }
  }
  return runs;
}

ApertureMask mirrored(ApertureMask mask) {
  std::reverse(mask.runs.begin(), mask.runs.end());
  for (ApertureRun& run : mask.runs) run = {-run.dy, 1 - run.dx_end, 1 - run.dx_begin};
  return mask;
}

}  // namespace v1
}  // namespace relievo
