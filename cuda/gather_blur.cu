// The depth-weighted gather, a thread a pixel. A block gathers as far as the largest radius around it, from shared
// memory where what it needs fits there.
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/aperture_reach.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr int block_x = 32, block_y = 8;
constexpr dim3 block{block_x, block_y, 1};
constexpr int shared_taps = 16;
constexpr int shared_pixels = (block_x + 2 * shared_taps) * (block_y + 2 * shared_taps);

enum Slot : std::size_t { radius_slot = 41, inverse_slot, largest_slot, tables_slot };

// The spread of every pixel, and the largest radius of every cell, a cell being the pixels of a block.
struct Spreads {
  Rows<float> disparity, radius, inverse_area, largest;
  int width, height;

  __device__ Spread at(int x, int y) const { return {disparity.row(y)[x], radius.row(y)[x], inverse_area.row(y)[x]}; }
  __device__ bool holds(int x, int y) const { return x >= 0 && x < width && y >= 0 && y < height; }
};

// The largest `value` of all threads of the block, for values >= 0, whose bits are in their order.
__device__ float largest_of_block(float value) {
  __shared__ int largest;
  if (threadIdx.x == 0 && threadIdx.y == 0) largest = 0;
  __syncthreads();
  atomicMax(&largest, __float_as_int(value));
  __syncthreads();
  return __int_as_float(largest);
}

__global__ void __launch_bounds__(block_x* block_y)
    measure(Rows<float> radius, int width, int height, float radius_max, const float* areas, MutableRows<float> clamped,
            MutableRows<float> inverse, MutableRows<float> largest) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  float r = 0;
  if (x < width && y < height) {
    r = clamp_unit(radius.row(y)[x]) * radius_max;
    clamped.row(y)[x] = r;
    inverse.row(y)[x] = inverse_area(r, areas);
  }
  const float most = largest_of_block(r);
  if (threadIdx.x == 0 && threadIdx.y == 0) largest.row(static_cast<int>(blockIdx.y))[blockIdx.x] = most;
}

// Read and written at once: rows of working memory begin at multiples of 64 bytes.
template <class T>
struct alignas(4 * sizeof(T)) Pixel {
  T channel[4];
};

// A sum of light and its weight.
struct Light {
  float weight = 0, color[4] = {};

  __device__ void add(const Light& other) {
    weight += other.weight;
#pragma unroll
    for (int c = 0; c < 4; ++c) color[c] += other.color[c];
  }
  template <class T>
  __device__ void add(float w, const Pixel<T>& pixel) {
    weight += w;
#pragma unroll
    for (int c = 0; c < 4; ++c) color[c] += w * to_float(pixel.channel[c]);
  }
};

// spread_at(dx, dy) is asked for every tap that an aperture of radius `largest` covers.
template <class T, class SpreadAt>
__device__ Light gather(const SpreadAt& spread_at, const Spread& own, float largest, const float* reaches,
                        Rows<Pixel<T>> in, int x, int y) {
  const int taps = taps_of(largest);
  const float rim = largest + 0.5f;
  Light sum;
  for (int dy = -taps; dy <= taps; ++dy) {
    Light row;
    for (int dx = -taps; dx <= taps; ++dx) {
      const float reach = reaches[reach_index(dx, dy)];
      if (!(reach < rim)) continue;
      const float weight = gather_weight(spread_at(dx, dy), own, reach);
      if (weight > 0) row.add(weight, in.row(y + dy)[x + dx]);
    }
    sum.add(row);
  }
  return sum;
}

template <class T>
__global__ void __launch_bounds__(block_x* block_y)
    gather_pixels(Rows<Pixel<T>> in, Spreads spreads, float radius_max, const float* reaches, int first_row, int rows,
                  MutableRows<Pixel<T>> out) {
  __shared__ float disparity[shared_pixels], radius[shared_pixels], inverse[shared_pixels];
  const int left = static_cast<int>(blockIdx.x) * block_x;
  const int top = first_row + static_cast<int>(blockIdx.y) * block_y;
  const int x = left + static_cast<int>(threadIdx.x), y = top + static_cast<int>(threadIdx.y);
  const int thread = static_cast<int>(threadIdx.y) * block_x + static_cast<int>(threadIdx.x);

  // Of the cells that light can come from.
  const int around = taps_of(radius_max);
  const int cell_left = (left > around ? left - around : 0) / block_x;
  const int cell_right = min(left + block_x - 1 + around, spreads.width - 1) / block_x;
  const int cell_top = (top > around ? top - around : 0) / block_y;
  const int cell_bottom = min(top + block_y - 1 + around, spreads.height - 1) / block_y;
  const int cells_across = cell_right - cell_left + 1;
  float most = 0;
  for (int i = thread; i < cells_across * (cell_bottom - cell_top + 1); i += block_x * block_y) {
    most = fmaxf(most, spreads.largest.row(cell_top + i / cells_across)[cell_left + i % cells_across]);
  }
  const float largest = largest_of_block(most);
  const int taps = taps_of(largest);
  const bool inside = x < spreads.width && y < first_row + rows;

  Light sum;
  if (taps <= shared_taps) {
    const int pitch = block_x + 2 * taps;
    for (int i = thread; i < pitch * (block_y + 2 * taps); i += block_x * block_y) {
      const int from_x = left - taps + i % pitch, from_y = top - taps + i / pitch;
      const Spread spread = spreads.holds(from_x, from_y) ? spreads.at(from_x, from_y) : Spread{0, -1, 0};
      disparity[i] = spread.disparity;
      radius[i] = spread.radius;
      inverse[i] = spread.inverse_area;
    }
    __syncthreads();
    if (!inside) return;
    const auto spread_at = [&](int dx, int dy) {
      const int i = (static_cast<int>(threadIdx.y) + taps + dy) * pitch + static_cast<int>(threadIdx.x) + taps + dx;
      return Spread{disparity[i], radius[i], inverse[i]};
    };
    sum = gather(spread_at, spread_at(0, 0), largest, reaches, in, x, y);
  } else {
    if (!inside) return;
    const auto spread_at = [&](int dx, int dy) {
      return spreads.holds(x + dx, y + dy) ? spreads.at(x + dx, y + dy) : Spread{0, -1, 0};
    };
    sum = gather(spread_at, spreads.at(x, y), largest, reaches, in, x, y);
  }
  Pixel<T> mean;
#pragma unroll
  for (int c = 0; c < 4; ++c) mean.channel[c] = from_float<T>(sum.color[c] / sum.weight);
  out.row(y - first_row)[x] = mean;
}

}  // namespace

void CudaEngine::gather_blur(const ImageView& in, const ImageView& disparity, const ImageView& radius,
                             const MutableImageView& out, const ApertureShape& shape, int radius_max, int first_row) {
  std::shared_ptr<const ApertureReach> aperture = aperture_reach(shape);
  const Enqueue enqueue(*this, "gather_blur");
  // Of the last shape: what runs with another one is before the copy on the stream.
  const std::size_t reaches = aperture->reach.size(), areas = aperture->area.size();
  const MutableImageView tables =
      scratch_.image(tables_slot, static_cast<int>((reaches + areas + 3) / 4), 1, {Scalar::f32, 4});
  auto* const reach_table = static_cast<float*>(tables.data);
  float* const area_table = reach_table + reaches;
  if (reach_ != aperture) {
    const auto copy = [&](const std::vector<float>& from, float* to) {
      cuda::check(cudaMemcpyAsync(to, from.data(), from.size() * sizeof(float), cudaMemcpyHostToDevice, stream_),
                  "copying a table");
    };
    reach_.reset();
    copy(aperture->reach, reach_table);
    copy(aperture->area, area_table);
    reach_ = std::move(aperture);
  }
  const dim3 cells = cuda::blocks_for(in.width, in.height, block);
  const PixelFormat one{Scalar::f32, 1};
  const MutableImageView clamped = scratch_.image(radius_slot, in.width, in.height, one);
  const MutableImageView inverse = scratch_.image(inverse_slot, in.width, in.height, one);
  const MutableImageView largest =
      scratch_.image(largest_slot, static_cast<int>(cells.x), static_cast<int>(cells.y), one);
  const auto most = static_cast<float>(radius_max);
  cuda::launch(measure, {cells, block, stream_}, cuda::rows<float>(radius), in.width, in.height, most, area_table,
               cuda::rows<float>(clamped), cuda::rows<float>(inverse), cuda::rows<float>(largest));
  const Spreads spreads{cuda::rows<float>(disparity),
                        cuda::rows<float>(ImageView(clamped)),
                        cuda::rows<float>(ImageView(inverse)),
                        cuda::rows<float>(ImageView(largest)),
                        in.width,
                        in.height};
  const auto launch = [&](auto t) {
    using T = decltype(t);
    cuda::launch(gather_pixels<T>, {cuda::blocks_for(out.width, out.height, block), block, stream_},
                 cuda::rows<Pixel<T>>(in), spreads, most, reach_table, first_row, out.height,
                 cuda::rows<Pixel<T>>(out));
  };
  if (in.format.scalar == Scalar::u16) {
    launch(std::uint16_t{});
  } else {
    launch(float{});
  }
}

}  // namespace v1
}  // namespace relievo
