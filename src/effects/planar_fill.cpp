#include "effects/planar_fill.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/engine.hpp"
#include "core/views.hpp"
#include "core/with_scalar.hpp"
#include "effects/least_squares.hpp"
#include "effects/planar_surface.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Holes closer to each other than this are one.
constexpr int cell = 8;
// How far around a hole pixels count, of the root of its area; at least and at most so many px.
constexpr double reach_share = 0.25;
constexpr int least_reach = 8, most_reach = 256;
// A larger step, of the range of values, is a step and no slope.
constexpr double slope_step = 0.04;
// The pixels that a slope is of lie this part of the root of a hole's area apart: one that goes on far must be right.
constexpr double slope_stride = 1.0 / 16;
// What departs from the surface by more than so many times what is usual has nothing to do with it.
constexpr float usual_times = 4;
// What floats hold beyond it is an accident.
constexpr float largest = 1e30f;

struct Box {
  int x0, y0, x1, y1;

  Box grown(int by, int width, int height) const {
    return {std::max(x0 - by, 0), std::max(y0 - by, 0), std::min(x1 + by, width), std::min(y1 + by, height)};
  }
  int width() const { return x1 - x0; }
  int height() const { return y1 - y0; }
};

struct Hole {
  Box box{1 << 30, 1 << 30, 0, 0};
  std::int64_t area = 0;
};

// The holes of a mask, told apart in cells.
class Holes {
 public:
  explicit Holes(const ImageView& mask)
      : mask_(mask), columns_((mask.width + cell - 1) / cell), rows_((mask.height + cell - 1) / cell) {
    labels_.assign(std::size_t(columns_) * std::size_t(rows_), 0);
    for (int y = 0; y < mask.height; ++y) {
      for (int x = 0; x < mask.width; ++x) {
        if (mask.row<std::uint8_t>(y)[x] != 0) label(x, y) = -1;
      }
    }
    for (int row = 0; row < rows_; ++row) {
      for (int column = 0; column < columns_; ++column) gather(column, row);
    }
    for (int y = 0; y < mask.height; ++y) {
      for (int x = 0; x < mask.width; ++x) {
        if (mask.row<std::uint8_t>(y)[x] == 0) continue;
        Hole& hole = all_[std::size_t(label(x, y)) - 1];
        ++hole.area;
        hole.box = {std::min(hole.box.x0, x), std::min(hole.box.y0, y), std::max(hole.box.x1, x + 1),
                    std::max(hole.box.y1, y + 1)};
      }
    }
  }

  const std::vector<Hole>& all() const { return all_; }
  bool holds(std::size_t index, int x, int y) const {
    return mask_.row<std::uint8_t>(y)[x] != 0 && labels_[at(x, y)] == int(index) + 1;
  }

 private:
  std::size_t at(int x, int y) const { return std::size_t(y / cell) * std::size_t(columns_) + std::size_t(x / cell); }
  int& label(int x, int y) { return labels_[at(x, y)]; }

  // Gives all cells that hang together with this one the next label.
  void gather(int column, int row) {
    std::vector<std::pair<int, int>> open{{column, row}};
    const auto next = int(all_.size()) + 1;
    const auto take = [&](int i, int j) {
      int& found = labels_[std::size_t(j) * std::size_t(columns_) + std::size_t(i)];
      if (found != -1) return false;
      found = next;
      return true;
    };
    if (!take(column, row)) return;
    all_.emplace_back();
    while (!open.empty()) {
      const auto [i, j] = open.back();
      open.pop_back();
      for (int v = std::max(j - 1, 0); v <= std::min(j + 1, rows_ - 1); ++v) {
        for (int u = std::max(i - 1, 0); u <= std::min(i + 1, columns_ - 1); ++u) {
          if (take(u, v)) open.emplace_back(u, v);
        }
      }
    }
  }

  const ImageView mask_;
  int columns_, rows_;
  std::vector<int> labels_;
  std::vector<Hole> all_;
};

// Distance of each pixel of a box from the nearest of a hole, in thirds of px (chamfer of 3 and 4: Borgefors, Computer
// Vision, Graphics and Image Processing 1986).
std::vector<int> distances(const Holes& holes, std::size_t index, const Box& box) {
  const int width = box.width(), height = box.height();
  std::vector<int> away(std::size_t(width) * std::size_t(height));
  const auto at = [&](int x, int y) -> int& { return away[std::size_t(y) * std::size_t(width) + std::size_t(x)]; };
  const auto near = [&](int x, int y, int step) {
    for (const auto& [dx, dy, cost] : {std::array{-1, 0, 3}, {-1, -1, 4}, {0, -1, 3}, {1, -1, 4}}) {
      const int u = x + step * dx, v = y + step * dy;
      if (u >= 0 && u < width && v >= 0 && v < height) at(x, y) = std::min(at(x, y), at(u, v) + cost);
    }
  };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      at(x, y) = holes.holds(index, box.x0 + x, box.y0 + y) ? 0 : 1 << 29;
      near(x, y, 1);
    }
  }
  for (int y = height - 1; y >= 0; --y) {
    for (int x = width - 1; x >= 0; --x) near(x, y, -1);
  }
  return away;
}

// One channel within a box around one hole.
class Patch {
 public:
  Image values;            // f32; what is not known follows
  Image known, band, rim;  // u8: all that is known, what is around the hole of it, and what is close

  Patch(Engine& engine, const Box& box, std::int64_t area, float radius)
      : values(box.width(), box.height(), f32_1),
        known(box.width(), box.height(), u8_1),
        band(box.width(), box.height(), u8_1),
        rim(box.width(), box.height(), u8_1),
        engine_(engine),
        width_(box.width()),
        height_(box.height()),
        radius_(int(std::lround(radius))),
        stride_(std::max(1, int(slope_stride * std::sqrt(double(area))))) {}

  void fill() {
    const PlanarSurface surface = fit_surface(values, band);
    const auto [low, high] = range();
    const double step = std::max(slope_step * double(high - low), surface.tolerance);
    Image rest(width_, height_, f32_1), level(width_, height_, f32_1);
    Image along(width_, height_, f32_1), down(width_, height_, f32_1);
    Image from_x(width_, height_, f32_1), from_y(width_, height_, f32_1);
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        rest.row<float>(y)[x] = float(double(values.row<float>(y)[x]) - surface.at(x, y));
        level.row<float>(y)[x] = along.row<float>(y)[x] = down.row<float>(y)[x] = 0;
        from_x.row<float>(y)[x] = float(x);
        from_y.row<float>(y)[x] = float(y);
      }
    }
    const float most = usual(rest, float(surface.tolerance));
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (std::fabs(rest.row<float>(y)[x]) > most) rim.row<std::uint8_t>(y)[x] = 0;
        if (rim.row<std::uint8_t>(y)[x] == 0) continue;
        const Plane plane = plane_around(rest, x, y, step);
        along.row<float>(y)[x] = float(plane.a / 2);
        down.row<float>(y)[x] = float(plane.b / 2);
        // Half of the value and half of the plane, as it is in the middle of the box.
        level.row<float>(y)[x] = (rest.row<float>(y)[x] + float(plane.at(middle_x(), middle_y()))) / 2;
      }
    }
    for (Image* const image : {&level, &along, &down, &from_x, &from_y}) {
      engine_.pull_push(image->mutable_view(), rim, 255);
    }
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (known.row<std::uint8_t>(y)[x] != 0) continue;
        // Planes lead on from the middle of the box, and values from where, on average, they were.
        const double dx = x - middle_x() + x - double(from_x.row<float>(y)[x]);
        const double dy = y - middle_y() + y - double(from_y.row<float>(y)[x]);
        const float departs =
            level.row<float>(y)[x] + along.row<float>(y)[x] * float(dx) + down.row<float>(y)[x] * float(dy);
        values.row<float>(y)[x] = std::clamp(float(surface.at(x, y)) + departs, low, high);
      }
    }
  }

 private:
  double middle_x() const { return 0.5 * width_; }
  double middle_y() const { return 0.5 * height_; }

  std::pair<float, float> range() const {
    float low = HUGE_VALF, high = -HUGE_VALF;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (band.row<std::uint8_t>(y)[x] == 0) continue;
        low = std::min(low, values.row<float>(y)[x]);
        high = std::max(high, values.row<float>(y)[x]);
      }
    }
    return low <= high ? std::pair{low, high} : std::pair{0.0f, 0.0f};
  }

  // The most that pixels depart from the surface by, but for those that have nothing to do with it.
  float usual(const Image& rest, float tolerance) const {
    std::vector<float> departures;
    for (int y = 0; y < height_; ++y) {
      for (int x = 0; x < width_; ++x) {
        if (band.row<std::uint8_t>(y)[x] != 0) departures.push_back(std::fabs(rest.row<float>(y)[x]));
      }
    }
    if (departures.empty()) return 0;
    const auto middle = departures.begin() + std::ptrdiff_t(departures.size() / 2);
    std::nth_element(departures.begin(), middle, departures.end());
    return std::max(usual_times * *middle, tolerance);
  }

  // Through the pixels of a window of which some are hidden, but for those beyond a step.
  Plane plane_around(const Image& rest, int x, int y, double step) const {
    LeastSquares sums;
    const float here = rest.row<float>(y)[x];
    for (int dy = -radius_; dy <= radius_; ++dy) {
      const int v = y + dy * stride_;
      if (v < 0 || v >= height_) continue;
      for (int dx = -radius_; dx <= radius_; ++dx) {
        const int u = x + dx * stride_;
        if (u < 0 || u >= width_ || known.row<std::uint8_t>(v)[u] == 0) continue;
        const float there = rest.row<float>(v)[u];
        if (std::fabs(double(there - here)) <= step) sums.add(u, v, double(there));
      }
    }
    return sums.plane();
  }

  Engine& engine_;
  int width_, height_, radius_, stride_;
};

template <class T>
void fill_hole(const Device& host, const MutableImageView& image, const ImageView& mask, const Holes& holes,
               std::size_t index, float radius) {
  const Hole& hole = holes.all()[index];
  const int channels = image.format.channels, colors = std::min(channels, 3);
  for (int c = 0; c < colors; ++c) {
    // As far as it takes to know something.
    for (int reach = std::clamp(int(reach_share * std::sqrt(double(hole.area))), least_reach, most_reach);;
         reach *= 2) {
      const Box box = hole.box.grown(reach, image.width, image.height);
      const std::vector<int> away = distances(holes, index, box);
      Patch patch(host.engine(), box, hole.area, radius);
      bool any = false;
      for (int y = 0; y < box.height(); ++y) {
        for (int x = 0; x < box.width(); ++x) {
          const float value = to_float(image.row<T>(box.y0 + y)[channels * (box.x0 + x) + c]);
          const int far = away[std::size_t(y) * std::size_t(box.width()) + std::size_t(x)];
          const bool known = mask.row<std::uint8_t>(box.y0 + y)[box.x0 + x] == 0 && std::fabs(value) < largest;
          patch.values.row<float>(y)[x] = known ? value : 0;
          patch.known.row<std::uint8_t>(y)[x] = known ? 255 : 0;
          patch.band.row<std::uint8_t>(y)[x] = known && far <= 3 * reach ? 255 : 0;
          patch.rim.row<std::uint8_t>(y)[x] = known && far <= 6 * radius ? 255 : 0;
          any = any || patch.band.row<std::uint8_t>(y)[x] != 0;
        }
      }
      const bool whole = box.width() == image.width && box.height() == image.height;
      if (!any && !(whole && reach > image.width + image.height)) continue;
      patch.fill();
      for (int y = 0; y < box.height(); ++y) {
        for (int x = 0; x < box.width(); ++x) {
          if (!holes.holds(index, box.x0 + x, box.y0 + y)) continue;
          image.row<T>(box.y0 + y)[channels * (box.x0 + x) + c] = from_float<T>(patch.values.row<float>(y)[x]);
        }
      }
      break;
    }
  }
}

}  // namespace

void planar_fill(const Device& host, const MutableImageView& image, const ImageView& mask, float radius,
                 const Progress& progress) {
  const Holes holes(mask);
  const std::size_t count = holes.all().size();
  with_scalar(image.format.scalar, [&](auto t) {
    for (std::size_t i = 0; i < count; ++i) {
      progress.report(double(i) / double(count), "fill");
      fill_hole<decltype(t)>(host, image, mask, holes, i, radius);
    }
  });
}

}  // namespace v1
}  // namespace relievo
