// The mean under an aperture. Integers: sums along rows once, of which every run of the mask is a difference, in
// bands that stay in the second-level cache. Floats: every pixel under the mask, added up in doubles.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/views.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{32, 8, 1};
constexpr std::int64_t band_bytes = std::int64_t{24} << 20;
constexpr std::size_t sums_slot = 40;

// The mask in a kernel's 4 KiB of parameters.
struct Runs {
  std::int16_t dy[max_aperture_runs], begin[max_aperture_runs], end[max_aperture_runs];
};
static_assert(sizeof(Runs) <= 4096 - 128);

// A plane a channel. Row j of it belongs to row first_row + j of the image: element x holds the sum of what lies left
// of x - radius, borders repeated, modulo 2^32.
struct Sums {
  MutableRows<std::uint32_t> rows;
  int first_row, count, radius;

  __device__ std::uint32_t* row(int channel, int j) const { return rows.row(channel * count + j); }
};

// One block a row of a channel. A thread takes one pixel at a time; its warp adds up by shuffles, the warps through
// shared memory.
template <class T>
__global__ void __launch_bounds__(256) sum_rows(Rows<T> in, int width, int channels, Sums sums) {
  __shared__ std::uint32_t warp_sum[8];
  const int j = static_cast<int>(blockIdx.x), channel = static_cast<int>(blockIdx.y);
  const T* const from = in.row(sums.first_row + j) + channel;
  std::uint32_t* const to = sums.row(channel, j);
  const int threads = static_cast<int>(blockDim.x);
  const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  const int count = width + 2 * sums.radius;
  std::uint32_t before = 0;
  for (int first = 0; first < count; first += threads) {
    const int i = first + static_cast<int>(threadIdx.x);
    std::uint32_t sum = i < count ? from[repeat_border(i - sums.radius, width) * channels] : 0;
    for (int step = 1; step < 32; step *= 2) {
      const std::uint32_t left = __shfl_up_sync(0xffffffffu, sum, static_cast<unsigned>(step));
      if (lane >= step) sum += left;
    }
    if (lane == 31) warp_sum[warp] = sum;
    __syncthreads();
    std::uint32_t all = 0, left = 0;
    for (int w = 0; w < threads / 32; ++w) {
      if (w == warp) left = all;
      all += warp_sum[w];
    }
    __syncthreads();
    if (i < count) to[i + 1] = before + left + sum;
    before += all;
  }
  if (threadIdx.x == 0) to[0] = 0;
}

// A thread a pixel of one channel.
template <class T>
__global__ void __launch_bounds__(256)
    mean_of_sums(Sums sums, int in_height, const Runs runs, int run_count, std::uint32_t area, int first_row, int width,
                 int height, int channels, MutableRows<T> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int channel = static_cast<int>(blockIdx.z);
  if (x >= width || y >= height) return;
  std::uint32_t sum = 0;
  for (int k = 0; k < run_count; ++k) {
    const int from = repeat_border(first_row + y + runs.dy[k], in_height) - sums.first_row;
    const std::uint32_t* const left = sums.row(channel, from) + x + sums.radius;
    sum += left[runs.end[k]] - left[runs.begin[k]];
  }
  out.row(y)[x * channels + channel] = static_cast<T>((sum + area / 2) / area);
}

__global__ void __launch_bounds__(256)
    mean_of_floats(Rows<float> in, int in_height, const Runs runs, int run_count, double area, int first_row, int width,
                   int height, int channels, MutableRows<float> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int channel = static_cast<int>(blockIdx.z);
  if (x >= width || y >= height) return;
  double sum = 0;
  for (int k = 0; k < run_count; ++k) {
    const float* const row = in.row(repeat_border(first_row + y + runs.dy[k], in_height)) + channel;
    double along = 0;
    for (int dx = runs.begin[k]; dx < runs.end[k]; ++dx) along += row[repeat_border(x + dx, width) * channels];
    sum += along;
  }
  out.row(y)[x * channels + channel] = static_cast<float>(sum / area);
}

Runs packed(const ApertureMask& mask) {
  require(mask.runs.size() <= max_aperture_runs, "An aperture of ", mask.runs.size(), " runs is out of range; up to ",
          max_aperture_runs, " are allowed.");
  Runs runs{};
  for (std::size_t i = 0; i < mask.runs.size(); ++i) {
    runs.dy[i] = static_cast<std::int16_t>(mask.runs[i].dy);
    runs.begin[i] = static_cast<std::int16_t>(mask.runs[i].dx_begin);
    runs.end[i] = static_cast<std::int16_t>(mask.runs[i].dx_end);
  }
  return runs;
}

}  // namespace

void CudaEngine::aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask,
                               int first_row) {
  require(mask.area >= 1 && mask.area <= max_aperture_area, "An aperture of ", mask.area,
          " pixels is out of range; 1 to ", max_aperture_area, " are allowed.");
  const Enqueue enqueue(*this, "aperture_blur");
  const Runs runs = packed(mask);
  const int run_count = static_cast<int>(mask.runs.size());
  const int channels = in.format.channels;
  const int width = out.width;
  const auto blocks = [&](int rows) {
    dim3 grid = cuda::blocks_for(width, rows, block);
    grid.z = static_cast<unsigned>(channels);
    return grid;
  };
  if (in.format.scalar == Scalar::f32) {
    cuda::launch(mean_of_floats, {blocks(out.height), block, stream_}, cuda::rows<float>(in), in.height, runs,
                 run_count, mask.area, first_row, width, out.height, channels, cuda::rows<float>(out));
    return;
  }

  const int radius = mask.radius;
  const std::int64_t pitch =
      std::int64_t{(width + 2 * radius + 1 + 31) / 32 * 32} * std::int64_t{sizeof(std::uint32_t)};
  const int band = static_cast<int>(std::max<std::int64_t>(band_bytes / (pitch * channels) - 2 * radius, 64));
  // Plain memory: rows of sums can be longer than those of any image.
  constexpr std::int64_t chunk = 65536;
  const auto chunks =
      static_cast<int>((pitch * channels * (std::min(band, out.height) + 2 * radius) + chunk - 1) / chunk);
  const MutableImageView memory = scratch_.image(sums_slot, chunk / 16, chunks, {Scalar::f32, 4});
  for (int y = 0; y < out.height; y += band) {
    const int rows = std::min(band, out.height - y);
    const int first = repeat_border(first_row + y - radius, in.height);
    const int last = repeat_border(first_row + y + rows - 1 + radius, in.height);
    const Sums sums{{static_cast<unsigned char*>(memory.data), pitch}, first, last - first + 1, radius};
    const auto blur = [&](auto t) {
      using T = decltype(t);
      const dim3 row_block(static_cast<unsigned>(std::min(256, (width + 2 * radius + 31) / 32 * 32)));
      cuda::launch(sum_rows<T>,
                   {dim3(static_cast<unsigned>(sums.count), static_cast<unsigned>(channels)), row_block, stream_},
                   cuda::rows<T>(in), width, channels, sums);
      cuda::launch(mean_of_sums<T>, {blocks(rows), block, stream_}, sums, in.height, runs, run_count,
                   static_cast<std::uint32_t>(mask.area), first_row + y, width, rows, channels,
                   cuda::rows<T>(rows_of(out, y, rows)));
    };
    if (in.format.scalar == Scalar::u8) {
      blur(std::uint8_t{});
    } else {
      blur(std::uint16_t{});
    }
  }
}

}  // namespace v1
}  // namespace relievo
