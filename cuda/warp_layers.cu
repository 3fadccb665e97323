// Backward warp of layers that move in the plane. A group of pixels looks down from the nearest layer to the first that
// is opaque there, then composites upwards those that are seen through.
//
// What limits it is the number of instructions, not memory. So a thread takes several pixels of one row, which share
// what does not change along a row, and layers that move along their rows alone have a kernel of their own.
#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "cuda/warp_layers.hpp"
#include "kernels/blend.hpp"
#include "kernels/locator.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::LayerRows;
using cuda::Layers;
using cuda::Motions;
using cuda::MutableRows;
using cuda::neighbours;
using cuda::weight_of;
using View = cuda::WarpView;

constexpr dim3 block{32, 8, 1};
// Pixels of a thread, a warp's width apart, so that neighbouring threads read neighbouring addresses: as many as there
// are registers for.
template <class T, int channels>
constexpr int warp_pixels = sizeof(T) * channels <= 4 ? 4 : 2;

// The pixels of a thread: columns inside the image, row, and where they look before layers move.
template <int pixels>
struct Group {
  int column[pixels];
  int row;
  float px[pixels];
  float py;
};

__device__ inline Neighbours inside(const Split& at, int size) {
  return {repeat_border(at.whole, size), repeat_border(at.whole + 1, size), at.t};
}

// Where a thread's pixels look in a layer.
template <int pixels>
struct Places {
  Neighbours x[pixels], y[pixels];
};

// Locator::locate for the pixels of a thread.
template <int pixels>
__device__ inline void locate(const LayerRows<float>& disparity, const LayerMotion& motion, const View& view,
                              const Group<pixels>& group, Places<pixels>& at) {
  const int last_x = view.width - 1, last_y = view.height - 1;
  const auto end_x = static_cast<float>(last_x), end_y = static_cast<float>(last_y);
  const float center_x = 0.5f * end_x, center_y = 0.5f * end_y;
  float x[pixels], y[pixels], off[pixels];
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
    x[j] = group.px[j];
    y[j] = group.py;
  }
#pragma unroll
  for (int step = 0; step < 3; ++step) {
#pragma unroll
    for (int j = 0; j < pixels; ++j) {
      const Neighbours v = neighbours(y[j], last_y, end_y);
      const Neighbours h = neighbours(x[j], last_x, end_x);
      const float *const above = disparity.row(v.first), *const below = disparity.row(v.second);
      off[j] = bilinear(above[h.first], above[h.second], below[h.first], below[h.second], h.t, v.t);
    }
#pragma unroll
    for (int j = 0; j < pixels; ++j) {
      off[j] -= motion.convergence;
      x[j] = group.px[j] - (motion.shift_x + off[j] * (motion.gain_x + motion.gain_z * (x[j] - center_x)));
      y[j] = group.py - (motion.shift_y + off[j] * (motion.gain_y + motion.gain_z * (y[j] - center_y)));
    }
  }
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
    at.x[j] = neighbours(x[j], last_x, end_x);
    at.y[j] = neighbours(y[j], last_y, end_y);
  }
}

template <class T, int channels>
struct Pixel {
  T of[channels];
};

template <int pixels, int channels, class T>
__device__ inline void sample(const LayerRows<T>& in, const Places<pixels>& at, T (&out)[pixels][channels]) {
  using S = Sampler<T>;
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
    const Neighbours& v = at.y[j];
    const auto wx = weight_of<T>(at.x[j].t);
    const auto wy = weight_of<T>(v.t);
    const auto* const above = reinterpret_cast<const Pixel<T, channels>*>(in.row(v.first));
    const auto* const below = reinterpret_cast<const Pixel<T, channels>*>(in.row(v.second));
    const auto left = static_cast<unsigned>(at.x[j].first), right = static_cast<unsigned>(at.x[j].second);
    const T *const p00 = above[left].of, *const p01 = above[right].of, *const p10 = below[left].of, *const p11 = below[right].of;
#pragma unroll
    for (int c = 0; c < channels; ++c) {
      if constexpr (std::is_same_v<T, std::uint8_t>) {
        out[j][c] = static_cast<T>(bilinear_256(p00[c], p01[c], p10[c], p11[c], wx, wy));
      } else {
        out[j][c] = S::along(S::across(p00[c], p10[c], wy), S::across(p01[c], p11[c], wy), wx);
      }
    }
  }
}

// Looks in layer i and puts it over what was seen, or only notes it where it is seen through and others are `below`.
// Whether nothing farther need be looked at.
template <int pixels, class T, int channels>
__device__ inline bool look(const Layers& layers, const LayerMotion& motion, int i, const View& view,
                            const Group<pixels>& group, bool below, std::uint64_t& seen_through, T (&seen)[pixels][channels]) {
  Places<pixels> at;
  if (!moves_by_disparity(motion)) {
    const Neighbours y = inside(shifted(group.row, view.height, view.zoom, motion.shift_y), view.height);
    const Split bare = shifted(0, view.width, 1, motion.shift_x);
#pragma unroll
    for (int j = 0; j < pixels; ++j) {
      Split x{bare.whole + group.column[j], bare.t};
      if (view.zoom != 1) x = shifted(group.column[j], view.width, view.zoom, motion.shift_x);
      at.x[j] = inside(x, view.width);
      at.y[j] = y;
    }
  } else {
    locate(layers.disparity(i), motion, view, group, at);
  }
  std::uint8_t cover[pixels][1];
  unsigned any = 0, all = 255;
  if (!layers.opaque(i)) {
    sample(layers.coverage(i), at, cover);
#pragma unroll
    for (int j = 0; j < pixels; ++j) {
      any |= cover[j][0];
      all &= cover[j][0];
    }
    if (below && all != 255) {
      // What is transparent here is not looked at again.
      if (any != 0) seen_through |= std::uint64_t{1} << i;
      return false;
    }
  }
  T front[pixels][channels];
  sample(layers.color<T>(i), at, front);
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
#pragma unroll
    for (int c = 0; c < channels; ++c) seen[j][c] = all == 255 ? front[j][c] : mix(front[j][c], seen[j][c], cover[j][0]);
  }
  return true;
}

template <class T, int channels>
__global__ void __launch_bounds__(256)
    warp(const __grid_constant__ Layers layers, const __grid_constant__ Motions motions, int count, const View view,
         MutableRows<T> out) {
  constexpr int pixels = warp_pixels<T, channels>;
  constexpr int tile_width = 32 * pixels;
  __shared__ float looked_at[tile_width];
  const int first = static_cast<int>(blockIdx.x) * tile_width;
  const int thread = static_cast<int>(threadIdx.y * 32 + threadIdx.x);
  if (view.zoom != 1) {
    if (thread < tile_width) looked_at[thread] = enlarged(static_cast<float>(first + thread), view.width, view.zoom);
    __syncthreads();
  }
  Group<pixels> group;
  group.row = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (group.row >= view.height) return;
  group.py = static_cast<float>(group.row);
  if (view.zoom != 1) group.py = enlarged(group.py, view.height, view.zoom);
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
    const int within = static_cast<int>(threadIdx.x) + 32 * j;
    group.column[j] = min(first + within, view.width - 1);
    group.px[j] = view.zoom == 1 ? static_cast<float>(group.column[j]) : looked_at[within];
  }
  T seen[pixels][channels] = {};
  std::uint64_t seen_through = 0;
  bool down = true;
  for (int i = count - 1;;) {
    const LayerMotion& motion = motions.of[i];
    const bool below = down && i > 0;
    const bool done = look(layers, motion, i, view, group, below, seen_through, seen);
    if (!done) {
      --i;
      continue;
    }
    down = false;
    if (seen_through == 0) break;
    i = __ffsll(static_cast<long long>(seen_through)) - 1;
    seen_through &= seen_through - 1;
  }
  T* const to = out.row(group.row);
#pragma unroll
  for (int j = 0; j < pixels; ++j) {
    const int x = first + static_cast<int>(threadIdx.x) + 32 * j;
    if (x >= view.width) continue;
#pragma unroll
    for (int c = 0; c < channels; ++c) to[channels * x + c] = seen[j][c];
  }
}

}  // namespace

void CudaEngine::warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                             const MutableImageView& out) {
  const Enqueue enqueue(*this, "warp_layers");
  if (cuda::warp_along_rows(layers, motions, count, zoom, out, stream_)) return;
  Motions all{};
  std::copy_n(motions, count, all.of);
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel, int pixels) {
      cuda::launch(kernel, {cuda::blocks_for(out.width, out.height, dim3(32 * pixels, block.y, 1)), block, stream_},
                   Layers(layers, count), all, count, View{zoom, out.width, out.height}, cuda::rows<T>(out));
    };
    if (out.format.channels == 1) {
      launch(warp<T, 1>, warp_pixels<T, 1>);
    } else {
      launch(warp<T, 3>, warp_pixels<T, 3>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
