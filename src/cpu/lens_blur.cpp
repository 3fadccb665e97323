// A lens over layers, tile by tile in the cache: of each layer that is still seen there, from near to far, the blurs
// that its circles of confusion lie between, mixed, and composited. A blur slides the aperture down: a column run of it
// gains the pixel below and loses the one at its top, whatever the shape. Sums are integers and exact; as many
// differences are added in narrow lanes as the light of the tile lets fit. Wide apertures slide over means of 2 x 2 or
// 4 x 4 pixels.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "cpu/lens_loops.hpp"
#include "kernels/lens.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int tile_columns = 320, tile_rows = 96;
// Rows of a tile are as long as a multiple of this.
constexpr int tile_pad = 64;
// What a level is cut into.
constexpr int group_columns = 64;
constexpr int most_planes = 4;
// Side of the cells by which coverage is known in advance.
constexpr int cell = 32;

// The light of a code.
struct NarrowLight {
  using Light = std::int16_t;
  using Sum = std::int32_t;
  const std::int16_t* table;

  static int group_of(std::int32_t range) { return 32767 / std::max(range, 1); }
  std::int16_t operator()(std::uint8_t code) const { return table[code]; }
};
struct WideLight {
  using Light = std::int32_t;
  using Sum = double;
  const std::int32_t* table;
  int curve;
  float gain;

  static int group_of(std::int32_t range) { return std::numeric_limits<std::int32_t>::max() / std::max(range, 1); }
  std::int32_t operator()(std::uint16_t code) const { return table[code]; }
  std::int32_t operator()(Half code) const { return table[code.bits]; }
  std::int32_t operator()(float code) const { return lens_light(curve, code, gain); }
};

struct Cover {
  bool any = true, all = true;
};

// A part of the picture, and planes of its size.
struct Tile {
  int x0, y0, columns, rows, pitch;
  ThreadScratch& scratch;
  float *seen = nullptr, *position = nullptr, *alpha = nullptr, *blur = nullptr;
  float *light[3] = {}, *sum[3] = {};
  std::int16_t* front = nullptr;  // the layer whose own colour a pixel keeps, or -1
};

// A layer around a tile: premultiplied light and, where it is not opaque, coverage. (left, top) is its corner in the
// picture, or in one of half or a quarter of the size.
template <class Light>
struct Strip {
  Light* plane[most_planes] = {};
  int group[most_planes] = {};  // differences of so many pixels add up in a lane
  int left = 0, top = 0, rows = 0;
  std::ptrdiff_t pitch = 0;

  const Light* at(int c, int x, int y) const { return plane[c] + (y - top) * pitch + (x - left); }
};

// Pixels of a picture, or of a smaller one, and floats of them.
struct Part {
  int x, y, columns, rows;

  std::size_t size() const { return std::size_t(columns) * rows; }
};
struct Plane {
  Part part;
  float* data;

  float* row(int y) const { return data + std::ptrdiff_t{part.columns} * (y - part.y); }
};

constexpr int floor_to(int i, int multiple) {
  return i >= 0 ? i / multiple * multiple : -((multiple - 1 - i) / multiple * multiple);
}

template <class Code, class Read>
class LensTiles {
 public:
  using Light = typename Read::Light;
  using Sum = typename Read::Sum;

  LensTiles(const LayerView* layers, int count, const LensBlur& lens, const Read& read, int first_row,
            const MutableImageView& out, const MutableImageView& coverage, const MutableImageView& blur)
      : layers_(layers),
        count_(count),
        lens_(lens),
        read_(read),
        first_row_(first_row),
        out_(out),
        coverage_(coverage),
        blur_(blur),
        width_(out.width),
        height_(layers[0].color.height),
        planes_(out.format.channels),
        reach_(lens_reach(lens.radii[lens.count - 1])),
        first_cell_(std::max(first_row - reach_, 0) / cell),
        cell_rows_((std::min(first_row + out.height + reach_, height_) + cell - 1) / cell - first_cell_),
        cells_across_((width_ + cell - 1) / cell),
        covered_(std::size_t(count) * cell_rows_ * cells_across_) {
    for (int i = 0; i < lens.count; ++i) {
      inverse_steps_.push_back(i == 0 ? 0 : inverse_of_step(lens.radii[i] - lens.radii[i - 1]));
    }
  }

  // Rows of cells of all layers.
  int cell_rows() const { return count_ * cell_rows_; }

  void measure_cells(int row) {
    const int layer = row / cell_rows_, y = first_cell_ + row % cell_rows_;
    const ImageView& coverage = layers_[layer].coverage;
    if (coverage.empty()) return;
    for (int x = 0; x < cells_across_; ++x) {
      Cover& here = covered_[cell_index(layer, x, y)];
      lens::covered(coverage.row<std::uint8_t>(y * cell) + x * cell, coverage.stride, std::min(cell, width_ - x * cell),
                    std::min(cell, height_ - y * cell), &here.any, &here.all);
    }
  }

  // Columns x0 .. x1 - 1 of rows y0 .. y1 - 1 of the scene.
  void tile(int x0, int x1, int y0, int y1, ThreadScratch& scratch) const {
    Tile t{x0, y0, x1 - x0, y1 - y0, (x1 - x0 + tile_pad - 1) / tile_pad * tile_pad, scratch};
    const std::size_t size = std::size_t(t.pitch) * t.rows;
    t.seen = scratch.take<float>(size);
    t.position = scratch.take<float>(size);
    t.alpha = scratch.take<float>(size);
    t.front = scratch.take<std::int16_t>(size);
    for (int c = 0; c < planes_; ++c) {
      t.light[c] = scratch.take<float>(size);
      t.sum[c] = scratch.take<float>(size);
      std::fill_n(t.sum[c], size, 0.0f);
    }
    std::fill_n(t.front, size, std::int16_t{-1});
    for (int y = 0; y < t.rows; ++y) {
      std::fill_n(t.seen + y * t.pitch, t.columns, 1.0f);
      std::fill_n(t.seen + y * t.pitch + t.columns, t.pitch - t.columns, 0.0f);
    }
    if (!blur_.empty()) {
      t.blur = scratch.take<float>(size);
      std::fill_n(t.blur, size, 0.0f);
    }
    const ThreadScratch::Mark mark = scratch.mark();
    for (int i = count_ - 1; i >= 0; --i) {
      layer(t, i);
      scratch.release(mark);
      if (std::all_of(t.seen, t.seen + size, [](float seen) { return seen == 0; })) break;
    }
    finish(t);
  }

 private:
  // Coverage of the cells of a part of the picture and of `r` px around it.
  Cover coverage_around(const Part& part, int layer, int r) const {
    if (layers_[layer].coverage.empty()) return {};
    const int left = std::max(part.x - r, 0) / cell, right = (std::min(part.x + part.columns + r, width_) - 1) / cell;
    const int top = std::max(part.y - r, 0) / cell, bottom = (std::min(part.y + part.rows + r, height_) - 1) / cell;
    Cover cover{false, true};
    for (int y = top; y <= bottom; ++y) {
      for (int x = left; x <= right; ++x) {
        const Cover& here = covered_[cell_index(layer, x, y)];
        cover = {cover.any || here.any, cover.all && here.all};
      }
    }
    return cover;
  }

  std::size_t cell_index(int layer, int x, int y) const {
    return (std::size_t(layer) * cell_rows_ + y - first_cell_) * cells_across_ + x;
  }

  const LensAperture& aperture_of(int level) const {
    return level < 0 ? lens_.far_apertures[-level] : lens_.near_apertures[level];
  }

  // Nothing is looked for where a layer is out of reach.
  void forget_unreached(Tile& t, int index, int around) const {
    for (int y = t.y0; y < t.y0 + t.rows; y = (y / cell + 1) * cell) {
      const int rows = std::min((y / cell + 1) * cell, t.y0 + t.rows) - y;
      for (int x = t.x0; x < t.x0 + t.columns; x += cell) {
        if (coverage_around({x, y, cell, rows}, index, around).any) continue;
        for (int i = y - t.y0; i < y - t.y0 + rows; ++i) {
          std::fill_n(t.position + std::ptrdiff_t{i} * t.pitch + x - t.x0, cell, lens::nowhere);
        }
      }
    }
  }

  void layer(Tile& t, int index) const {
    const Part whole{t.x0, t.y0, t.columns, t.rows};
    if (!coverage_around(whole, index, reach_).any) return;
    const lens::Curve curve{lens_.focus, lens_.range, lens_.scale, lens_.radii, inverse_steps_.data(), lens_.count};
    float low = lens::nowhere, high = -lens::nowhere;
    for (int y = 0; y < t.rows; ++y) {
      // Rows of the image have no memory behind them.
      std::memcpy(t.alpha, layers_[index].disparity.row<float>(t.y0 + y) + t.x0,
                  std::size_t(t.columns) * sizeof(float));
      std::fill(t.alpha + t.columns, t.alpha + t.pitch, 0.0f);
      lens::positions(t.alpha, t.seen + y * t.pitch, curve, t.position + y * t.pitch, t.pitch, &low, &high);
    }
    if (low > high) return;
    const int first = static_cast<int>(std::floor(low)), last = static_cast<int>(std::ceil(high));
    int around = 0, step = 1;
    for (const int level : {first, last}) {
      around = std::max(around, static_cast<int>(lens_.radii[std::abs(level)]));
      step = std::max(step, aperture_of(level).step);
    }
    // Means of four pixels on a side reach two of them farther.
    if (step > 1) around += 2 * step;
    const Cover covered = coverage_around(whole, index, around);
    if (!covered.any) return;
    if (!covered.all) forget_unreached(t, index, around);
    Strip<Light> strips[3];
    strips[0] = read_strip(t, index, around, step, covered.all);
    const int planes = covered.all ? planes_ : planes_ + 1;
    if (step > 1) strips[1] = halved(strips[0], planes, t.scratch);
    if (step > 2) strips[2] = halved(strips[1], planes, t.scratch);

    const std::size_t size = std::size_t(t.pitch) * t.rows;
    for (int c = 0; c < planes; ++c) std::fill_n(plane_of(t, c), size, 0.0f);
    for (int level = first; level <= last; ++level) add_level(t, strips, planes, level);

    for (int y = 0; y < t.rows; ++y) {
      const std::ptrdiff_t at = y * t.pitch;
      const float* const light[3] = {t.light[0] + at, t.light[1] + at, t.light[2] + at};
      float* const sum[3] = {t.sum[0] + at, t.sum[1] + at, t.sum[2] + at};
      const float* const alpha = covered.all ? nullptr : t.alpha + at;
      if (sizeof(Code) > 1) keep_fronts(t, strips[0], alpha, index, y);
      if (t.blur != nullptr) add_blur(t, alpha, y);
      lens::behind(light, alpha, planes_, t.seen + at, sum, t.pitch);
    }
  }

  // Light, premultiplied, and coverage of the tile and `around` it, borders repeated.
  Strip<Light> read_strip(Tile& t, int index, int around, int step, bool opaque) const {
    const LayerView& layer = layers_[index];
    Strip<Light> strip;
    strip.left = floor_to(t.x0 - around, step);
    strip.top = floor_to(t.y0 - around, step);
    strip.rows = floor_to(t.y0 + t.rows + around - strip.top + step - 1, step);
    // Sweeps read whole vectors, of columns that a tile has not.
    strip.pitch = floor_to(t.x0 - strip.left + t.pitch + around + (step == 1 ? 0 : 16 * step * step) + 63, 64);
    const int left = std::max(strip.left, 0), right = std::min(t.x0 + t.columns + around + step - 1, width_);
    const int top = std::max(strip.top, 0), bottom = std::min(strip.top + strip.rows, height_);
    const int planes = opaque ? planes_ : planes_ + 1;
    for (int c = 0; c < planes; ++c) strip.plane[c] = t.scratch.take<Light>(std::size_t(strip.pitch) * strip.rows);
    const int skip = left - strip.left, n = right - left;
    for (int y = top; y < bottom; ++y) {
      Light* to[most_planes];
      for (int c = 0; c < planes; ++c) to[c] = strip.plane[c] + (y - strip.top) * strip.pitch;
      // Columns of the cells that the layer covers.
      int from = left, to_end = right;
      if (!opaque) {
        while (from < right && !covered_[cell_index(index, from / cell, y / cell)].any) from = (from / cell + 1) * cell;
        while (to_end > from && !covered_[cell_index(index, (to_end - 1) / cell, y / cell)].any) {
          to_end = (to_end - 1) / cell * cell;
        }
        from = std::min(from, right);
        to_end = std::max(to_end, from);
        for (int c = 0; c < planes; ++c) {
          std::fill_n(to[c] + skip, from - left, Light{0});
          std::fill_n(to[c] + skip + to_end - left, right - to_end, Light{0});
        }
      }
      const int first = skip + from - left, count = to_end - from;
      read_row(layer.color.row<Code>(y) + std::ptrdiff_t{planes_} * from, count, to, first);
      if (!opaque) {
        const std::uint8_t* const coverage = layer.coverage.row<std::uint8_t>(y) + from;
        Cover cover;
        lens::covered(coverage, 0, count, 1, &cover.any, &cover.all);
        for (int c = 0; c < planes_ && !cover.all; ++c) lens::cover_row(to[c] + first, coverage, count);
        for (int x = 0; x < count; ++x) to[planes_][first + x] = coverage[x];
      }
      for (int c = 0; c < planes; ++c) {
        std::fill_n(to[c], skip, to[c][skip]);
        std::fill(to[c] + skip + n, to[c] + strip.pitch, to[c][skip + n - 1]);
      }
    }
    for (int c = 0; c < planes; ++c) {
      for (int y = 0; y < strip.rows; ++y) {
        const int from = std::clamp(strip.top + y, top, bottom - 1) - strip.top;
        if (from != y) {
          std::copy_n(strip.plane[c] + from * strip.pitch, strip.pitch, strip.plane[c] + y * strip.pitch);
        }
      }
      strip.group[c] = Read::group_of(lens::range_of(strip.plane[c], strip.pitch * strip.rows));
    }
    return strip;
  }

  void read_row(const Code* from, int n, Light* const* to, int skip) const {
    if (planes_ == 1) {
      for (int x = 0; x < n; ++x) to[0][skip + x] = read_(from[x]);
      return;
    }
    Light* const red = to[0] + skip;
    Light* const green = to[1] + skip;
    Light* const blue = to[2] + skip;
    for (int x = 0; x < n; ++x) {
      red[x] = read_(from[3 * x]);
      green[x] = read_(from[3 * x + 1]);
      blue[x] = read_(from[3 * x + 2]);
    }
  }

  static Strip<Light> halved(const Strip<Light>& from, int planes, ThreadScratch& scratch) {
    Strip<Light> to;
    to.left = from.left / 2;
    to.top = from.top / 2;
    to.rows = from.rows / 2;
    to.pitch = from.pitch / 2;
    for (int c = 0; c < planes; ++c) {
      to.plane[c] = scratch.take<Light>(std::size_t(to.pitch) * to.rows);
      to.group[c] = from.group[c];
      for (int y = 0; y < to.rows; ++y) {
        const Light* const upper = from.plane[c] + 2 * y * from.pitch;
        lens::halve_row(upper, upper + from.pitch, to.plane[c] + y * to.pitch, static_cast<int>(to.pitch));
      }
    }
    return to;
  }

  // The aperture of a level as it slides over a strip, and as it lies on column prefix sums.
  struct Walk {
    lens::Slide* slides;
    int *bottom, *top;
    int count, area, radius;
  };

  // For n columns.
  Walk walk(const Tile& t, int level, std::ptrdiff_t pitch, int n) const {
    const LensAperture& aperture = aperture_of(level);
    const int r = aperture.mask.radius, reach = n + 2 * r;
    const std::size_t most = aperture.columns.size();
    Walk w{t.scratch.take<lens::Slide>(most), t.scratch.take<int>(most), t.scratch.take<int>(most), 0, 0, r};
    const auto take_run = [&](const ColumnRun& run) {
      w.slides[w.count] = {(run.bottom + 1) * pitch + run.dx, run.top * pitch + run.dx};
      w.bottom[w.count] = (run.bottom + 1 + r) * reach + run.dx + r;
      w.top[w.count] = (run.top + r) * reach + run.dx + r;
      w.area += run.bottom - run.top + 1;
      ++w.count;
    };
    if (lens_.cats_eye > 0) {
      // Beyond the focus a light is seen as the aperture lies, before it turned by half a turn; what is gathered under
      // lies the other way.
      const auto turned = static_cast<float>(level < 0 ? r : -r);
      const float half_diagonal = 0.5f * std::hypot(static_cast<float>(width_), static_cast<float>(height_));
      const float shift_x = turned * barrel_shift(t.x0, width_, half_diagonal, lens_.cats_eye);
      const float shift_y = turned * barrel_shift(t.y0, height_, half_diagonal, lens_.cats_eye);
      for (const ColumnRun& run : aperture.columns) {
        int first = 0, last = 0;
        barrel_span(run.dx, r, shift_x, shift_y, &first, &last);
        const ColumnRun left{run.dx, std::max(run.top, first), std::min(run.bottom, last)};
        if (left.top <= left.bottom) take_run(left);
      }
    }
    if (w.count == 0) {
      for (const ColumnRun& run : aperture.columns) take_run(run);
    }
    return w;
  }

  void add_level(Tile& t, const Strip<Light>* strips, int planes, int level) const {
    const lens::Box box = lens::box_of(t.position, t.pitch, t.pitch, t.rows, static_cast<float>(level));
    if (box.top >= box.bottom) return;
    const ThreadScratch::Mark mark = t.scratch.mark();
    const int n = box.right - box.left, rows = box.bottom - box.top;
    const int x = t.x0 + box.left, y = t.y0 + box.top;
    const std::ptrdiff_t first = box.top * t.pitch + box.left;
    const auto at = static_cast<float>(level);
    const int step = aperture_of(level).step;
    if (level == 0) {
      for (int c = 0; c < planes; ++c) {
        const float scale = c == planes_ ? 1.0f / lens_opaque : 1;
        for (int i = 0; i < rows; ++i) {
          const std::ptrdiff_t row = first + i * t.pitch;
          lens::add_weighted(strips[0].at(c, x, y + i), t.position + row, at, scale, plane_of(t, c) + row, n);
        }
      }
    } else if (step == 1) {
      // Levels often lie aslant, so that each group of columns needs few of the rows.
      for (int left = box.left; left < box.right; left += group_columns) {
        const int columns = std::min(group_columns, box.right - left);
        const lens::Box part = lens::box_of(t.position + first - box.left + left, t.pitch, columns, rows, at);
        if (part.top >= part.bottom) continue;
        const ThreadScratch::Mark part_mark = t.scratch.mark();
        const Walk w = walk(t, level, strips[0].pitch, columns);
        const std::ptrdiff_t from = first - box.left + left + part.top * t.pitch;
        for (int c = 0; c < planes; ++c) {
          slide(t, strips[0], c, w, t.x0 + left, y + part.top, columns, part.bottom - part.top,
                {t.position + from, at, plane_of(t, c) + from, t.pitch});
        }
        t.scratch.release(part_mark);
      }
    } else {
      // Of the picture of half the size, what the box lies between; of a quarter, what that lies between.
      const Part half = between({x, y, n, rows});
      const Part part = step == 2 ? half : between(half);
      const Strip<Light>& strip = strips[step / 2];
      const Walk w = walk(t, level, strip.pitch, part.columns);
      Plane means{part, t.scratch.take<float>(part.size())}, halves = means;
      if (step > 2) halves = {half, t.scratch.take<float>(half.size())};
      float* const line = t.scratch.take<float>(std::size_t(n) + tile_pad);
      for (int c = 0; c < planes; ++c) {
        slide(t, strip, c, w, part.x, part.y, part.columns, part.rows, {nullptr, 0, means.data, part.columns});
        for (int i = 0; i < half.rows && step > 2; ++i) {
          double_row(means, half.x, half.y + i, half.columns, halves.row(half.y + i));
        }
        for (int i = 0; i < rows; ++i) {
          const std::ptrdiff_t row = first + i * t.pitch;
          double_row(halves, x, y + i, n, line);
          lens::add_weighted(line, t.position + row, at, 1, plane_of(t, c) + row, n);
        }
      }
    }
    t.scratch.release(mark);
  }

  // The pixels of a picture of half the size that lie around those of a part.
  static Part between(const Part& part) {
    const int left = floor_to((part.x >> 1) - 1, 2), top = (part.y >> 1) - 1;
    const int columns = ((part.x + part.columns - 1) >> 1) + 2 - left;
    return {left, top, (columns + 31) / 32 * 32, ((part.y + part.rows - 1) >> 1) + 2 - top};
  }

  static void double_row(const Plane& from, int x, int y, int n, float* to) {
    const int near = y >> 1, far = y % 2 == 0 ? near - 1 : near + 1;
    const int column = (x >> 1) - from.part.x;
    lens::double_row(from.row(near) + column, from.row(far) + column, to, n / 2);
  }

  // Where means go.
  struct Target {
    const float* position;
    float level;
    float* to;
    std::ptrdiff_t pitch;
  };

  // Means of columns x .. x + n - 1 of rows y .. y + rows - 1 of a strip.
  void slide(Tile& t, const Strip<Light>& strip, int c, const Walk& w, int x, int y, int n, int rows,
             const Target& target) const {
    const ThreadScratch::Mark mark = t.scratch.mark();
    const int r = w.radius, side = 2 * r + 1, reach = n + 2 * r;
    Sum* const prefix = t.scratch.take<Sum>(std::size_t(reach) * (side + 1));
    Sum* const sums = t.scratch.take<Sum>(static_cast<std::size_t>(n));
    std::fill_n(prefix, reach, Sum{0});
    for (int i = 0; i < side; ++i) {
      const Light* const row = strip.at(c, x - r, y - r + i);
      const Sum* const above = prefix + std::ptrdiff_t{reach} * i;
      Sum* const below = prefix + std::ptrdiff_t{reach} * (i + 1);
      for (int k = 0; k < reach; ++k) below[k] = above[k] + row[k];
    }
    lens::add_columns(prefix, w.bottom, w.top, w.count, n, sums);
    const Sum one = static_cast<Sum>(w.area) * (c == planes_ ? lens_opaque : 1);
    lens::sweep(lens::Sweep<Light, Sum>{strip.at(c, x, y), strip.pitch, w.slides, w.count, strip.group[c], sums, n,
                                        rows, one, target.position, target.level, target.to, target.pitch});
    t.scratch.release(mark);
  }

  float* plane_of(const Tile& t, int c) const { return c == planes_ ? t.alpha : t.light[c]; }

  // Pixels that the foremost layer alone shows, and as they are: their codes stay.
  void keep_fronts(Tile& t, const Strip<Light>& strip, const float* alpha, int index, int y) const {
    const std::ptrdiff_t at = y * t.pitch;
    for (int x = 0; x < t.columns; ++x) {
      if (t.seen[at + x] != 1 || (alpha != nullptr && alpha[x] != 1)) continue;
      bool same = true;
      for (int c = 0; c < planes_; ++c) {
        const auto own = static_cast<float>(*strip.at(c, t.x0 + x, t.y0 + y));
        same = same && std::fabs(t.light[c][at + x] - own) < 0.5f;
      }
      if (same) t.front[at + x] = static_cast<std::int16_t>(index);
    }
  }

  // How much of what is seen is out of focus.
  static void add_blur(Tile& t, const float* alpha, int y) {
    const std::ptrdiff_t at = y * t.pitch;
    for (int x = 0; x < t.columns; ++x) {
      const float share = t.seen[at + x] * (alpha == nullptr ? 1 : alpha[x]);
      if (share > 0) t.blur[at + x] += share * std::min(std::fabs(t.position[at + x]), 1.0f);
    }
  }

  void finish(const Tile& t) const {
    for (int y = 0; y < t.rows; ++y) {
      const std::ptrdiff_t at = y * t.pitch;
      const int row = t.y0 + y - first_row_;
      Code* const to = out_.row<Code>(row) + std::ptrdiff_t{planes_} * t.x0;
      if constexpr (sizeof(Code) == 1) {
        look_up(t, at, to);
      } else {
        encode(t, at, t.y0 + y, to);
      }
      for (int x = 0; x < t.columns && !coverage_.empty(); ++x) {
        coverage_.row<std::uint8_t>(row)[t.x0 + x] = from_unit<std::uint8_t>(1 - t.seen[at + x]);
      }
      if (!blur_.empty()) std::copy_n(t.blur + at, t.columns, blur_.row<float>(row) + t.x0);
    }
  }

  void look_up(const Tile& t, std::ptrdiff_t at, std::uint8_t* to) const {
    const std::uint8_t* const codes = lens_.light->code.data();
    std::int32_t index[tile_columns];
    for (int c = 0; c < planes_; ++c) {
      lens::straight(t.sum[c] + at, t.seen + at, LensLight::codes_of_one, LensLight::codes - 1, index, t.pitch);
      for (int x = 0; x < t.columns; ++x) to[planes_ * x + c] = codes[index[x]];
    }
  }

  void encode(const Tile& t, std::ptrdiff_t at, int y, Code* to) const {
    const LensLight& light = *lens_.light;
    for (int x = 0; x < t.columns; ++x) {
      if (t.front[at + x] >= 0) {
        const Code* const own = layers_[t.front[at + x]].color.row<Code>(y) + std::ptrdiff_t{planes_} * (t.x0 + x);
        std::copy_n(own, planes_, to + planes_ * x);
        continue;
      }
      const float cover = 1 - t.seen[at + x];
      for (int c = 0; c < planes_; ++c) {
        const float value = cover > 0 ? t.sum[c][at + x] / cover : 0;
        to[planes_ * x + c] = from_unit<Code>(lens_code(value, static_cast<int>(light.transfer), light.gain,
                                                        LensLight::roots, light.code_of_root.data()));
      }
    }
  }

  const LayerView* layers_;
  int count_;
  const LensBlur& lens_;
  Read read_;
  int first_row_;
  const MutableImageView &out_, &coverage_, &blur_;
  int width_, height_, planes_, reach_;
  int first_cell_, cell_rows_, cells_across_;
  std::vector<Cover> covered_;  // of each layer's cells
  std::vector<float> inverse_steps_;
};

}  // namespace

void CpuEngine::lens_blur(const LayerView* layers, int count, const LensBlur& lens, int first_row,
                          const MutableImageView& out, const MutableImageView& coverage, const MutableImageView& blur) {
  const int columns = lens.cats_eye > 0 ? cats_eye_cell : tile_columns;
  const int rows = lens.cats_eye > 0 ? cats_eye_cell : tile_rows;
  const int across = (out.width + columns - 1) / columns;
  const int first_tile = first_row / rows, last_tile = (first_row + out.height + rows - 1) / rows;
  with_scalar(out.format.scalar, [&](auto t) {
    using Code = decltype(t);
    using Read = std::conditional_t<sizeof(Code) == 1, NarrowLight, WideLight>;
    Read read;
    if constexpr (sizeof(Code) == 1) {
      read = {lens.light->narrow.data()};
    } else {
      read = {lens.light->wide.data(), static_cast<int>(lens.light->transfer), lens.light->gain};
    }
    LensTiles<Code, Read> tiles(layers, count, lens, read, first_row, out, coverage, blur);
    parallel_rows(tiles.cell_rows(), 1, [&](int row, int, ThreadScratch&) { tiles.measure_cells(row); });
    parallel_rows(across * (last_tile - first_tile), 1, [&](int i, int, ThreadScratch& scratch) {
      const int x = i % across * columns, y = (first_tile + i / across) * rows;
      tiles.tile(x, std::min(x + columns, out.width), std::max(y, first_row),
                 std::min(y + rows, first_row + out.height), scratch);
    });
  });
}

}  // namespace v1
}  // namespace relievo
