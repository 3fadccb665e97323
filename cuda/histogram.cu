// Levels of grey: stretched, and counted. Counts are integers, so the order in which threads arrive changes nothing.
#include <algorithm>
#include <cstdint>

#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/stretch.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int values = 256;
// Pixels that a thread counts at once.
constexpr int pixels = 16;
constexpr dim3 count_block{32, 8, 1};
// Blocks that share all rows: enough to fill a GPU.
constexpr unsigned most_blocks = 1024;

/// `width` is of samples.
template <class T>
__global__ void stretch_samples(Rows<float> in, float low, float high, MutableRows<T> out, int width, int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  float from[cuda::group_pixels];
  T to[cuda::group_pixels];
  cuda::load_group(in.row(at.y) + at.x, at.count, from);
#pragma unroll
  for (int i = 0; i < cuda::group_pixels; ++i) stretch_to(from[i], low, high, to[i]);
  cuda::store_group(to, at.count, out.row(at.y) + at.x);
}

// A warp has a table of its own; neighbours that are equal are counted together.
__global__ void count_values(Rows<std::uint8_t> in, int width, int height, std::uint32_t* counts) {
  __shared__ std::uint32_t counted[count_block.y][values];
  const auto thread = static_cast<int>(threadIdx.y * count_block.x + threadIdx.x);
#pragma unroll
  for (unsigned i = 0; i < count_block.y; ++i) counted[i][thread] = 0;
  __syncthreads();
  std::uint32_t* const mine = counted[threadIdx.y];
  const int step = static_cast<int>(gridDim.x * count_block.y);
  for (int y = static_cast<int>(blockIdx.x * count_block.y + threadIdx.y); y < height; y += step) {
    for (int x = static_cast<int>(threadIdx.x) * pixels; x < width; x += static_cast<int>(count_block.x) * pixels) {
      std::uint8_t value[pixels];
      const int count = min(width - x, pixels);
      cuda::load_group(in.row(y) + x, count, value);
      std::uint32_t equal = 1;
#pragma unroll
      for (int i = 1; i <= pixels; ++i) {
        if (i > count) continue;
        if (i < count && value[i < pixels ? i : 0] == value[i - 1]) {
          ++equal;
        } else {
          atomicAdd(&mine[value[i - 1]], equal);
          equal = 1;
        }
      }
    }
  }
  __syncthreads();
  std::uint32_t sum = 0;
#pragma unroll
  for (unsigned i = 0; i < count_block.y; ++i) sum += counted[i][thread];
  if (sum != 0) atomicAdd(&counts[thread], sum);
}

}  // namespace

void CudaEngine::stretch(const ImageView& in, float low, float high, const MutableImageView& out) {
  const Enqueue enqueue(*this, "stretch");
  const int samples = in.width * in.format.channels;
  const cuda::Grid grid = cuda::group_grid(samples, in.height, stream_);
  if (out.format.scalar == Scalar::u8) {
    cuda::launch(stretch_samples<std::uint8_t>, grid, cuda::rows<float>(in), low, high, cuda::rows<std::uint8_t>(out),
                 samples, in.height);
  } else {
    cuda::launch(stretch_samples<float>, grid, cuda::rows<float>(in), low, high, cuda::rows<float>(out), samples,
                 in.height);
  }
}

void CudaEngine::histogram(const ImageView& in, const MutableImageView& out) {
  const Enqueue enqueue(*this, "histogram");
  static_assert(values == count_block.x * count_block.y);
  auto* const counts = static_cast<std::uint32_t*>(out.data);
  cuda::check(cudaMemsetAsync(counts, 0, values * sizeof(std::uint32_t), stream_), "clearing counts");
  const dim3 blocks(std::min(cuda::blocks_for(1, in.height, dim3(1, count_block.y, 1)).y, most_blocks));
  cuda::launch(count_values, {blocks, count_block, stream_}, cuda::rows<std::uint8_t>(in), in.width, in.height, counts);
}

}  // namespace v1
}  // namespace relievo
