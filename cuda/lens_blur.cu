// A lens over layers, a block a tile, from near to far until nothing of the tile is seen any more. A blur adds up
// differences of sums along rows, of which those of the tile and its surroundings lie in shared memory, a plane at a
// time: light of a channel, premultiplied, or coverage. Wide apertures lie on means of 2 x 2 or 4 x 4 pixels. Pixels
// have the CPU's bits: sums are exact, and of the levels of a pixel at most two have weight, in whatever order.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/views.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/lens.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::Layers;
using cuda::MutableRows;
using cuda::Rows;

constexpr std::size_t cells_slot = 44;
constexpr int max_radii = 32;
// Side of the cells by which coverage is known in advance.
constexpr int cell = 32;
enum Cover : std::uint8_t { nowhere = 0, somewhere = 1, everywhere = 2 };

// Each warp has 32 x 4 pixels, a thread 4 of a column.
constexpr int tile_columns = 32, thread_rows = 4;
constexpr int most_threads = 512, least_threads = 256;
RELIEVO_HD constexpr int tile_rows(int threads) { return threads / 32 * thread_rows; }
// Means that pixels of a tile lie between: one beyond it on each side.
constexpr int most_halves = (tile_columns / 2 + 2) * (tile_rows(most_threads) / 2 + 2);
constexpr int most_quarters = (tile_columns / 4 + 2) * (tile_rows(most_threads) / 4 + 2);
constexpr int thread_means = (most_halves + most_threads - 1) / most_threads;
constexpr int batch = least_threads;
// Sums of light below 2^27 along a row wrap at 2^32; differences of so few pixels are exact all the same.
constexpr int most_run = 31;
// Of sums in shared memory: what leaves room for the rest in the 48 KiB, or 64 on request, that every GPU has.
constexpr int most_words = 11000, most_words_on_request = 15000;

struct Run {
  std::int16_t dy, begin, end, unused;
};
// What runs of an aperture reach from its centre.
struct Box {
  int left, right, top, bottom;
};
struct Level {
  int first_run, runs, area, radius;
  Box box;
};
static_assert(sizeof(Run) == 8 && sizeof(Level) == 32);

struct Lens {
  float focus, range, scale;
  float radii[max_radii], inverse_steps[max_radii];
  int count;
  float cats_eye, half_diagonal;
  std::uint64_t of_scale[3];  // which levels have apertures of pixels of size 1, 2 and 4
  const Level* levels;       // from the farthest beyond the focus on
  const Run* runs;
  const void* light;  // of a code: see light_of
  const void* codes;  // of light
  int curve;
  float gain;
  int width, height, first_row, rows, words;
  Rows<std::uint8_t> cells;
  int first_cell, cell_rows;
};
struct Pictures {
  unsigned char* out;
  std::int64_t pitch;
  MutableRows<std::uint8_t> coverage;
  MutableRows<float> blur;
};

// Bits of levels, which lie between -31 and 31.
constexpr int focus_bit = 32;
__device__ int level_of(std::uint64_t bits) { return __ffsll(static_cast<long long>(bits)) - 1 - focus_bit; }

// A block a cell: whether a layer covers any of it, and all.
__global__ void __launch_bounds__(256)
    measure_cells(const __grid_constant__ Layers layers, int width, int height, int first_cell, int cell_rows,
                  MutableRows<std::uint8_t> cells) {
  const int layer = static_cast<int>(blockIdx.z), across = static_cast<int>(blockIdx.x);
  const int down = first_cell + static_cast<int>(blockIdx.y);
  if (layers.opaque(layer)) return;
  const int x = across * cell + static_cast<int>(threadIdx.x) * 4, y = down * cell + static_cast<int>(threadIdx.y);
  std::uint8_t cover[4] = {};
  const int count = y < height ? min(width - x, 4) : 0;
  if (count > 0) cuda::load_group(layers.coverage(layer).row(y) + x, count, cover);
  bool any = false, all = true;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    any = any || cover[i] > 0;
    all = all && (cover[i] == 255 || i >= count);
  }
  const bool some = __syncthreads_or(any) != 0, whole = __syncthreads_and(all) != 0;
  if (threadIdx.x == 0 && threadIdx.y == 0) {
    cells.row(layer * cell_rows + static_cast<int>(blockIdx.y))[across] = whole ? everywhere : some ? somewhere : nowhere;
  }
}

__device__ float weight_of(float position, int level) {
  return fmaxf(1.0f - fabsf(position - static_cast<float>(level)), 0.0f);
}

// Between two pixels of a picture of half the size, three quarters of the way to the first.
__device__ float between(float near, float far) { return 0.75f * near + 0.25f * far; }
// Pixel (x, y), from -1 on, of a picture twice as large as one that begins at (-1, -1) of its own.
__device__ float enlarged(const float* from, int pitch, int x, int y) {
  const float* const near = from + ((y >> 1) + 1) * pitch + (x >> 1) + 1;
  const float* const far = (y & 1) == 0 ? near - pitch : near + pitch;
  const int beside = (x & 1) == 0 ? -1 : 1;
  return between(between(near[0], far[0]), between(near[beside], far[beside]));
}

template <class T, int channels>
class Tile {
 public:
  static constexpr bool bytes = sizeof(T) == 1;
  using Total = std::conditional_t<bytes, std::uint32_t, std::uint64_t>;

  struct Shared {
    std::uint32_t* sums;
    int2 (&runs)[batch];
    float (&halves)[most_halves];
    float (&quarters)[most_quarters];
    std::int16_t (&light)[256];
    unsigned& near;
    unsigned& far;
    int& area;
  };

  __device__ Tile(const Layers& layers, const Lens& lens, const Pictures& to, const Shared& shared)
      : layers_(layers),
        lens_(lens),
        to_(to),
        shared_(shared),
        thread_(static_cast<int>(threadIdx.x)),
        threads_(static_cast<int>(blockDim.x)),
        lane_(thread_ % 32),
        warp_(thread_ / 32),
        rows_(tile_rows(threads_)),
        x0_(static_cast<int>(blockIdx.x) * tile_columns),
        y0_((lens.first_row / rows_ + static_cast<int>(blockIdx.y)) * rows_) {}

  __device__ void render(int count) {
    const int x = x0_ + lane_;
    float seen[thread_rows], sum[channels][thread_rows] = {};
    unsigned kept = 0;
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      const int y = row(i);
      seen[i] = x < lens_.width && y >= lens_.first_row && y < lens_.first_row + lens_.rows ? 1 : 0;
      if (seen[i] > 0 && to_.blur.data != nullptr) to_.blur.row(y - lens_.first_row)[x] = 0;
      if (seen[i] == 0) kept |= 1u << i;
    }
    const unsigned outside = kept;
    for (int k = count - 1; k >= 0; --k) {
      bool any = false;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) any = any || seen[i] > 0;
      if (thread_ == 0) shared_.near = shared_.far = 0;
      if (__syncthreads_or(any) == 0) break;
      layer(k, seen, sum, kept);
    }
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      const int to = row(i) - lens_.first_row;
      if ((outside >> i & 1u) != 0) continue;
      const float cover = 1 - seen[i];
      if (to_.coverage.data != nullptr) to_.coverage.row(to)[x] = from_unit<std::uint8_t>(cover);
      if ((kept >> i & 1u) != 0) continue;
#pragma unroll
      for (int c = 0; c < channels; ++c) {
        pixel_of_out(x, to)[c] = code_of(cover > 0 ? sum[c][i] / cover : 0);
      }
    }
  }

 private:
  // The plane that is gathered from: channel `c` of layer `k`, or its coverage.
  struct Plane {
    int k, c;
    bool opaque;

    __device__ bool is_coverage() const { return c == channels; }
  };
  // Pixels whose means are wanted, 2^scale of the picture's on a side.
  struct Sites {
    int scale, left, top, columns, rows;
  };

  __device__ int row(int i) const { return y0_ + warp_ * thread_rows + i; }
  __device__ T* pixel_of_out(int x, int y) const {
    return reinterpret_cast<T*>(to_.out + y * to_.pitch) + std::int64_t{channels} * x;
  }
  __device__ const T* pixel_of(int k, int x, int y) const {
    return layers_.color<T>(k).row(y) + std::int64_t{channels} * x;
  }

  __device__ T code_of(float light) const {
    if constexpr (bytes) {
      const int index = static_cast<int>(light * LensLight::codes_of_one + 0.5f);
      return static_cast<const std::uint8_t*>(lens_.codes)[min(index, LensLight::codes - 1)];
    } else {
      return from_unit<T>(
          lens_code(light, lens_.curve, lens_.gain, LensLight::roots, static_cast<const float*>(lens_.codes)));
    }
  }

  __device__ std::int32_t light_of(T code) const {
    if constexpr (bytes) {
      return shared_.light[code];
    } else if constexpr (sizeof(T) == 2) {
      std::uint16_t index;
      std::memcpy(&index, &code, sizeof index);
      return static_cast<const std::int32_t*>(lens_.light)[index];
    } else {
      return lens_light(lens_.curve, code, lens_.gain);
    }
  }

  // A pixel of a plane, with the border repeated.
  __device__ std::int32_t value(const Plane& plane, int at_x, int at_y) const {
    const int x = min(max(at_x, 0), lens_.width - 1), y = min(max(at_y, 0), lens_.height - 1);
    const int cover = plane.opaque ? 255 : layers_.coverage(plane.k).row(y)[x];
    if (plane.is_coverage() || cover == 0) return cover;
    return lens_premultiplied(light_of(pixel_of(plane.k, x, y)[plane.c]), cover);
  }
  __device__ std::int32_t half(const Plane& plane, int x, int y) const {
    std::int32_t sum = 2;
    [[maybe_unused]] constexpr int at_once = sizeof(T) == 4 ? 1 : 4;  // powers fill a thread's registers
#pragma unroll at_once
    for (int i = 0; i < 4; ++i) sum += value(plane, 2 * x + i % 2, 2 * y + i / 2);
    return sum >> 2;
  }
  // Of pixels that are 2^scale of the picture's on a side.
  __device__ std::int32_t mean(const Plane& plane, int scale, int x, int y) const {
    if (scale == 0) return value(plane, x, y);
    if (scale == 1) return half(plane, x, y);
    std::int32_t sum = 2;
#pragma unroll 1
    for (int i = 0; i < 4; ++i) sum += half(plane, 2 * x + i % 2, 2 * y + i / 2);
    return sum >> 2;
  }

  // Where site i of this thread lies; beyond the last, as it.
  __device__ int2 place_of(const Sites& sites, int i) const {
    if (sites.scale == 0) return {lane_, warp_ * thread_rows + i};
    const int site = min(thread_ + i * threads_, sites.columns * sites.rows - 1);
    return {site % sites.columns, site / sites.columns};
  }

  static __device__ int pitch_of(const Sites& sites, const Box& box) {
    return (sites.columns + box.right - box.left + 2) / 2 * 2;
  }

  // Rows of sums of what sites gather under a box: element i of a row is the sum of what lies left of pixel i. A warp
  // takes a row, a lane two pixels of it.
  __device__ void stage(const Plane& plane, const Sites& sites, const Box& box) const {
    const int pitch = pitch_of(sites, box);
    const int n = sites.columns + box.right - box.left, rows = sites.rows + box.bottom - box.top;
    __syncthreads();
    for (int j = warp_; j < rows; j += threads_ / 32) {
      std::uint32_t before = 0;
      for (int first = 0; first < pitch; first += 64) {
        const int i = first + 2 * lane_, x = sites.left + box.left + i, y = sites.top + box.top + j;
        const std::uint32_t a = i < n ? static_cast<std::uint32_t>(mean(plane, sites.scale, x, y)) : 0;
        const std::uint32_t b = i + 1 < n ? static_cast<std::uint32_t>(mean(plane, sites.scale, x + 1, y)) : 0;
        std::uint32_t sum = a + b;
#pragma unroll
        for (int apart = 1; apart < 32; apart *= 2) {
          const std::uint32_t left = __shfl_up_sync(0xffffffffu, sum, static_cast<unsigned>(apart));
          if (lane_ >= apart) sum += left;
        }
        if (i < pitch) {
          *reinterpret_cast<uint2*>(shared_.sums + j * pitch + i) = uint2{before + sum - a - b, before + sum - b};
        }
        before += __shfl_sync(0xffffffffu, sum, 31);
      }
    }
    __syncthreads();
  }

  // The run with what the barrel leaves of it.
  __device__ Run cut(Run run, const Level& level, bool far) const {
    // Beyond the focus a light is seen as the aperture lies, before it turned by half a turn; what is gathered under
    // lies the other way.
    const auto turned = static_cast<float>(far ? level.radius : -level.radius);
    const float shift_x = turned * barrel_shift(x0_, lens_.width, lens_.half_diagonal, lens_.cats_eye);
    const float shift_y = turned * barrel_shift(y0_, lens_.height, lens_.half_diagonal, lens_.cats_eye);
    int first = 0, last = 0;
    barrel_span(run.dy, level.radius, shift_y, shift_x, &first, &last);
    run.begin = static_cast<std::int16_t>(max(int{run.begin}, first));
    run.end = static_cast<std::int16_t>(max(min(int{run.end}, last + 1), int{run.begin}));
    return run;
  }

  // Adds what lies under an aperture around the first `wanted` sites of this thread to `total`, and returns the aperture's area.
  // `all` holds the boxes of all levels of the group; where it fits into shared memory it is staged once, which
  // `staged` says.
  __device__ int add_runs(const Plane& plane, const Sites& sites, int index, const Box& all, int wanted,
                          bool* staged, Total (&total)[thread_rows]) const {
    const Level& level = lens_.levels[index + lens_.count - 1];
    int area = level.area;
    bool barrel = false;
    if (lens_.cats_eye > 0) {
      __syncthreads();
      if (thread_ == 0) shared_.area = 0;
      __syncthreads();
      int left = 0;
      for (int k = thread_; k < level.runs; k += threads_) {
        const Run run = cut(lens_.runs[level.first_run + k], level, index < 0);
        left += run.end - run.begin;
      }
      atomicAdd(&shared_.area, left);
      __syncthreads();
      barrel = shared_.area > 0;
      if (barrel) area = shared_.area;
    }
    const bool together = pitch_of(sites, all) * (sites.rows + all.bottom - all.top) <= lens_.words;
    Box box = together ? all : level.box;
    const int pitch = pitch_of(sites, box), depth = lens_.words / pitch - sites.rows;
    const int end = level.first_run + level.runs;
    for (int first = level.first_run; first < end;) {
      int last = end;
      if (!together) {
        box.top = lens_.runs[first].dy;
        for (last = first + 1; last < end && lens_.runs[last].dy <= box.top + depth;) ++last;
        box.bottom = lens_.runs[last - 1].dy;
      }
      if (!together || !*staged) stage(plane, sites, box);
      *staged = true;
      int base[thread_rows];
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) {
        const int2 at = place_of(sites, i);
        base[i] = (at.y - box.top) * pitch + at.x - box.left;
      }
      for (; first < last; first += batch) {
        const int count = min(last - first, batch);
        __syncthreads();
        if (thread_ < count) {
          Run run = lens_.runs[first + thread_];
          if (barrel) run = cut(run, level, index < 0);
          shared_.runs[thread_] = {run.dy * pitch + run.begin, run.dy * pitch + run.end};
        }
        __syncthreads();
        if (wanted == 0) continue;
#pragma unroll 1
        for (int k = 0; k < count; ++k) {
          const int2 run = shared_.runs[k];
#pragma unroll
          for (int i = 0; i < thread_rows; ++i) {
            if (i < wanted) total[i] += static_cast<std::uint32_t>(shared_.sums[base[i] + run.y] - shared_.sums[base[i] + run.x]);
          }
        }
      }
      first = last;
    }
    return area;
  }

  static __device__ float mean_of(Total total, std::int32_t one) {
    if constexpr (bytes) {
      return lens_mean(static_cast<std::int32_t>(total), one);
    } else {
      return lens_mean(static_cast<double>(total), static_cast<double>(one));
    }
  }

  // Of levels of one step what pixels that lie near them see, weighed.
  __device__ void add_levels(const Plane& plane, int scale, std::uint64_t levels, const float (&position)[thread_rows],
                             float (&light)[thread_rows]) const {
    Box all{0, 0, 0, 0};
    for (std::uint64_t left = levels; left != 0; left &= left - 1) {
      const Box box = lens_.levels[level_of(left) + lens_.count - 1].box;
      all = {min(all.left, box.left), max(all.right, box.right), min(all.top, box.top), max(all.bottom, box.bottom)};
    }
    const int beyond = scale == 0 ? 0 : 1;
    const Sites sites{scale, (x0_ >> scale) - beyond, (y0_ >> scale) - beyond, (tile_columns >> scale) + 2 * beyond,
                      (rows_ >> scale) + 2 * beyond};
    const int count = sites.columns * sites.rows;
    float* const means = scale == 1 ? shared_.halves : shared_.quarters;
    bool staged = false;
    for (std::uint64_t left = levels; left != 0; left &= left - 1) {
      const int level = level_of(left);
      bool near = false;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) near = near || weight_of(position[i], level) > 0;
      const bool wanted = __any_sync(0xffffffffu, near) != 0;
      Total total[thread_rows] = {};
      const int sums = scale > 0 ? thread_means : wanted ? thread_rows : 0;
      const int one = add_runs(plane, sites, level, all, sums, &staged, total) *
                      (plane.is_coverage() ? lens_opaque : 1);
      if (scale == 0) {
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) light[i] += weight_of(position[i], level) * mean_of(total[i], one);
        continue;
      }
#pragma unroll
      for (int i = 0; i < thread_means; ++i) {
        if (thread_ + i * threads_ < count) means[thread_ + i * threads_] = mean_of(total[i], one);
      }
      __syncthreads();
      constexpr int pitch = tile_columns / 2 + 2;
      if (scale == 2) {
        for (int i = thread_; i < pitch * (rows_ / 2 + 2); i += threads_) {
          shared_.halves[i] = enlarged(means, sites.columns, i % pitch - 1, i / pitch - 1);
        }
        __syncthreads();
      }
      if (!wanted) continue;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) {
        light[i] += weight_of(position[i], level) * enlarged(shared_.halves, pitch, lane_, warp_ * thread_rows + i);
      }
    }
  }

  // Coverage of the cells of what is asked of the tile and of `r` px around it.
  __device__ void coverage_around(int k, int r, bool* any, bool* all) const {
    *any = *all = true;
    if (layers_.opaque(k)) return;
    const int first = max(y0_, lens_.first_row), last = min(y0_ + rows_, lens_.first_row + lens_.rows);
    const int left = max(x0_ - r, 0) / cell, right = (min(x0_ + tile_columns + r, lens_.width) - 1) / cell;
    const int top = max(first - r, 0) / cell, bottom = (min(last + r, lens_.height) - 1) / cell;
    const int columns = right - left + 1, count = columns * (bottom - top + 1);
    bool some = false, whole = true;
    for (int i = thread_; i < count; i += threads_) {
      const int y = top + i / columns - lens_.first_cell;
      const int cover = lens_.cells.row(k * lens_.cell_rows + y)[left + i % columns];
      some = some || cover != nowhere;
      whole = whole && cover == everywhere;
    }
    *any = __syncthreads_or(some) != 0;
    *all = __syncthreads_and(whole) != 0;
  }

  // Layer k behind what has been composited. `kept` are pixels that the foremost layer alone shows, and as they are:
  // their codes stay.
  __device__ void layer(int k, float (&seen)[thread_rows], float (&sum)[channels][thread_rows], unsigned& kept) const {
    bool any = false, all = false;
    coverage_around(k, lens_reach(lens_.radii[lens_.count - 1]), &any, &all);
    if (!any) return;
    const int x = x0_ + lane_;
    float position[thread_rows];
    unsigned near = 0, far = 0;
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      position[i] = 1e6f;
      if (seen[i] == 0) continue;
      position[i] = lens_position(layers_.disparity(k).row(row(i))[x], lens_.focus, lens_.range, lens_.scale,
                                  lens_.radii, lens_.inverse_steps, lens_.count);
      const int low = static_cast<int>(floorf(position[i])), high = static_cast<int>(ceilf(position[i]));
      if (high >= 0) near |= 1u << high | 1u << max(low, 0);
      if (low < 0) far |= 1u << (focus_bit + low) | (high < 0 ? 1u << (focus_bit + high) : 0);
    }
    if (near != 0) atomicOr(&shared_.near, near);
    if (far != 0) atomicOr(&shared_.far, far);
    __syncthreads();
    near = shared_.near;
    far = shared_.far;
    const std::uint64_t levels = std::uint64_t{near} << focus_bit | far;
    const int farthest = far == 0 ? 0 : focus_bit + 1 - __ffs(static_cast<int>(far));
    const int nearest = near == 0 ? 0 : 31 - __clz(static_cast<int>(near));
    coverage_around(k, lens_reach(lens_.radii[max(farthest, nearest)]), &any, &all);
    if (!any) return;

    const bool opaque = all;
    const int planes = opaque ? channels : channels + 1;
    unsigned same = ~0u;
    float light[thread_rows];
#pragma unroll 1
    for (int c = 0; c < planes; ++c) {
      const Plane plane{k, c, opaque};
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) light[i] = 0;
#pragma unroll 1
      for (int scale = 0; scale < 3; ++scale) {
        const std::uint64_t group = levels & lens_.of_scale[scale];
        if (group != 0) add_levels(plane, scale, group, position, light);
      }
      // What pixels have themselves.
      unsigned own = 0;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) {
        if (weight_of(position[i], 0) > 0 || (!bytes && seen[i] == 1)) own |= 1u << i;
      }
      if (__syncthreads_or(own != 0) != 0) {
        // By way of shared memory, where a loop may index.
#pragma unroll 1
        for (int i = 0; i < thread_rows; ++i) {
          if ((own >> i & 1u) != 0) {
            shared_.sums[i * threads_ + thread_] = static_cast<std::uint32_t>(value(plane, x, row(i)));
          }
        }
        const float scale = plane.is_coverage() ? 1.0f / lens_opaque : 1;
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) {
          if ((own >> i & 1u) == 0) continue;
          const auto is = static_cast<float>(static_cast<std::int32_t>(shared_.sums[i * threads_ + thread_]));
          light[i] += weight_of(position[i], 0) * (is * scale);
          if (!bytes && !plane.is_coverage() && !(fabsf(light[i] - is) < 0.5f)) same &= ~(1u << i);
        }
      }
      if (plane.is_coverage()) break;
#pragma unroll
      for (int to = 0; to < channels; ++to) {
        if (to != c) continue;
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) sum[to][i] += seen[i] * light[i];
      }
    }
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      if (seen[i] == 0) continue;
      const float alpha = opaque ? 1 : light[i];
      const int y = row(i), to = y - lens_.first_row;
      if (!bytes && seen[i] == 1 && alpha == 1 && (same >> i & 1u) != 0) {
        kept |= 1u << i;
#pragma unroll
        for (int c = 0; c < channels; ++c) pixel_of_out(x, to)[c] = pixel_of(k, x, y)[c];
      }
      const float share = seen[i] * alpha;
      if (to_.blur.data != nullptr && share > 0) to_.blur.row(to)[x] += share * fminf(fabsf(position[i]), 1.0f);
      const float rest = opaque ? 0 : seen[i] * (1 - alpha);
      seen[i] = rest > 1e-6f ? rest : 0;
    }
  }

  const Layers& layers_;
  const Lens& lens_;
  const Pictures& to_;
  const Shared shared_;
  const int thread_, threads_, lane_, warp_, rows_, x0_, y0_;
};

template <class T, int channels>
__global__ void __launch_bounds__(most_threads, 1)
    blur_tiles(const __grid_constant__ Layers layers, int count, const __grid_constant__ Lens lens,
               const __grid_constant__ Pictures to) {
  RELIEVO_DYNAMIC_SHARED(std::uint32_t, sums);
  __shared__ int2 runs[batch];
  __shared__ float halves[most_halves], quarters[most_quarters];
  __shared__ std::int16_t light[256];
  __shared__ unsigned near, far;
  __shared__ int area;
  if constexpr (sizeof(T) == 1) {
    for (unsigned i = threadIdx.x; i < 256; i += blockDim.x) light[i] = static_cast<const std::int16_t*>(lens.light)[i];
    __syncthreads();
  }
  Tile<T, channels>(layers, lens, to, {sums, runs, halves, quarters, light, near, far, area}).render(count);
}

using Words = cuda::KeptTables::Words;

template <class T>
void append(const std::vector<T>& values, Words* to) {
  const std::size_t at = to->size();
  to->resize(at + (values.size() * sizeof(T) + 3) / 4);
  if (!values.empty()) std::memcpy(to->data() + at, values.data(), values.size() * sizeof(T));
}

// Levels and runs of a lens as kernels take them; what its widest planes of sums take with so many threads a block.
struct Apertures {
  std::vector<Level> levels;
  std::vector<Run> runs;
  std::uint64_t of_scale[3] = {};

  Apertures(const LensBlur& lens, bool bytes) {
    for (int i = 1 - lens.count; i < lens.count; ++i) {
      const LensAperture& aperture = i < 0 ? lens.far_apertures[-i] : lens.near_apertures[i];
      Level level{static_cast<int>(runs.size()), 0, aperture.mask.area, aperture.mask.radius, {0, 0, 0, 0}};
      for (const ApertureRun& run : aperture.mask.runs) {
        level.box.left = std::min(level.box.left, run.dx_begin);
        level.box.right = std::max(level.box.right, run.dx_end - 1);
        level.box.top = std::min(level.box.top, run.dy);
        level.box.bottom = std::max(level.box.bottom, run.dy);
        const int longest = bytes ? run.dx_end - run.dx_begin : most_run;
        for (int begin = run.dx_begin; begin < run.dx_end; begin += longest) {
          runs.push_back({static_cast<std::int16_t>(run.dy), static_cast<std::int16_t>(begin),
                          static_cast<std::int16_t>(std::min(begin + longest, run.dx_end)), 0});
        }
      }
      level.runs = static_cast<int>(runs.size()) - level.first_run;
      levels.push_back(level);
      if (i != 0) of_scale[aperture.step / 2] |= std::uint64_t{1} << (focus_bit + i);
    }
  }

  int words(int threads) const {
    int most = threads * thread_rows;
    for (int s = 0; s < 3; ++s) {
      Box all{0, 0, 0, 0};
      const int focus = static_cast<int>(levels.size()) / 2;
      for (int i = 0; i < static_cast<int>(levels.size()); ++i) {
        if ((of_scale[s] >> (focus_bit + i - focus) & 1) == 0) continue;
        const Box& box = levels[static_cast<std::size_t>(i)].box;
        all = {std::min(all.left, box.left), std::max(all.right, box.right), std::min(all.top, box.top),
               std::max(all.bottom, box.bottom)};
      }
      if (of_scale[s] == 0) continue;
      const int beyond = s == 0 ? 0 : 2;
      const int pitch = ((tile_columns >> s) + beyond + all.right - all.left + 2) / 2 * 2;
      most = std::max(most, pitch * ((tile_rows(threads) >> s) + beyond + all.bottom - all.top));
    }
    return most;
  }
};

}  // namespace

void CudaEngine::lens_blur(const LayerView* layers, int count, const LensBlur& blur, int first_row,
                           const MutableImageView& out, const MutableImageView& coverage,
                           const MutableImageView& blurred) {
  const int largest = static_cast<int>(blur.radii[blur.count - 1]);
  require(blur.count <= max_radii, "A lens of ", blur.count, " radii is out of range; up to ", max_radii,
          " are allowed.");
  require(largest <= 128, "A lens of radius ", largest, " px is out of range; up to 128 are allowed.");
  const Enqueue enqueue(*this, "lens_blur");
  const LensLight& light = *blur.light;
  const bool bytes = light.scalar == Scalar::u8;

  const Apertures apertures(blur, bytes);
  Words packed;
  append(apertures.levels, &packed);
  append(apertures.runs, &packed);
  const std::int32_t* const levels = lens_apertures_.table(*device_, stream_, packed, [&] { return packed; });
  Words made_of{static_cast<int>(light.scalar), static_cast<int>(light.transfer)};
  append(std::vector<float>{light.gain}, &made_of);
  const std::int32_t* const tables = lens_light_.table(*device_, stream_, made_of, [&] {
    Words words;
    append(light.narrow, &words);
    append(light.wide, &words);
    append(light.code, &words);
    append(light.code_of_root, &words);
    return words;
  });

  Lens lens{};
  lens.focus = blur.focus;
  lens.range = blur.range;
  lens.scale = blur.scale;
  lens.count = blur.count;
  for (int i = 0; i < blur.count; ++i) {
    lens.radii[i] = blur.radii[i];
    lens.inverse_steps[i] = i == 0 ? 0 : inverse_of_step(blur.radii[i] - blur.radii[i - 1]);
  }
  lens.cats_eye = blur.cats_eye;
  lens.width = out.width;
  lens.height = layers[0].color.height;
  lens.half_diagonal = 0.5f * std::hypot(static_cast<float>(lens.width), static_cast<float>(lens.height));
  std::copy_n(apertures.of_scale, 3, lens.of_scale);
  lens.levels = reinterpret_cast<const Level*>(levels);
  lens.runs = reinterpret_cast<const Run*>(levels + apertures.levels.size() * sizeof(Level) / sizeof(*levels));
  lens.light = tables;
  lens.codes = tables + light.narrow.size() / 2 + light.wide.size();
  lens.curve = static_cast<int>(light.transfer);
  lens.gain = light.gain;
  lens.first_row = first_row;
  lens.rows = out.height;

  const int reach = lens_reach(blur.radii[blur.count - 1]);
  const int cells_across = (lens.width + cell - 1) / cell;
  lens.first_cell = std::max(first_row - reach, 0) / cell;
  lens.cell_rows = (std::min(first_row + out.height + reach, lens.height) + cell - 1) / cell - lens.first_cell;
  const Layers all(layers, count);
  const MutableImageView cells =
      scratch_.image(cells_slot, cells_across, count * lens.cell_rows, {Scalar::u8, 1});
  lens.cells = cuda::rows<std::uint8_t>(ImageView(cells));
  cuda::launch(measure_cells,
               {dim3(static_cast<unsigned>(cells_across), static_cast<unsigned>(lens.cell_rows),
                     static_cast<unsigned>(count)),
                dim3(cell / 4, cell), stream_},
               all, lens.width, lens.height, lens.first_cell, lens.cell_rows, cuda::rows<std::uint8_t>(cells));

  // The barrel is one in a tile; thin apertures, wide without larger pixels, leave room for small tiles alone.
  int threads = most_threads;
  if (blur.cats_eye > 0 || apertures.words(threads) > most_words) threads = least_threads;
  lens.words = apertures.words(threads);
  if (lens.words > most_words) lens.words = most_words_on_request;
  const int rows = tile_rows(threads);
  const int tiles_down = (first_row + out.height + rows - 1) / rows - first_row / rows;
  const cuda::Grid grid{
      dim3(static_cast<unsigned>((lens.width + tile_columns - 1) / tile_columns), static_cast<unsigned>(tiles_down)),
      dim3(static_cast<unsigned>(threads)), stream_, static_cast<std::size_t>(lens.words) * sizeof(std::uint32_t)};
  const Pictures to{static_cast<unsigned char*>(out.data), out.stride, cuda::rows<std::uint8_t>(coverage),
                    cuda::rows<float>(blurred)};
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    if (out.format.channels == 1) {
      cuda::launch(blur_tiles<T, 1>, grid, all, count, lens, to);
    } else {
      cuda::launch(blur_tiles<T, 3>, grid, all, count, lens, to);
    }
  });
}

}  // namespace v1
}  // namespace relievo
