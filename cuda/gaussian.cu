// Separable Gaussian: a block makes a tile, first down the columns of what the tile and its halo need, into shared
// memory, then along the rows from there.
#include <cstdint>

#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/gaussian.hpp"
#include "kernels/sampling.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr std::size_t scratch_before = 20;

constexpr int tile_rows = 8;
constexpr unsigned tile_threads = 128;
constexpr int byte_tile = 128;  // px
constexpr int float_tile = 64;

struct Picture {
  int width, height, channels;
};

// Bytes in the CPU's fixed point: weights and what lies between the passes in 1/256. A thread sums eight
// neighbouring outputs at once, so that what it loads and the weights are shared by eight.
constexpr int run = 8;

__host__ __device__ constexpr int weight_groups(int half) { return (2 * half + run + run - 1) / run; }

/// sums[j] = sum over t of weights[t] load(j + t); `weights` has 8 `groups` entries, 0 behind the last.
template <class Load>
__device__ void weigh_run(const std::uint32_t* weights, int groups, const Load& load, std::uint32_t (&sums)[run]) {
  std::uint32_t before[run] = {};
#pragma unroll
  for (int j = 0; j < run; ++j) sums[j] = 0;
#pragma unroll 1
  for (int group = 0; group < groups; ++group) {
    std::uint32_t here[run], values[run];
#pragma unroll
    for (int i = 0; i < run; ++i) {
      here[i] = weights[run * group + i];
      values[i] = load(group, i);
    }
#pragma unroll
    for (int i = 0; i < run; ++i) {
#pragma unroll
      for (int j = 0; j < run; ++j) sums[j] += (i >= j ? here[i - j] : before[run + i - j]) * values[i];
    }
#pragma unroll
    for (int i = 0; i < run; ++i) before[i] = here[i];
  }
}

struct ByteLayout {
  int columns;  // samples of a row with its halo
  int pitch;    // of the rows between the passes
  int groups;

  // A word more every eight pixels lets threads that start eight pixels apart read from different banks.
  __host__ __device__ ByteLayout(int half, int channels)
      : columns((byte_tile + 2 * half) * channels),
        pitch((byte_tile + run * weight_groups(half)) * channels + 2 * (byte_tile / run + weight_groups(half))),
        groups(weight_groups(half)) {}

  std::size_t bytes(int channels) const {
    const std::size_t taps = static_cast<std::size_t>(run) * groups;
    return taps * (sizeof(const void*) + sizeof(std::uint32_t)) +
           static_cast<std::size_t>(tile_rows) * pitch * sizeof(std::uint16_t) +
           static_cast<std::size_t>(tile_rows) * byte_tile * channels;
  }
};

__global__ void __launch_bounds__(tile_threads)
    gaussian_bytes(Rows<std::uint8_t> in, Picture picture, GaussianWeights kernel, MutableRows<std::uint8_t> out) {
  const int channels = picture.channels, half = kernel.half;
  const ByteLayout layout(half, channels);
  const int taps = run * layout.groups;
  RELIEVO_DYNAMIC_SHARED(unsigned char, memory);
  auto* const rows = reinterpret_cast<const std::uint8_t**>(memory);
  auto* const weights = reinterpret_cast<std::uint32_t*>(rows + taps);
  auto* const between = reinterpret_cast<std::uint16_t*>(weights + taps);
  auto* const made = reinterpret_cast<std::uint8_t*>(between + tile_rows * layout.pitch);
  const int first_x = static_cast<int>(blockIdx.x) * byte_tile;
  const int first_y = static_cast<int>(blockIdx.y) * tile_rows;
  const int thread = static_cast<int>(threadIdx.x);
  constexpr int threads = static_cast<int>(tile_threads);

  for (int i = thread; i < taps; i += threads) {
    const int away = i < half ? half - i : i - half;
    weights[i] = away <= half ? static_cast<std::uint32_t>(kernel.fixed[away]) : 0u;
    rows[i] = in.row(reflect_101(first_y - half + i, picture.height));
  }
  __syncthreads();

  for (int sample = thread; sample < layout.columns; sample += threads) {
    const int pixel = sample / channels;
    const int column = reflect_101(first_x - half + pixel, picture.width) * channels + (sample - pixel * channels);
    std::uint32_t sums[run];
    weigh_run(
        weights, layout.groups, [&](int group, int i) -> std::uint32_t { return rows[run * group + i][column]; }, sums);
    std::uint16_t* const to = between + sample + 2 * (pixel / run);
#pragma unroll
    for (int j = 0; j < run; ++j) to[j * layout.pitch] = static_cast<std::uint16_t>(sums[j]);
  }
  __syncthreads();

  const int pixels = min(byte_tile, picture.width - first_x);
  const int runs = (pixels + run - 1) / run * channels;
  for (int unit = thread; unit < runs * tile_rows; unit += threads) {
    const int row = unit / runs;
    const int in_row = unit - row * runs;
    const int start = in_row / channels;
    const int channel = in_row - start * channels;
    const std::uint16_t* const from = between + row * layout.pitch + start * (run * channels + 2) + channel;
    std::uint32_t sums[run];
    weigh_run(
        weights, layout.groups,
        [&](int group, int i) -> std::uint32_t { return from[group * (run * channels + 2) + i * channels]; }, sums);
    std::uint8_t* const to = made + (row * byte_tile + start * run) * channels + channel;
#pragma unroll
    for (int j = 0; j < run; ++j) to[j * channels] = static_cast<std::uint8_t>((sums[j] + (1u << 15)) >> 16);
  }
  __syncthreads();

  for (int row = 0; row < tile_rows && first_y + row < picture.height; ++row) {
    std::uint8_t* const to = out.row(first_y + row) + first_x * channels;
    for (int i = thread; i < pixels * channels; i += threads) to[i] = made[row * byte_tile * channels + i];
  }
}

/// Differences to the centre, nearest first, as the CPU sums them.
template <class Load>
__device__ float weigh(const GaussianWeights& kernel, const Load& load) {
  const float centre = load(0);
  float sum = 0;
  for (int k = 1; k <= kernel.half; ++k) sum += kernel.exact[k] * ((load(-k) - centre) + (load(k) - centre));
  return sum + centre;
}

std::size_t float_bytes(int half, int channels) {
  return static_cast<std::size_t>(tile_rows + 2 * half) * sizeof(const void*) +
         static_cast<std::size_t>(tile_rows) * (float_tile + 2 * half) * channels * sizeof(float);
}

template <class T>
__global__ void __launch_bounds__(tile_threads)
    gaussian_floats(Rows<T> in, Picture picture, GaussianWeights kernel, MutableRows<T> out) {
  const int channels = picture.channels, half = kernel.half;
  const int columns = (float_tile + 2 * half) * channels;
  RELIEVO_DYNAMIC_SHARED(unsigned char, memory);
  auto* const rows = reinterpret_cast<const T**>(memory);
  auto* const between = reinterpret_cast<float*>(rows + tile_rows + 2 * half);
  const int first_x = static_cast<int>(blockIdx.x) * float_tile;
  const int first_y = static_cast<int>(blockIdx.y) * tile_rows;
  const int thread = static_cast<int>(threadIdx.x);
  constexpr int threads = static_cast<int>(tile_threads);

  for (int i = thread; i < tile_rows + 2 * half; i += threads) {
    rows[i] = in.row(reflect_101(first_y - half + i, picture.height));
  }
  __syncthreads();

  for (int sample = thread; sample < columns; sample += threads) {
    const int pixel = sample / channels;
    const int column = reflect_101(first_x - half + pixel, picture.width) * channels + (sample - pixel * channels);
    for (int row = 0; row < tile_rows; ++row) {
      const T* const* const centre = rows + half + row;
      between[row * columns + sample] = weigh(kernel, [&](int k) { return to_float(centre[k][column]); });
    }
  }
  __syncthreads();

  const int samples = min(float_tile, picture.width - first_x) * channels;
  for (int row = 0; row < tile_rows && first_y + row < picture.height; ++row) {
    T* const to = out.row(first_y + row) + first_x * channels;
    for (int sample = thread; sample < samples; sample += threads) {
      const float* const centre = between + row * columns + half * channels + sample;
      to[sample] = from_float<T>(weigh(kernel, [&](int k) { return centre[k * channels]; }));
    }
  }
}

}  // namespace

void CudaEngine::gaussian(const ImageView& in, const MutableImageView& out, int size) {
  if (size == 1) {
    if (in.data != out.data) copy(in, out);
    return;
  }
  const Enqueue enqueue(*this, "gaussian");
  ImageView from = in;
  if (in.data == out.data) {
    // Tiles read what their neighbours write.
    const MutableImageView before = scratch_.image(scratch_before, in.width, in.height, in.format, in.color);
    copy(in, before);
    from = before;
  }
  const Picture picture{in.width, in.height, in.format.channels};
  const GaussianWeights kernel = gaussian_weights(size);
  const auto grid = [&](int tile, std::size_t shared_bytes) {
    return cuda::Grid{cuda::blocks_for(in.width, in.height, dim3(static_cast<unsigned>(tile), tile_rows, 1)),
                      dim3(tile_threads, 1, 1), stream_, shared_bytes};
  };
  const std::size_t float_shared = float_bytes(kernel.half, picture.channels);
  switch (in.format.scalar) {
    case Scalar::u8:
      return cuda::launch(gaussian_bytes,
                          grid(byte_tile, ByteLayout(kernel.half, picture.channels).bytes(picture.channels)),
                          cuda::rows<std::uint8_t>(from), picture, kernel, cuda::rows<std::uint8_t>(out));
    case Scalar::u16:
      return cuda::launch(gaussian_floats<std::uint16_t>, grid(float_tile, float_shared),
                          cuda::rows<std::uint16_t>(from), picture, kernel, cuda::rows<std::uint16_t>(out));
    default:
      return cuda::launch(gaussian_floats<float>, grid(float_tile, float_shared), cuda::rows<float>(from), picture,
                          kernel, cuda::rows<float>(out));
  }
}

}  // namespace v1
}  // namespace relievo
