// Forward warp along rows, one block a row: intervals are drawn into shared memory as keys of disparity and source, so
// that the nearest wins by integers whatever the order of the threads. Rows too long for shared memory are drawn in
// parts.
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "cuda/whole.hpp"
#include "kernels/blend.hpp"
#include "kernels/order.hpp"
#include "kernels/row_warp.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::Layers;
using cuda::MutableRows;

// Disparity above, source below, both as integers of their order; 0 = nothing was drawn. Of equal disparities the larger
// source wins, which is that of the later interval.
using Key = unsigned long long;

constexpr int block = 256;
// Pixels that a thread has on their way at once, `block` apart.
constexpr int batch = 2;
constexpr int step = block * batch;
// Keys of a part, a multiple of `step`, and what comes with them fit in the 64 KiB a block can have on every GPU.
constexpr int longest_part = 15 * step;
constexpr int most_parts = 9;
static_assert(longest_part * most_parts >= 65535);

struct Warp {
  float gain, convergence;
  int width;
  int part;  // pixels, a multiple of `step`
};

__device__ DrawnPixel drawn(int at, Key key) {
  return {at, __uint_as_float(static_cast<std::uint32_t>(key)), from_order_key(static_cast<std::uint32_t>(key >> 32))};
}

// sample_row without conversions.
template <int channels, class T>
__device__ void sample(const T* row, float source, int width, T* out) {
  const cuda::Whole first = cuda::whole_of(source);
  const T* const left = row + static_cast<unsigned>(first.index * channels);
  sample_between<channels>(left, left + (first.index + 1 < width ? channels : 0),
                           cuda::weight_of<T>(source - first.value), out);
}

// One row of a layer.
struct Row {
  const float* disparity;
  const std::uint8_t* coverage;  // null where opaque
  Warp warp;

  __device__ float to(float x, float d) const { return moved(x, d, warp.gain, warp.convergence); }
};

// A part of a row in shared memory. Past the row's end nothing is drawn.
struct Part {
  Key* keys;
  std::uint32_t* mask;  // a bit a pixel: drawn
  int begin, size;

  __device__ void clear() const {
    auto* const pairs = reinterpret_cast<ulonglong2*>(keys);
    for (int i = static_cast<int>(threadIdx.x); i < size / 2; i += block) pairs[i] = {0, 0};
  }

  __device__ void put(int i, float disparity, float source) const {
    if (disparity != disparity) return;
    const Key key = Key{order_key(disparity)} << 32 | __float_as_uint(source);
    // Most pixels are drawn once.
    if (atomicCAS(keys + i, Key{0}, key) >> 32 != 0) atomicMax(keys + i, key);
  }

  template <bool covered>
  __device__ void draw(const Row& row) const {
    const int width = row.warp.width;
    if (width == 1) {
      if (threadIdx.x == 0 && single_pixel_stays(row.to(0, row.disparity[0]))) put(0, row.disparity[0], 0);
      return;
    }
    const auto first_pixel = static_cast<float>(begin);
    const auto last_pixel = static_cast<float>(min(begin + size, width) - 1);
    // Of a float that is raised to be whole, the pixel in the part.
    const int origin = __float_as_int(cuda::whole_floats) + begin;
    for (int x0 = static_cast<int>(threadIdx.x); x0 + 1 < width; x0 += step) {
      int x[batch];
      float here[batch], next[batch];
#pragma unroll
      for (int j = 0; j < batch; ++j) {
        x[j] = min(x0 + j * block, width - 2);  // the last one may be drawn again
        here[j] = row.disparity[x[j]];
        next[j] = row.disparity[x[j] + 1];
      }
#pragma unroll
      for (int j = 0; j < batch; ++j) {
        const auto at = static_cast<float>(x[j]);
        const float from = row.to(at, here[j]), to = row.to(at + 1, next[j]), length = to - from;
        if (!is_drawn(length)) continue;
        // By additions: the first is rounded up, the last down.
        const float first = __fadd_ru(fmaxf(from, first_pixel), cuda::whole_floats);
        const float last = __fadd_rz(fminf(to, last_pixel), cuda::whole_floats);
        if (!(first <= last)) continue;
        if constexpr (covered) {
          if ((row.coverage[x[j]] | row.coverage[x[j] + 1]) == 0) continue;
        }
        for (float i = first; i <= last; i += 1) {
          const float t = along_interval(i - cuda::whole_floats, from, length);
          put(__float_as_int(i) - origin, lerp(here[j], next[j], t), at + t);
        }
      }
    }
  }

  __device__ void note_drawn() const {
    const auto thread = threadIdx.x;
    const Key* key = keys + thread;
    std::uint32_t* to = mask + thread / 32;
    for (int i = 0; i < size; i += step, key += step, to += step / 32) {
#pragma unroll
      for (int j = 0; j < batch; ++j) {
        const unsigned bits = __ballot_sync(0xffffffffu, key[j * block] >> 32 != 0);
        if (thread % 32 == 0) to[j * block / 32] = bits;
      }
    }
  }

  // The last drawn pixel before `i`, the first from `i` on; -1 where there is none. Relative to the part.
  __device__ int last_before(int i) const {
    int word = i / 32;
    std::uint32_t bits = i % 32 == 0 ? 0 : mask[word] & ((1u << (i % 32)) - 1);
    while (bits == 0 && word > 0) bits = mask[--word];
    return bits == 0 ? -1 : 32 * word + 31 - __clz(static_cast<int>(bits));
  }
  __device__ int first_from(int i) const {
    const int words = size / 32;
    int word = i / 32;
    std::uint32_t bits = mask[word] & ~0u << (i % 32);
    while (bits == 0 && ++word < words) bits = mask[word];
    return bits == 0 ? -1 : 32 * word + __ffs(static_cast<int>(bits)) - 1;
  }

  __device__ DrawnPixel pixel(int i, const DrawnPixel& otherwise) const {
    return i < 0 ? otherwise : drawn(begin + i, keys[i]);
  }
};

template <class T, int channels>
__global__ void __launch_bounds__(block)
    warp(const __grid_constant__ Layers layers, int count, const Warp warp, MutableRows<T> out) {
  RELIEVO_DYNAMIC_SHARED(Key, keys);
  std::uint32_t* const mask = reinterpret_cast<std::uint32_t*>(keys + warp.part);
  // The nearest drawn pixels beside each part.
  __shared__ DrawnPixel left_of[most_parts], right_of[most_parts];
  const int y = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
  const int width = warp.width;
  const int parts = (width + warp.part - 1) / warp.part;
  if (thread == 0) {
    left_of[0] = {-1, 0, 0};
    right_of[parts - 1] = {width, 0, 0};
  }

  const auto add = [&](int layer, auto has_coverage) {
    constexpr bool covered = decltype(has_coverage)::value;
    const Row row{layers.disparity(layer).row(y), covered ? layers.coverage(layer).row(y) : nullptr, warp};
    const T* const color = layers.color<T>(layer).row(y);
    // Only the farthest layer's holes are filled, from parts to their right as well, which are drawn twice.
    for (int pass = layer == 0 ? 1 - parts : 0; pass < parts; ++pass) {
      const int p = abs(pass);
      const Part part{keys, mask, p * warp.part, warp.part};
      __syncthreads();
      part.clear();
      __syncthreads();
      part.template draw<covered>(row);
      __syncthreads();
      if (layer == 0) {
        part.note_drawn();
        __syncthreads();
      }
      if (pass < 0) {
        if (thread == 0) right_of[p - 1] = part.pixel(part.first_from(0), right_of[p]);
        continue;
      }
      if (layer == 0 && p + 1 < parts && thread == 0) {
        left_of[p + 1] = part.pixel(part.last_before(part.size), left_of[p]);
      }
      T* to = out.row(y) + (part.begin + thread) * channels;
      for (int i = thread; i < part.size; i += step, to += step * channels) {
        // Disparity, 0 where nothing is seen; pixel 0 is sampled there and not shown.
        std::uint32_t seen[batch];
        float source[batch];
#pragma unroll
        for (int j = 0; j < batch; ++j) {
          const int at = i + j * block;
          const Key key = keys[at];
          seen[j] = static_cast<std::uint32_t>(key >> 32);
          source[j] = __uint_as_float(static_cast<std::uint32_t>(key));
          if (seen[j] == 0 && layer == 0 && part.begin + at < width) {
            seen[j] = 1;
            source[j] = fill_hole(part.begin + at, part.pixel(part.last_before(at), left_of[p]),
                                  part.pixel(part.first_from(at), right_of[p]), width, row.to(0, row.disparity[0]));
          }
        }
        T front[batch][channels];
        std::uint8_t cover[batch];
#pragma unroll
        for (int j = 0; j < batch; ++j) {
          sample<channels>(color, source[j], width, front[j]);
          if constexpr (covered) sample<1>(row.coverage, source[j], width, cover + j);
        }
#pragma unroll
        for (int j = 0; j < batch; ++j) {
          if (seen[j] == 0) continue;
          T* const pixel = to + j * block * channels;
#pragma unroll
          for (int c = 0; c < channels; ++c) {
            pixel[c] = covered ? mix(front[j][c], layer == 0 ? T{} : pixel[c], cover[j]) : front[j][c];
          }
        }
      }
    }
  };
  for (int i = 0; i < count; ++i) {
    if (layers.opaque(i)) {
      add(i, std::false_type{});
    } else {
      add(i, std::true_type{});
    }
  }
}

}  // namespace

void CudaEngine::warp_rows(const LayerView* layers, int count, float gain, float convergence,
                           const MutableImageView& out) {
  const Enqueue enqueue(*this, "warp_rows");
  const int parts = (out.width + longest_part - 1) / longest_part;
  const Warp how{gain, convergence, out.width, ((out.width + parts - 1) / parts + step - 1) / step * step};
  const auto shared_bytes = static_cast<std::size_t>(how.part) * sizeof(Key) + static_cast<std::size_t>(how.part) / 8;
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    cuda::launch(out.format.channels == 1 ? warp<T, 1> : warp<T, 3>,
                 {dim3(static_cast<unsigned>(out.height)), dim3(block), stream_, shared_bytes}, Layers(layers, count),
                 count, how, cuda::rows<T>(out));
  });
}

}  // namespace v1
}  // namespace relievo
