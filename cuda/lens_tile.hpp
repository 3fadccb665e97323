// A tile of a picture that a lens gives of layers: a block's work, from near to far until nothing of the tile is seen
// any more. A blur adds up differences of sums along rows, of which those of the tile and its surroundings lie in
// shared memory, a plane at a time: light of a channel, premultiplied, or coverage. Wide apertures lie on means of 2 x
// 2 or 4 x 4 pixels. Pixels have the CPU's bits: sums are exact, and of the levels of a pixel at most two have weight,
// in whatever order.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/lens_light.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/lens.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {
namespace lens {

inline constexpr int max_radii = 31;
// Side of the cells by which coverage is known in advance.
inline constexpr int cell = 32;
enum Cover : std::uint8_t { nowhere = 0, somewhere = 1, everywhere = 2 };

// A tile is a cell of the cat's eye, in which the barrel is one. A warp has 32 x 4 of its pixels, a thread 4 of a
// column.
inline constexpr int block_threads = 256, side = cats_eye_cell, thread_rows = 4;
static_assert(block_threads / 32 * thread_rows == side);
// Means that pixels of a tile lie between: one beyond it on each side.
inline constexpr int half_side = side / 2 + 2, quarter_side = side / 4 + 2;
inline constexpr int thread_means = (half_side * half_side + block_threads - 1) / block_threads;
inline constexpr int no_front = 255;
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
  const Level* levels;        // from the farthest beyond the focus on
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

// Bits of levels, which lie between -30 and 30.
inline constexpr int focus_bit = 32;

__device__ inline float weight_of(float position, int level) {
  return fmaxf(1.0f - fabsf(position - static_cast<float>(level)), 0.0f);
}

// Between two pixels of a picture of half the size, three quarters of the way to the first.
__device__ inline float between(float near, float far) { return 0.75f * near + 0.25f * far; }
// A pixel of a picture twice as large, of the pixel that it lies in and the three that are next to it, `beside` and
// `above` or below it.
__device__ inline float enlarged(const float* own, int beside, int above) {
  return between(between(own[0], own[above]), between(own[beside], own[above + beside]));
}

// Of a plane of pixels that are 2^scale of the picture's on a side: how many on a side means are wanted of around a
// tile, and where the first lies.
RELIEVO_HD inline int sites(int scale) { return scale == 0 ? side : (side >> scale) + 2; }
RELIEVO_HD inline int first_site(int scale, int tile) { return (tile >> scale) - (scale > 0 ? 1 : 0); }
// Sums of such a plane that apertures in a box reach, from the first site on.
struct Window {
  int left, top, pitch, rows;
};
RELIEVO_HD inline Window window(int scale, const Box& box) {
  return {box.left, box.top, (sites(scale) + box.right - box.left + 2) / 2 * 2, sites(scale) + box.bottom - box.top};
}

template <class T, int channels>
class Tile {
 public:
  static constexpr bool bytes = sizeof(T) == 1;
  using Total = std::conditional_t<bytes, std::uint32_t, std::uint64_t>;

  struct Shared {
    std::uint32_t* sums;
    int2 (&runs)[block_threads];
    float (&halves)[half_side * half_side];
    float (&quarters)[quarter_side * quarter_side];
    std::int16_t (&light)[256];
    // Of each pixel, for its own thread: what nothing covers of it, and its position in the table of radii.
    float (&seen)[thread_rows][block_threads], (&position)[thread_rows][block_threads];
    float (&shift)[2];  // of the barrel, in radii
    unsigned &near, &far;
  };

  __device__ Tile(const Layers& layers, const Lens& lens, const Pictures& to, const Shared& shared)
      : layers_(layers),
        lens_(lens),
        to_(to),
        shared_(shared),
        thread_(static_cast<int>(threadIdx.x)),
        lane_(thread_ % 32),
        warp_(thread_ / 32),
        x0_(static_cast<int>(blockIdx.x) * side),
        y0_((lens.first_row / side + static_cast<int>(blockIdx.y)) * side) {}

  __device__ void render(int count) {
    const int x = x0_ + lane_;
    if (thread_ == 0) {
      shared_.shift[0] = barrel_shift(x0_, lens_.width, lens_.half_diagonal, lens_.cats_eye);
      shared_.shift[1] = barrel_shift(y0_, lens_.height, lens_.half_diagonal, lens_.cats_eye);
    }
    float sum[channels][thread_rows] = {};
    std::uint32_t fronts = ~0u;
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      const int y = row(i);
      seen(i) = x < lens_.width && y >= lens_.first_row && y < lens_.first_row + lens_.rows ? 1 : 0;
      if (seen(i) > 0 && to_.blur.data != nullptr) to_.blur.row(y - lens_.first_row)[x] = 0;
    }
    for (int k = count - 1; k >= 0; --k) {
      bool any = false;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) any = any || seen(i) > 0;
      if (thread_ == 0) shared_.near = shared_.far = 0;
      if (__syncthreads_or(any) == 0) break;
      layer(k, sum, fronts);
    }
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      const int y = row(i), to = y - lens_.first_row;
      if (x >= lens_.width || to < 0 || to >= lens_.rows) continue;
      const float cover = 1 - seen(i);
      if (to_.coverage.data != nullptr) to_.coverage.row(to)[x] = from_unit<std::uint8_t>(cover);
      T* const codes = reinterpret_cast<T*>(to_.out + to * to_.pitch) + std::int64_t{channels} * x;
      const int front = static_cast<int>(fronts >> 8 * i & 255u);
#pragma unroll
      for (int c = 0; c < channels; ++c) {
        codes[c] = front != no_front ? pixel_of(front, x, y)[c] : code_of(cover > 0 ? sum[c][i] / cover : 0);
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
  __device__ float& seen(int i) const { return shared_.seen[i][thread_]; }
  __device__ float& position(int i) const { return shared_.position[i][thread_]; }
  __device__ int row(int i) const { return y0_ + warp_ * thread_rows + i; }
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

  // Sums along rows: element i of a row is that of what lies left of pixel i. A warp takes a row, a lane two pixels of
  // it.
  __device__ void stage(const Plane& plane, int scale, const Window& to) const {
    __syncthreads();
    for (int j = warp_; j < to.rows; j += block_threads / 32) {
      const int y = first_site(scale, y0_) + to.top + j;
      std::uint32_t before = 0;
      for (int first = 0; first < to.pitch; first += 64) {
        const int i = first + 2 * lane_, x = first_site(scale, x0_) + to.left + i;
        std::uint32_t a = 0, b = 0;
        if (i < to.pitch) {
          a = static_cast<std::uint32_t>(mean(plane, scale, x, y));
          b = static_cast<std::uint32_t>(mean(plane, scale, x + 1, y));
        }
        std::uint32_t sum = a + b;
#pragma unroll
        for (int apart = 1; apart < 32; apart *= 2) {
          const std::uint32_t left = __shfl_up_sync(0xffffffffu, sum, static_cast<unsigned>(apart));
          if (lane_ >= apart) sum += left;
        }
        if (i < to.pitch) {
          *reinterpret_cast<uint2*>(shared_.sums + j * to.pitch + i) = uint2{before + sum - a - b, before + sum - b};
        }
        before += __shfl_sync(0xffffffffu, sum, 31);
      }
    }
    __syncthreads();
  }

  // The run with what the barrel leaves of it.
  __device__ void cut(int level, int radius, Run* run) const {
    // Beyond the focus a light is seen as the aperture lies, before it turned by half a turn; what is gathered under
    // lies the other way.
    const auto turned = static_cast<float>(level < 0 ? radius : -radius);
    int first = 0, last = 0;
    barrel_span(run->dy, radius, turned * shared_.shift[1], turned * shared_.shift[0], &first, &last);
    run->begin = static_cast<std::int16_t>(max(int{run->begin}, first));
    run->end = static_cast<std::int16_t>(max(min(int{run->end}, last + 1), int{run->begin}));
  }

  // Adds what lies under runs around the first `wanted` sites of this thread to `total`. Returns how many pixels lie
  // under those runs that this thread made ready.
  __device__ int add_runs(int scale, int level, bool barrel, int begin, int end, const Window& in, int wanted,
                          Total (&total)[thread_rows]) const {
    int base[thread_rows], area = 0;
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      const int site = min(thread_ + i * block_threads, sites(scale) * sites(scale) - 1);
      const int x = scale == 0 ? lane_ : site % sites(scale), y = scale == 0 ? row(i) - y0_ : site / sites(scale);
      base[i] = (y - in.top) * in.pitch + x - in.left;
    }
    for (int first = begin; first < end; first += block_threads) {
      const int count = min(end - first, block_threads);
      __syncthreads();
      if (thread_ < count) {
        Run run = lens_.runs[first + thread_];
        if (barrel) cut(level, lens_.levels[level + lens_.count - 1].radius, &run);
        shared_.runs[thread_] = {run.dy * in.pitch + run.begin, run.dy * in.pitch + run.end};
        area += run.end - run.begin;
      }
      __syncthreads();
      if (wanted == 0) continue;
#pragma unroll 1
      for (int k = 0; k < count; ++k) {
        const int2 run = shared_.runs[k];
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) {
          if (i < wanted) {
            total[i] += static_cast<std::uint32_t>(shared_.sums[base[i] + run.y] - shared_.sums[base[i] + run.x]);
          }
        }
      }
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

  __device__ int sum_of_block(int value) const {
    __syncthreads();
    if (thread_ == 0) shared_.runs[0].x = 0;
    __syncthreads();
    if (value != 0) atomicAdd(&shared_.runs[0].x, value);
    __syncthreads();
    return shared_.runs[0].x;
  }

  // The next level that pixels of this tile lie near, of apertures of pixels of this scale; past all where there is
  // none.
  __device__ int next_level(int scale, int level) const {
    const std::uint64_t levels = (std::uint64_t{shared_.near} << focus_bit | shared_.far) & lens_.of_scale[scale];
    const std::uint64_t left = levels & (~std::uint64_t{0} << (level + 1 + focus_bit));
    return left == 0 ? max_radii : __ffsll(static_cast<long long>(left)) - 1 - focus_bit;
  }

  // Of levels of one scale what pixels that lie near them see, weighed.
  __device__ void add_levels(const Plane& plane, int scale, float (&light)[thread_rows]) const {
    Box all{0, 0, 0, 0};
    for (int level = next_level(scale, -max_radii); level < max_radii; level = next_level(scale, level)) {
      const Box& box = lens_.levels[level + lens_.count - 1].box;
      all = {min(all.left, box.left), max(all.right, box.right), min(all.top, box.top), max(all.bottom, box.bottom)};
    }
    // Sums serve all levels where they fit into shared memory together; else those of a level come in parts.
    Window in = window(scale, all);
    const bool together = in.pitch * in.rows <= lens_.words;
    if (together) stage(plane, scale, in);
    for (int level = next_level(scale, -max_radii); level < max_radii; level = next_level(scale, level)) {
      bool near = false;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) near = near || weight_of(position(i), level) > 0;
      const bool wanted = __any_sync(0xffffffffu, near) != 0;
      const int sums = scale > 0 ? thread_means : wanted ? thread_rows : 0;
      const Level& of = lens_.levels[level + lens_.count - 1];
      Total total[thread_rows] = {};
      int area = of.area;
#pragma unroll 1
      for (bool barrel = lens_.cats_eye > 0;; barrel = false) {
        int left = 0;
        const int end = of.first_run + of.runs;
        for (int first = of.first_run, last = end; first < end; first = last) {
          if (!together) {
            in = window(scale, of.box);
            in.top = lens_.runs[first].dy;
            const int bottom = in.top + lens_.words / in.pitch - sites(scale);
            for (last = first + 1; last < end && lens_.runs[last].dy <= bottom;) ++last;
            in.rows = sites(scale) + lens_.runs[last - 1].dy - in.top;
            stage(plane, scale, in);
          }
          left += add_runs(scale, level, barrel, first, last, in, sums, total);
        }
        if (!barrel) break;
        left = sum_of_block(left);
        if (left > 0) area = left;
        if (left > 0) break;
      }
      const int one = area * (plane.is_coverage() ? lens_opaque : 1);
      if (scale == 0) {
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) light[i] += weight_of(position(i), level) * mean_of(total[i], one);
        continue;
      }
      float* const means = scale == 1 ? shared_.halves : shared_.quarters;
#pragma unroll
      for (int i = 0; i < thread_means; ++i) {
        const int site = thread_ + i * block_threads;
        if (site < sites(scale) * sites(scale)) means[site] = mean_of(total[i], one);
      }
      __syncthreads();
      if (scale == 2) {
        for (int i = thread_; i < half_side * half_side; i += block_threads) {
          // Halves begin at an odd column and row.
          const int x = i % half_side + 1, y = i / half_side + 1;
          shared_.halves[i] = enlarged(shared_.quarters + y / 2 * quarter_side + x / 2, x % 2 == 0 ? -1 : 1,
                                       y % 2 == 0 ? -quarter_side : quarter_side);
        }
        __syncthreads();
      }
      if (!wanted) continue;
      const float* const own = shared_.halves + (warp_ * thread_rows / 2 + 1) * half_side + lane_ / 2 + 1;
      const int beside = lane_ % 2 == 0 ? -1 : 1;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) {
        light[i] += weight_of(position(i), level) *
                    enlarged(own + i / 2 * half_side, beside, i % 2 == 0 ? -half_side : half_side);
      }
    }
  }

  // Coverage of the cells of what is asked of the tile and of `r` px around it.
  __device__ void coverage_around(int k, int r, bool* any, bool* all) const {
    *any = *all = true;
    if (layers_.opaque(k)) return;
    const int first = max(y0_, lens_.first_row), last = min(y0_ + side, lens_.first_row + lens_.rows);
    const int left = max(x0_ - r, 0) / cell, right = (min(x0_ + side + r, lens_.width) - 1) / cell;
    const int top = max(first - r, 0) / cell, bottom = (min(last + r, lens_.height) - 1) / cell;
    const int columns = right - left + 1, count = columns * (bottom - top + 1);
    bool some = false, whole = true;
    for (int i = thread_; i < count; i += block_threads) {
      const int y = top + i / columns - lens_.first_cell;
      const int cover = lens_.cells.row(k * lens_.cell_rows + y)[left + i % columns];
      some = some || cover != nowhere;
      whole = whole && cover == everywhere;
    }
    *any = __syncthreads_or(some) != 0;
    *all = __syncthreads_and(whole) != 0;
  }

  // Layer k behind what has been composited. Of pixels that the foremost layer alone shows, and as they are, the codes
  // stay: `fronts` has its number, a byte a pixel.
  __device__ void layer(int k, float (&sum)[channels][thread_rows], std::uint32_t& fronts) const {
    bool any = false, all = false;
    coverage_around(k, lens_reach(lens_.radii[lens_.count - 1]), &any, &all);
    if (!any) return;
    const int x = x0_ + lane_;
    unsigned near = 0, far = 0;
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      position(i) = 1e6f;
      if (seen(i) == 0) continue;
      position(i) = lens_position(layers_.disparity(k).row(row(i))[x], lens_.focus, lens_.range, lens_.scale,
                                  lens_.radii, lens_.inverse_steps, lens_.count);
      const int low = static_cast<int>(floorf(position(i))), high = static_cast<int>(ceilf(position(i)));
      if (high >= 0) near |= 1u << high | 1u << max(low, 0);
      if (low < 0) far |= 1u << (focus_bit + low) | (high < 0 ? 1u << (focus_bit + high) : 0);
    }
    if (near != 0) atomicOr(&shared_.near, near);
    if (far != 0) atomicOr(&shared_.far, far);
    __syncthreads();
    const int farthest = shared_.far == 0 ? 0 : focus_bit + 1 - __ffs(static_cast<int>(shared_.far));
    const int nearest = shared_.near == 0 ? 0 : 31 - __clz(static_cast<int>(shared_.near));
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
        if (next_level(scale, -max_radii) < max_radii) add_levels(plane, scale, light);
      }
      // What pixels have themselves.
      unsigned own = 0;
#pragma unroll
      for (int i = 0; i < thread_rows; ++i) {
        if (weight_of(position(i), 0) > 0 || (!bytes && seen(i) == 1)) own |= 1u << i;
      }
      if (__syncthreads_or(own != 0) != 0) {
        // By way of shared memory, where a loop may index.
#pragma unroll 1
        for (int i = 0; i < thread_rows; ++i) {
          if ((own >> i & 1u) != 0) {
            shared_.sums[i * block_threads + thread_] = static_cast<std::uint32_t>(value(plane, x, row(i)));
          }
        }
        const float scale = plane.is_coverage() ? 1.0f / lens_opaque : 1;
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) {
          if ((own >> i & 1u) == 0) continue;
          const auto is = static_cast<float>(static_cast<std::int32_t>(shared_.sums[i * block_threads + thread_]));
          light[i] += weight_of(position(i), 0) * (is * scale);
          if (!bytes && !plane.is_coverage() && !(fabsf(light[i] - is) < 0.5f)) same &= ~(1u << i);
        }
      }
      if (plane.is_coverage()) break;
#pragma unroll
      for (int to = 0; to < channels; ++to) {
        if (to != c) continue;
#pragma unroll
        for (int i = 0; i < thread_rows; ++i) sum[to][i] += seen(i) * light[i];
      }
    }
#pragma unroll
    for (int i = 0; i < thread_rows; ++i) {
      if (seen(i) == 0) continue;
      const float alpha = opaque ? 1 : light[i];
      if (!bytes && seen(i) == 1 && alpha == 1 && (same >> i & 1u) != 0) {
        fronts = (fronts & ~(255u << 8 * i)) | static_cast<std::uint32_t>(k) << 8 * i;
      }
      const float share = seen(i) * alpha;
      if (to_.blur.data != nullptr && share > 0)
        to_.blur.row(row(i) - lens_.first_row)[x] += share * fminf(fabsf(position(i)), 1.0f);
      const float rest = opaque ? 0 : seen(i) * (1 - alpha);
      seen(i) = rest > 1e-6f ? rest : 0;
    }
  }

  const Layers& layers_;
  const Lens& lens_;
  const Pictures& to_;
  const Shared shared_;
  const int thread_, lane_, warp_, x0_, y0_;
};

}  // namespace lens
}  // namespace cuda
}  // namespace v1
}  // namespace relievo
