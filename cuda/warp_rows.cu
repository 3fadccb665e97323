// Forward warp along rows, one block a row: intervals are drawn into shared memory as keys of disparity and source, so
// that the nearest wins by integers whatever the order of the threads. Rows too long for shared memory are drawn in
// parts.
#include <cstddef>
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/blend.hpp"
#include "kernels/order.hpp"
#include "kernels/row_warp.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::Layers;
using cuda::MutableRows;
using Key = unsigned long long;  // disparity above, source interval below; 0 = nothing was drawn

constexpr int block = 256;
// Keys of a part and what comes with them fit in the 64 KiB a block can have on every GPU.
constexpr int longest_part = 7936;
constexpr int most_parts = 9;
static_assert(longest_part * most_parts >= 65535);

struct Warp {
  float gain, convergence;
  int width;
  int part;  // pixels, a multiple of 32
};

// One row of a layer.
struct Row {
  const float* disparity;
  const std::uint8_t* coverage;  // null where opaque
  Warp warp;

  __device__ float to(int x) const { return moved(x, disparity[x], warp.gain, warp.convergence); }

  __device__ DrawnPixel drawn(int at, Key key) const {
    const int x = static_cast<int>(key & 0xffffffffu);
    const float disparity_there = from_order_key(static_cast<std::uint32_t>(key >> 32));
    if (warp.width == 1) return {at, 0, disparity_there};
    return {at, static_cast<float>(x) + span_of(to(x), to(x + 1), warp.width).at(at), disparity_there};
  }
};

// A part of a row in shared memory.
struct Part {
  Key* keys;
  std::uint32_t* mask;  // a bit a pixel: drawn
  int begin, count;

  __device__ void clear() const {
    for (int i = static_cast<int>(threadIdx.x); i < count; i += block) keys[i] = 0;
  }

  __device__ void put(int pixel, float disparity, int x) const {
    if (disparity != disparity) return;
    atomicMax(&keys[pixel - begin], Key{order_key(disparity)} << 32 | static_cast<std::uint32_t>(x));
  }

  __device__ void draw(const Row& row) const {
    const int width = row.warp.width;
    if (width == 1) {
      if (threadIdx.x == 0 && single_pixel_stays(row.to(0))) put(0, row.disparity[0], 0);
      return;
    }
    for (int x = static_cast<int>(threadIdx.x); x + 1 < width; x += block) {
      const RowSpan span = span_of(row.to(x), row.to(x + 1), width);
      const int first = span.first < begin ? begin : span.first;
      const int final = span.final < begin + count ? span.final : begin + count - 1;
      if (first > final) continue;
      if (row.coverage != nullptr && (row.coverage[x] | row.coverage[x + 1]) == 0) continue;
      for (int i = first; i <= final; ++i) put(i, lerp(row.disparity[x], row.disparity[x + 1], span.at(i)), x);
    }
  }

  __device__ void note_drawn() const {
    const int padded = (count + 31) / 32 * 32;
    for (int i = static_cast<int>(threadIdx.x); i < padded; i += block) {
      const unsigned bits = __ballot_sync(0xffffffffu, i < count && keys[i] != 0);
      if (i % 32 == 0) mask[i / 32] = bits;
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
    const int words = (count + 31) / 32;
    int word = i / 32;
    if (word >= words) return -1;
    std::uint32_t bits = mask[word] & ~0u << (i % 32);
    while (bits == 0 && ++word < words) bits = mask[word];
    return bits == 0 ? -1 : 32 * word + __ffs(static_cast<int>(bits)) - 1;
  }

  __device__ DrawnPixel pixel(const Row& row, int i) const { return row.drawn(begin + i, keys[i]); }
};

template <class T, int channels>
__global__ void __launch_bounds__(block) warp(const Layers layers, int count, Warp warp, MutableRows<T> out) {
  RELIEVO_DYNAMIC_SHARED(Key, keys);
  std::uint32_t* const mask = reinterpret_cast<std::uint32_t*>(keys + warp.part);
  // The nearest drawn pixels beside each part.
  __shared__ DrawnPixel left_of[most_parts], right_of[most_parts];
  const int y = static_cast<int>(blockIdx.x);
  const int width = warp.width;
  const int parts = (width + warp.part - 1) / warp.part;
  T* const to = out.row(y);

  for (int layer = 0; layer < count; ++layer) {
    const Row row{layers.disparity(layer).row(y), layers.opaque(layer) ? nullptr : layers.coverage(layer).row(y), warp};
    const T* const color = layers.color<T>(layer).row(y);
    const auto draw = [&](int p) {
      const int begin = p * warp.part;
      const Part part{keys, mask, begin, width - begin < warp.part ? width - begin : warp.part};
      __syncthreads();
      part.clear();
      __syncthreads();
      part.draw(row);
      __syncthreads();
      part.note_drawn();
      __syncthreads();
      return part;
    };
    if (layer == 0 && threadIdx.x == 0) {
      left_of[0] = {-1, 0, 0};
      right_of[parts - 1] = {width, 0, 0};
    }
    // Only the farthest layer's holes are filled, from parts to their right as well.
    if (layer == 0) {
      for (int p = parts - 1; p > 0; --p) {
        const Part part = draw(p);
        if (threadIdx.x == 0) {
          const int first = part.first_from(0);
          right_of[p - 1] = first < 0 ? right_of[p] : part.pixel(row, first);
        }
      }
    }
    for (int p = 0; p < parts; ++p) {
      const Part part = draw(p);
      if (layer == 0 && p + 1 < parts && threadIdx.x == 0) {
        const int last = part.last_before(part.count);
        left_of[p + 1] = last < 0 ? left_of[p] : part.pixel(row, last);
      }
      for (int i = static_cast<int>(threadIdx.x); i < part.count; i += block) {
        float source;
        if (keys[i] != 0) {
          source = part.pixel(row, i).source;
        } else if (layer == 0) {
          const int left = part.last_before(i), right = part.first_from(i);
          source = fill_hole(part.begin + i, left < 0 ? left_of[p] : part.pixel(row, left),
                             right < 0 ? right_of[p] : part.pixel(row, right), width, row.to(0));
        } else {
          continue;
        }
        T* const pixel = to + std::int64_t{part.begin + i} * channels;
        T behind[channels] = {};
        unsigned cover = 255;
        if (row.coverage != nullptr) {
          std::uint8_t sampled;
          sample_row<1>(row.coverage, source, width, &sampled);
          cover = sampled;
          if (layer > 0) {
            if (cover == 0) continue;
#pragma unroll
            for (int c = 0; c < channels; ++c) behind[c] = pixel[c];
          }
        }
        T front[channels];
        sample_row<channels>(color, source, width, front);
#pragma unroll
        for (int c = 0; c < channels; ++c) pixel[c] = mix(front[c], behind[c], cover);
      }
    }
  }
}

}  // namespace

void CudaEngine::warp_rows(const LayerView* layers, int count, float gain, float convergence,
                           const MutableImageView& out) {
  const Enqueue enqueue(*this, "warp_rows");
  const int parts = (out.width + longest_part - 1) / longest_part;
  const Warp how{gain, convergence, out.width, ((out.width + parts - 1) / parts + 31) / 32 * 32};
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
