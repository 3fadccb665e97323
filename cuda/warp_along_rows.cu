// Backward warp of layers that move along their rows. All pixels of a row then look between the same two rows of a
// layer, whose disparity, blended, lies in shared memory: a search step reads a value and the slope to the next one.
//
// What limits the warp is the number of instructions, not memory.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>

#include "core/with_scalar.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "cuda/warp_layers.hpp"
#include "kernels/blend.hpp"
#include "kernels/locator.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {
namespace {

constexpr int threads = 64;
// Pixels of a thread, `threads` apart, so that neighbouring threads read neighbouring addresses; output rows of a block,
// one after another. What is the same for all of them is worked out once.
constexpr int pixels = 16;
constexpr int tile = threads * pixels;
// Blocks that a multiprocessor must hold: shared memory is for as many on large GPUs.
constexpr int blocks_at_once = 12;
constexpr int block_rows = 8;
// What a block has on every GPU.
constexpr std::size_t most_shared = 48 * 1024;

// Between two disparities.
struct alignas(8) Slope {
  float value, rise;
};

// Pixels that are looked for at once: as many as there are registers for.
template <class T>
constexpr int group_of = std::is_same_v<T, Half> ? 2 : 4;

template <class T>
using Between = typename Sampler<T>::Between;

// Where positions p in `from` to `to` look while they move by disparities 0 to 1: columns begin .. begin + count - 1 and
// the next one, which may lie outside the image. Floats grow with what they are made of, so no rounding leaves them.
struct Reach {
  int begin, count;
  unsigned origin;
};
RELIEVO_HD inline Reach reach_of(const LayerMotion& motion, float from, float to) {
  const float far = (0.0f - motion.convergence) * motion.gain_x, near = (1.0f - motion.convergence) * motion.gain_x;
  const float most = std::fmax(0.0f, std::fmax(far, near)), least = std::fmin(0.0f, std::fmin(far, near));
  const int begin = static_cast<int>(std::floor(from - most)) & ~3;
  return {begin, static_cast<int>(std::floor(to - least)) - begin + 1,
          0u - (0x4b010000u + static_cast<unsigned>(begin)) * static_cast<unsigned>(sizeof(Slope))};
}

// The row of a layer between rows y.first and y.second, with its border repeated.
__device__ inline void fill(Slope* window, const LayerRows<float>& disparity, const Neighbours& y, const Reach& reach,
                            int width) {
  constexpr int piece = 8;
  const float *const above = disparity.row(y.first), *const below = disparity.row(y.second);
  const bool aligned = (reinterpret_cast<std::uintptr_t>(above) | reinterpret_cast<std::uintptr_t>(below)) % 16 == 0;
#pragma unroll 1
  for (int i = piece * static_cast<int>(threadIdx.x); i < reach.count; i += piece * threads) {
    const int x = reach.begin + i;
    const auto load = [&](const float* row, float (&to)[piece + 1]) {
      if (aligned && x >= 0 && x + piece < width) {
#pragma unroll
        for (int k = 0; k < piece; k += 4) {
          const float4 four = *reinterpret_cast<const float4*>(row + x + k);
          to[k] = four.x, to[k + 1] = four.y, to[k + 2] = four.z, to[k + 3] = four.w;
        }
        to[piece] = row[x + piece];
      } else {
#pragma unroll
        for (int k = 0; k <= piece; ++k) to[k] = row[repeat_border(x + k, width)];
      }
    };
    float values[piece + 1], others[piece + 1];
    load(above, values);
    if (y.t != 0) {
      load(below, others);
#pragma unroll
      for (int k = 0; k <= piece; ++k) values[k] = lerp(values[k], others[k], y.t);
    }
    // They lie in 0 to 1 as it is; were they elsewhere, a search would leave the window.
#pragma unroll
    for (int k = 0; k <= piece; ++k) values[k] = __saturatef(values[k]);
    auto* const to = reinterpret_cast<float4*>(window + i);
#pragma unroll
    for (int k = 0; k < piece; k += 2) {
      to[k / 2] = make_float4(values[k], values[k + 1] - values[k], values[k + 1], values[k + 2] - values[k + 1]);
    }
  }
}

// Locator::locate for pixels that look at `px` before layers move.
template <int n>
__device__ inline void locate(const Slope* window, const LayerMotion& motion, unsigned origin, const float* px, float (&x)[n]) {
  constexpr float magic = 8388608 + 65536;  // as in whole_of, from -65536 on
#pragma unroll
  for (int j = 0; j < n; ++j) x[j] = px[j];
#pragma unroll
  for (int step = 0; step < 3; ++step) {
#pragma unroll
    for (int j = 0; j < n; ++j) {
      const float sum = __fadd_rz(x[j], magic);
      const unsigned offset = static_cast<unsigned>(__float_as_int(sum)) * static_cast<unsigned>(sizeof(Slope)) + origin;
      const Slope at = *reinterpret_cast<const Slope*>(reinterpret_cast<const unsigned char*>(window) + offset);
      x[j] = px[j] - (at.value + (x[j] - (sum - magic)) * at.rise - motion.convergence) * motion.gain_x;
    }
  }
}

// Four bytes of two rows as Sampler::across has them.
__device__ inline uint2 across(std::uint32_t above, std::uint32_t below, std::uint32_t weight) {
  const std::uint32_t rest = 256 - weight;
  const std::uint32_t first = __byte_perm(above, 0, 0x4240) * rest + __byte_perm(below, 0, 0x4240) * weight;
  const std::uint32_t second = __byte_perm(above, 0, 0x4341) * rest + __byte_perm(below, 0, 0x4341) * weight;
  return make_uint2(__byte_perm(first, second, 0x5410), __byte_perm(first, second, 0x7632));
}

// A layer's colour or coverage between rows y.first and y.second, in shared memory: pixels `first` to `last` of the
// image, and one more, which never has weight where it lies outside.
template <class T, int channels>
struct Strip {
  static constexpr int piece = 16;  // samples

  Between<T>* samples;
  int base;  // which sample of the row the first is

  __device__ Strip(Between<T>* to, int first) : samples(to), base(first * channels & -piece) {}

  __device__ void fill(const LayerRows<T>& in, const Neighbours& y, int last, int width) const {
    const T *const above = in.row(y.first), *const below = in.row(y.second);
    const auto weight = weight_of<T>(y.t);
    const int row = width * channels, end = (last + 2) * channels;
    [[maybe_unused]] const bool aligned =
        (reinterpret_cast<std::uintptr_t>(above) | reinterpret_cast<std::uintptr_t>(below)) % piece == 0;
#pragma unroll 1
    for (int at = base + piece * static_cast<int>(threadIdx.x); at < end; at += piece * threads) {
      if constexpr (std::is_same_v<T, std::uint8_t>) {
        if (aligned && at + piece <= row) {
          const uint4 a = *reinterpret_cast<const uint4*>(above + at);
          uint4 b = a;
          if (weight != 0) b = *reinterpret_cast<const uint4*>(below + at);
          const auto w = static_cast<std::uint32_t>(weight);
          const uint2 p = across(a.x, b.x, w), q = across(a.y, b.y, w), r = across(a.z, b.z, w), s = across(a.w, b.w, w);
          auto* const to = reinterpret_cast<uint4*>(samples + (at - base));
          to[0] = make_uint4(p.x, p.y, q.x, q.y);
          to[1] = make_uint4(r.x, r.y, s.x, s.y);
          continue;
        }
      }
      for (int i = at; i < min(at + piece, end); ++i) {
        const int from = i < row ? i : i - channels;
        samples[i - base] = Sampler<T>::across(above[from], below[from], weight);
      }
    }
  }

  __device__ void sample(float x, float end, T (&out)[channels]) const {
    const float inside = fminf(fmaxf(x, 0.0f), end);
    const Whole first = whole_of(inside);
    const auto weight = weight_of<T>(inside - first.value);
    const Between<T>* const at = samples + (first.index * channels - base);
#pragma unroll
    for (int c = 0; c < channels; ++c) out[c] = Sampler<T>::along(at[c], at[channels + c], weight);
  }
};

// What of a layer a row of a block sees.
enum class Cover { none, some, all };

// All threads of the block call it.
__device__ inline Cover cover_of(const LayerRows<std::uint8_t>& coverage, const Neighbours& y, const Reach& reach,
                                 int width) {
  // Half of the threads for each of the two rows, a word of 16 pixels at a time.
  constexpr int step = 16;
  const int thread = static_cast<int>(threadIdx.x) % (threads / 2);
  const std::uint8_t* const row = coverage.row(static_cast<int>(threadIdx.x) == thread ? y.first : y.second);
  const bool aligned = reinterpret_cast<std::uintptr_t>(row) % step == 0;
  std::uint32_t any = 0, all = ~0u;
  for (int x = (reach.begin & -step) + thread * step; x <= reach.begin + reach.count; x += step * threads / 2) {
    if (aligned && x >= 0 && x + step <= width) {
      const uint4 words = *reinterpret_cast<const uint4*>(row + x);
      any |= words.x | words.y | words.z | words.w;
      all &= words.x & words.y & words.z & words.w;
    } else {
      for (int k = 0; k < step; ++k) {
        const std::uint32_t value = row[repeat_border(x + k, width)] * 0x01010101u;
        any |= value;
        all &= value;
      }
    }
  }
  if (__syncthreads_or(any != 0) == 0) return Cover::none;
  return __syncthreads_and(all == ~0u) != 0 ? Cover::all : Cover::some;
}

template <class T, int channels>
__global__ void __launch_bounds__(threads, blocks_at_once)
    warp(const __grid_constant__ Layers layers, const __grid_constant__ Motions motions, int count,
         const WarpView view, int window, MutableRows<T> out) {
  constexpr int group = group_of<T>;
  RELIEVO_DYNAMIC_SHARED(Slope, slopes);
  auto* const colors = reinterpret_cast<Between<T>*>(slopes + window);
  auto* const covers = reinterpret_cast<Between<std::uint8_t>*>(colors + window * channels);
  __shared__ Reach reaches[max_layers];
  __shared__ Neighbours rows[block_rows];
  const int thread = static_cast<int>(threadIdx.x);
  const int first = static_cast<int>(blockIdx.x) * tile + thread;
  const int first_row = static_cast<int>(blockIdx.y) * block_rows;
  const int last_x = view.width - 1, last_y = view.height - 1, left = view.width - first;
  const auto end_x = static_cast<float>(last_x);
  const auto looked_at = [&](int column) {
    return enlarged(static_cast<float>(min(column, last_x)), view.width, view.zoom);
  };
  if (thread < count) {
    const int begin = first - thread;
    reaches[thread] = reach_of(motions.of[thread], looked_at(begin), looked_at(begin + tile - 1));
  }
  if (thread < block_rows) {
    rows[thread] = neighbours(enlarged(static_cast<float>(first_row + thread), view.height, view.zoom), last_y,
                              static_cast<float>(last_y));
  }
  // By way of shared memory: divisions in a loop take few registers.
  auto* const looked = reinterpret_cast<float*>(slopes) + thread;
#pragma unroll 1
  for (int j = 0; j < tile; j += threads) looked[j] = looked_at(first + j);
  float px[pixels];
#pragma unroll
  for (int j = 0; j < pixels; ++j) px[j] = looked[threads * j];
  __syncthreads();

  T* to = out.row(first_row) + first * channels;
  const int end_row = min(block_rows, view.height - first_row);
  for (int r = 0; r < end_row; ++r) {
    const Neighbours y = rows[r];
    const auto paint = [&](int i, bool mixed) {
      const LayerMotion& motion = motions.of[i];
      const Reach reach = reaches[i];
      const int begin = repeat_border(reach.begin, view.width);
      const int end = repeat_border(reach.begin + reach.count - 1, view.width);
      const Strip<T, channels> color(colors, begin);
      const Strip<std::uint8_t, 1> coverage(covers, begin);
      __syncthreads();
      fill(slopes, layers.disparity(i), y, reach, view.width);
      color.fill(layers.color<T>(i), y, end, view.width);
      if (mixed) coverage.fill(layers.coverage(i), y, end, view.width);
      __syncthreads();
#pragma unroll
      for (int k = 0; k < pixels; k += group) {
        float x[group];
        locate(slopes, motion, reach.origin, px + k, x);
        std::uint8_t cover[group][1];
        unsigned any = 0;
        if (mixed) {
#pragma unroll
          for (int j = 0; j < group; ++j) {
            coverage.sample(x[j], end_x, cover[j]);
            any |= cover[j][0];
          }
          if (any == 0) continue;
        }
        T front[group][channels];
#pragma unroll
        for (int j = 0; j < group; ++j) color.sample(x[j], end_x, front[j]);
#pragma unroll
        for (int j = 0; j < group; ++j) {
          if (threads * (k + j) >= left) continue;
          T* const pixel = to + threads * (k + j) * channels;
#pragma unroll
          for (int c = 0; c < channels; ++c) pixel[c] = mixed ? mix(front[j][c], pixel[c], cover[j][0]) : front[j][c];
        }
      }
    };
    // The nearest layer that is opaque all along, and those before it that are seen in part.
    std::uint64_t in_part = 0;
    int i = count - 1;
    for (; i > 0; --i) {
      const Cover cover = layers.opaque(i) ? Cover::all : cover_of(layers.coverage(i), y, reaches[i], view.width);
      if (cover == Cover::all) break;
      if (cover == Cover::some) in_part |= std::uint64_t{1} << i;
    }
    paint(i, false);
    for (; in_part != 0; in_part &= in_part - 1) paint(__ffsll(static_cast<long long>(in_part)) - 1, true);
    to = reinterpret_cast<T*>(reinterpret_cast<unsigned char*>(to) + out.pitch);
  }
}

}  // namespace

bool warp_along_rows(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                     const MutableImageView& out, cudaStream_t stream) {
  // Pixels of a layer that a row of a block sees at most; where it begins and what is next to it makes a few more.
  int window = 0;
  bool covered = false;
  for (int i = 0; i < count; ++i) {
    covered |= layers[i].coverage.data != nullptr;
    const LayerMotion& m = motions[i];
    const bool along_row = m.gain_x != 0 && m.gain_y == 0 && m.gain_z == 0 && m.shift_x == 0 && m.shift_y == 0;
    if (!along_row || !(std::fabs(m.gain_x) + std::fabs(m.gain_x * m.convergence) < most_shared)) return false;
    const float end = static_cast<float>(std::min(tile, out.width)) / zoom;
    window = std::max(window, (reach_of(m, 0, end).count + 63) / 16 * 16);
  }
  if (layers[0].coverage.data != nullptr) return false;
  Motions all{};
  std::copy_n(motions, count, all.of);
  bool fits = false;
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel, std::size_t channels) {
      const std::size_t pixel = sizeof(Slope) + sizeof(Between<T>) * channels + (covered ? sizeof(Between<std::uint8_t>) : 0);
      const Grid grid{blocks_for(out.width, out.height, dim3(tile, block_rows, 1)), dim3(threads), stream,
                      std::max(static_cast<std::size_t>(window) * pixel, tile * sizeof(float))};
      fits = grid.shared_bytes <= most_shared;
      if (!fits) return;
      cuda::launch(kernel, grid, Layers(layers, count), all, count, WarpView{zoom, out.width, out.height}, window,
                   cuda::rows<T>(out));
    };
    return out.format.channels == 1 ? launch(warp<T, 1>, 1) : launch(warp<T, 3>, 3);
  });
  return fits;
}

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
