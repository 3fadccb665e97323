#include "io/palette.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

// Weight of a channel's error for the eye, from the shares of luma.
constexpr float channel_weight[3] = {0.8f, 1.3f, 0.6f};

constexpr int side = 33;  // 32 steps a channel and a plane of zeros
constexpr std::size_t at(int r, int g, int b) { return static_cast<std::size_t>((r * side + g) * side + b); }

struct Moment {
  double n = 0, r = 0, g = 0, b = 0, square = 0;
  Moment& add(const Moment& o, double sign = 1) {
    n += sign * o.n, r += sign * o.r, g += sign * o.g, b += sign * o.b, square += sign * o.square;
    return *this;
  }
  double energy() const { return n > 0 ? (r * r + g * g + b * b) / n : 0; }
};

// X. Wu, "Efficient statistical computations for optimal color quantization", Graphics Gems II, 1991.
class WuBoxes {
 public:
  explicit WuBoxes(const std::vector<std::uint32_t>& counts) : table_(static_cast<std::size_t>(side) * side * side) {
    for (std::size_t cell = 0; cell < counts.size(); ++cell) {
      if (!counts[cell]) continue;
      const double n = counts[cell];
      const int r = static_cast<int>(cell >> 12), g = static_cast<int>(cell >> 6 & 63), b = static_cast<int>(cell & 63);
      const double x = r * channel_weight[0], y = g * channel_weight[1], z = b * channel_weight[2];
      table_[at(r / 2 + 1, g / 2 + 1, b / 2 + 1)].add({n, n * x, n * y, n * z, n * (x * x + y * y + z * z)});
    }
    for (int r = 1; r < side; ++r) {
      for (int g = 1; g < side; ++g) {
        Moment line;
        for (int b = 1; b < side; ++b) {
          line.add(table_[at(r, g, b)]);
          Moment sum = line;
          sum.add(table_[at(r - 1, g, b)]).add(table_[at(r, g - 1, b)]).add(table_[at(r - 1, g - 1, b)], -1);
          table_[at(r, g, b)] = sum;
        }
      }
    }
  }

  /// Means of at most `most` boxes, in channel units of 6 bits.
  std::vector<std::array<float, 3>> means(std::size_t most) {
    std::vector<Box> boxes = {whole()};
    while (boxes.size() < most) {
      const auto widest = std::max_element(boxes.begin(), boxes.end(),
                                           [](const Box& a, const Box& b) { return a.variance < b.variance; });
      if (!(widest->variance > 0)) break;
      Box rest;
      if (cut(*widest, rest)) {
        boxes.push_back(rest);
      } else {
        widest->variance = 0;
      }
    }
    std::vector<std::array<float, 3>> result;
    for (const Box& box : boxes) {
      const Moment m = sum(box);
      if (m.n > 0) {
        result.push_back({static_cast<float>(m.r / m.n) / channel_weight[0],
                          static_cast<float>(m.g / m.n) / channel_weight[1],
                          static_cast<float>(m.b / m.n) / channel_weight[2]});
      }
    }
    return result;
  }

 private:
  struct Box {
    std::array<int, 3> low{0, 0, 0}, high{0, 0, 0};  // above low, up to high
    double variance = 0;
  };

  Moment sum(const Box& box) const {
    const auto& [r0, g0, b0] = box.low;
    const auto& [r1, g1, b1] = box.high;
    Moment m = table_[at(r1, g1, b1)];
    m.add(table_[at(r1, g1, b0)], -1).add(table_[at(r1, g0, b1)], -1).add(table_[at(r0, g1, b1)], -1);
    m.add(table_[at(r1, g0, b0)]).add(table_[at(r0, g1, b0)]).add(table_[at(r0, g0, b1)]);
    return m.add(table_[at(r0, g0, b0)], -1);
  }
  void measure(Box& box) const {
    const Moment m = sum(box);
    const bool single = box.high[0] - box.low[0] == 1 && box.high[1] - box.low[1] == 1 && box.high[2] - box.low[2] == 1;
    box.variance = single ? 0 : m.square - m.energy();
  }
  Box whole() const {
    Box box;
    box.high = {side - 1, side - 1, side - 1};
    measure(box);
    return box;
  }
  bool cut(Box& box, Box& rest) const {
    const Moment all = sum(box);
    double best = 0;
    Box best_low, best_high;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      for (int position = box.low[axis] + 1; position < box.high[axis]; ++position) {
        Box low = box, high = box;
        low.high[axis] = high.low[axis] = position;
        const Moment part = sum(low);
        Moment other = all;
        other.add(part, -1);
        if (!(part.n > 0.5) || !(other.n > 0.5)) continue;
        const double energy = part.energy() + other.energy();
        if (energy > best) best = energy, best_low = low, best_high = high;
      }
    }
    if (!(best > 0)) return false;
    measure(best_low), measure(best_high);
    box = best_low;
    rest = best_high;
    return true;
  }

  std::vector<Moment> table_;
};

struct Point {
  float r, g, b;  // weighted, in units of 8 bits
};

Point point_of(std::size_t cell) {
  // 6 bits spread over 0..255 so that white stays white.
  const auto level = [](std::size_t v) { return static_cast<float>(v << 2 | v >> 4); };
  return {level(cell >> 12) * channel_weight[0], level(cell >> 6 & 63) * channel_weight[1],
          level(cell & 63) * channel_weight[2]};
}

struct Points {
  alignas(64) float r[256], g[256], b[256];
  int count = 0;

  void distances(Point p, float* out) const {
    for (int i = 0; i < 256; ++i) {
      const float x = r[i] - p.r, y = g[i] - p.g, z = b[i] - p.b;
      out[i] = x * x + y * y + z * z;
    }
  }
  int nearest(Point p) const {
    alignas(64) float d[256];
    distances(p, d);
    return static_cast<int>(std::min_element(d, d + count) - d);
  }
};

void refine(Points& points, const std::vector<std::uint32_t>& used, const std::vector<std::uint32_t>& counts) {
  constexpr int rounds = 3;
  std::vector<std::uint8_t> owner(used.size());
  for (int round = 0; round < rounds; ++round) {
    tbb::parallel_for(tbb::blocked_range<std::size_t>(0, used.size(), 512), [&](const auto& range) {
      for (std::size_t i = range.begin(); i < range.end(); ++i) {
        owner[i] = static_cast<std::uint8_t>(points.nearest(point_of(used[i])));
      }
    });
    std::vector<Moment> sums(256);
    for (std::size_t i = 0; i < used.size(); ++i) {
      const Point p = point_of(used[i]);
      const double n = counts[used[i]];
      sums[owner[i]].add({n, n * p.r, n * p.g, n * p.b, 0});
    }
    for (int i = 0; i < points.count; ++i) {
      const Moment& m = sums[static_cast<std::size_t>(i)];
      if (!(m.n > 0)) continue;
      points.r[i] = static_cast<float>(m.r / m.n);
      points.g[i] = static_cast<float>(m.g / m.n);
      points.b[i] = static_cast<float>(m.b / m.n);
    }
  }
}

// Ranks 0..63 of Bayer's pattern.
constexpr std::array<std::array<std::uint8_t, 8>, 8> bayer = [] {
  std::array<std::array<std::uint8_t, 8>, 8> pattern{};
  for (unsigned y = 0; y < 8; ++y) {
    for (unsigned x = 0; x < 8; ++x) {
      unsigned rank = 0;
      for (unsigned bit = 0; bit < 3; ++bit) {
        const unsigned xb = x >> bit & 1, yb = y >> bit & 1;
        rank |= (xb ^ yb) << (5 - 2 * bit) | yb << (4 - 2 * bit);
      }
      pattern[y][x] = static_cast<std::uint8_t>(rank);
    }
  }
  return pattern;
}();

}  // namespace

Palette::Palette(const std::vector<std::uint32_t>& counts) : mixes_(cells, Mix{0, 0, 0}) {
  std::vector<std::uint32_t> used;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i]) used.push_back(static_cast<std::uint32_t>(i));
  }
  Points points;
  std::fill_n(points.r, 256, 1e6f), std::fill_n(points.g, 256, 1e6f), std::fill_n(points.b, 256, 1e6f);
  const auto put = [&](Point p) {
    points.r[points.count] = p.r, points.g[points.count] = p.g, points.b[points.count] = p.b;
    ++points.count;
  };
  if (used.size() <= colors) {
    for (std::uint32_t cell : used) put(point_of(cell));
  } else {
    constexpr float spread = 255.0f / 63.0f;
    for (const auto& mean : WuBoxes(counts).means(colors)) {
      put({mean[0] * spread * channel_weight[0], mean[1] * spread * channel_weight[1],
           mean[2] * spread * channel_weight[2]});
    }
    refine(points, used, counts);
  }
  const auto level = [](float v, int channel) {
    return static_cast<std::uint8_t>(std::clamp(std::lround(v / channel_weight[channel]), 0l, 255l));
  };
  for (int i = 0; i < points.count; ++i) {
    entries_.push_back({level(points.r[i], 0), level(points.g[i], 1), level(points.b[i], 2)});
  }

  // A mix of two colours lies nearer to the cell than either, but the farther the two are from each
  // other the more their pattern shows.
  constexpr float pattern_cost = 0.08f;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, used.size(), 512), [&](const auto& range) {
    alignas(64) float d[256];
    for (std::size_t u = range.begin(); u < range.end(); ++u) {
      const Point p = point_of(used[u]);
      points.distances(p, d);
      const int first = static_cast<int>(std::min_element(d, d + points.count) - d);
      float least = d[first];
      int second = first;
      float part = 0;
      const float px = p.r - points.r[first], py = p.g - points.g[first], pz = p.b - points.b[first];
      for (int j = 0; j < points.count; ++j) {
        const float x = points.r[j] - points.r[first], y = points.g[j] - points.g[first],
                    z = points.b[j] - points.b[first];
        const float length = x * x + y * y + z * z;
        if (!(length > 0)) continue;
        const float t = std::clamp((px * x + py * y + pz * z) / length, 0.0f, 0.5f);
        const float ex = px - t * x, ey = py - t * y, ez = pz - t * z;
        const float cost = ex * ex + ey * ey + ez * ez + pattern_cost * t * length;
        if (cost < least) least = cost, second = j, part = t;
      }
      // The lower index first, so that neighbouring cells mix the same pair in the same phase.
      Mix mix{static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second),
              static_cast<std::uint8_t>(std::lround(part * 64))};
      if (second < first) mix = {mix.second, mix.first, static_cast<std::uint8_t>(64 - mix.part)};
      mixes_[used[u]] = mix;
    }
  });
}

void Palette::map_row(const std::uint8_t* rgb, int width, int y, std::uint8_t* indices) const {
  const auto& thresholds = bayer[static_cast<std::size_t>(y & 7)];
  for (int x = 0; x < width; ++x, rgb += 3) {
    const Mix mix = mixes_[cell(rgb)];
    indices[x] = thresholds[static_cast<std::size_t>(x & 7)] < mix.part ? mix.second : mix.first;
  }
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
