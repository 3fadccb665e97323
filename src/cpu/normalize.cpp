// A depth map's values as relative disparity without holes.
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "cpu/cpu_engine.hpp"
#include "kernels/relative.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// True if the row has any known value.
bool fill_row(float* row, int width) {
  float before = nan;
  int first_unknown = 0;
  for (int x = 0; x < width; ++x) {
    if (row[x] != row[x]) continue;
    if (first_unknown < x) std::fill(row + first_unknown, row + x, filled_between(before, row[x]));
    before = row[x];
    first_unknown = x + 1;
  }
  if (first_unknown == 0) return false;
  std::fill(row + first_unknown, row + width, before);
  return true;
}

}  // namespace

void CpuEngine::normalize(const ImageView& in, const MutableImageView& out, bool inverse, double low, double high) {
  parallel_rows(out.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const float* const from = in.row<float>(y);
      float* const to = out.row<float>(y);
      for (int x = 0; x < out.width; ++x) to[x] = normalized(from[x], inverse, low, high);
    }
  });
}

void CpuEngine::fill_unknown(const MutableImageView& values) {
  const int width = values.width, height = values.height;
  std::vector<std::uint8_t> known(static_cast<std::size_t>(height));
  parallel_rows(height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) known[static_cast<std::size_t>(y)] = fill_row(values.row<float>(y), width);
  });
  // The nearest row with known values above each, `height` where there is none, and below.
  std::vector<int> above(known.size()), below(known.size());
  for (int y = 0, nearest = height; y < height; ++y) {
    nearest = known[static_cast<std::size_t>(y)] != 0 ? y : nearest;
    above[static_cast<std::size_t>(y)] = nearest;
  }
  for (int y = height - 1, nearest = height; y >= 0; --y) {
    nearest = known[static_cast<std::size_t>(y)] != 0 ? y : nearest;
    below[static_cast<std::size_t>(y)] = nearest;
  }
  parallel_rows(height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const int up = above[static_cast<std::size_t>(y)], down = below[static_cast<std::size_t>(y)];
      if (up == y || (up == height && down == height)) continue;
      const float* const before = values.row<float>(up < height ? up : down);
      const float* const after = values.row<float>(down < height ? down : up);
      float* const row = values.row<float>(y);
      for (int x = 0; x < width; ++x) row[x] = filled_between(before[x], after[x]);
    }
  });
}

}  // namespace v1
}  // namespace relievo
