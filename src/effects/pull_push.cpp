#include "effects/pull_push.hpp"

#include <algorithm>
#include <vector>

namespace relievo {
inline namespace v1 {
namespace {

struct Level {
  int width, height;
  std::vector<float> value, weight;

  Level(int w, int h)
      : width(w), height(h), value(static_cast<std::size_t>(w) * h), weight(static_cast<std::size_t>(w) * h) {}
  std::size_t at(int x, int y) const { return static_cast<std::size_t>(y) * width + x; }
};

// Halves a grid given by `value(x, y)` and `weight(x, y)`.
template <class Value, class Weight>
Level pull(int width, int height, Value value, Weight weight) {
  Level out((width + 1) / 2, (height + 1) / 2);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      float sum = 0, total = 0;
      for (int j = 2 * y; j < std::min(2 * y + 2, height); ++j) {
        for (int i = 2 * x; i < std::min(2 * x + 2, width); ++i) {
          const float w = weight(i, j);
          if (w > 0) {
            sum += w * value(i, j);
            total += w;
          }
        }
      }
      out.value[out.at(x, y)] = total > 0 ? sum / total : 0;
      out.weight[out.at(x, y)] = std::min(total, 1.0f);
    }
  }
  return out;
}

float sample(const Level& level, int x, int y) {
  // The centre of fine pixel x lies at coarse coordinate (x + 0.5) / 2 - 0.5.
  const int x0 = std::clamp((x - 1) >> 1, 0, level.width - 1), x1 = std::min(x0 + 1, level.width - 1);
  const int y0 = std::clamp((y - 1) >> 1, 0, level.height - 1), y1 = std::min(y0 + 1, level.height - 1);
  const float fx = x == 0 ? 0 : (x & 1) != 0 ? 0.25f : 0.75f, fy = y == 0 ? 0 : (y & 1) != 0 ? 0.25f : 0.75f;
  const float top = level.value[level.at(x0, y0)] * (1 - fx) + level.value[level.at(x1, y0)] * fx;
  const float bottom = level.value[level.at(x0, y1)] * (1 - fx) + level.value[level.at(x1, y1)] * fx;
  return top * (1 - fy) + bottom * fy;
}

}  // namespace

void pull_push(const MutableImageView& values, const ImageView& known, int threshold) {
  const auto is_known = [&](int x, int y) { return known.row<std::uint8_t>(y)[x] >= threshold; };
  std::vector<Level> levels;
  levels.push_back(pull(
      values.width, values.height, [&](int x, int y) { return values.row<float>(y)[x]; },
      [&](int x, int y) { return is_known(x, y) ? 1.0f : 0.0f; }));
  while (levels.back().width > 1 || levels.back().height > 1) {
    const Level& fine = levels.back();
    levels.push_back(pull(
        fine.width, fine.height, [&](int x, int y) { return fine.value[fine.at(x, y)]; },
        [&](int x, int y) { return fine.weight[fine.at(x, y)]; }));
  }
  if (levels.back().weight[0] <= 0) return;
  for (std::size_t i = levels.size() - 1; i > 0; --i) {
    Level& fine = levels[i - 1];
    for (int y = 0; y < fine.height; ++y) {
      for (int x = 0; x < fine.width; ++x) {
        const std::size_t at = fine.at(x, y);
        const float w = fine.weight[at];
        if (w < 1) fine.value[at] = w * fine.value[at] + (1 - w) * sample(levels[i], x, y);
      }
    }
  }
  for (int y = 0; y < values.height; ++y) {
    float* row = values.row<float>(y);
    for (int x = 0; x < values.width; ++x) {
      if (!is_known(x, y)) row[x] = sample(levels[0], x, y);
    }
  }
}

}  // namespace v1
}  // namespace relievo
