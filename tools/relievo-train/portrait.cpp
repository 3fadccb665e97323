#include "portrait.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <vector>

#include "common/depth_metrics.hpp"

namespace tool {
namespace {

constexpr int covered = 128;

// Along the row, to the next pixel within the mask; `far` without one.
std::vector<int> distances_in_rows(const relievo::ImageView& mask, int far) {
  std::vector<int> out;
  for (int y = 0; y < mask.height; ++y) {
    const auto* row = mask.row<std::uint8_t>(y);
    const std::size_t first = out.size();
    int distance = far;
    for (int x = 0; x < mask.width; ++x) {
      distance = row[x] >= covered ? 0 : std::min(distance + 1, far);
      out.push_back(distance);
    }
    for (int x = mask.width - 1; x >= 0; --x) {
      int& here = out[first + static_cast<std::size_t>(x)];
      here = std::min(here, distance);
      distance = std::min(here + 1, far);
    }
  }
  return out;
}

int width_of(const relievo::ImageView& mask) {
  int left = mask.width, right = -1;
  for (int y = 0; y < mask.height; ++y) {
    const auto* row = mask.row<std::uint8_t>(y);
    for (int x = 0; x < mask.width; ++x) {
      if (row[x] < covered) continue;
      left = std::min(left, x);
      right = std::max(right, x);
    }
  }
  return std::max(right - left + 1, 0);
}

}  // namespace

double figure_contrast(const relievo::ImageView& relative, const relievo::ImageView& mask) {
  const double radius = width_of(mask) / 5.0;
  const int reach = static_cast<int>(radius);
  const std::vector<int> rows = distances_in_rows(mask, reach + 1);
  const auto is_near = [&](int x, int y) {
    for (int other = std::max(0, y - reach); other <= std::min(mask.height - 1, y + reach); ++other) {
      const double across = rows[static_cast<std::size_t>(other) * mask.width + x], along = other - y;
      if (across * across + along * along <= radius * radius) return true;
    }
    return false;
  };
  std::vector<double> inside, around;
  for (int y = 0; y < mask.height; ++y) {
    for (int x = 0; x < mask.width; ++x) {
      const double value = relative.row<float>(y)[x];
      if (mask.row<std::uint8_t>(y)[x] >= covered) {
        inside.push_back(value);
      } else if (is_near(x, y)) {
        around.push_back(value);
      }
    }
  }
  if (inside.empty() || around.empty()) return std::numeric_limits<double>::quiet_NaN();
  return median(std::move(inside)) - median(std::move(around));
}

}  // namespace tool
