// Guided filter: a block walks down a strip of columns. Sums over the window's rows of each column slide in shared
// memory, in doubles; windows are summed from those of the columns, and what the means give is written row by row. The
// order of all sums depends on the size of the image alone.
#include <algorithm>
#include <cstdint>

#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/guided_filter.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr std::size_t scratch_coefficients = 21;

constexpr unsigned strip_threads = 256;
// Neighbouring windows that a thread sums: the first as a whole, the others from the one before.
constexpr int segment = 16;

template <int G>
struct alignas(4 * (G + 1)) Coefficients {
  float values[G + 1];
};

template <int G>
struct Moments {
  static constexpr int count = moment_count<G>;
  Rows<float> guide, in;

  __device__ void operator()(int x, int y, double* values) const {
    guided_moments<G>(guide.row(y) + G * x, in.row(y)[x], values);
  }
};

template <int G>
struct Solve {
  double epsilon;
  MutableRows<Coefficients<G>> out;

  __device__ void operator()(int x, int y, const double* mean) const {
    Coefficients<G> ab;
    guided_coefficients<G>(mean, epsilon, ab.values);
    out.row(y)[x] = ab;
  }
};

template <int G>
struct Solved {
  static constexpr int count = G + 1;
  Rows<Coefficients<G>> in;

  __device__ void operator()(int x, int y, double* values) const {
    const Coefficients<G> ab = in.row(y)[x];
#pragma unroll
    for (int k = 0; k <= G; ++k) values[k] = ab.values[k];
  }
};

template <int G>
struct Apply {
  Rows<float> guide;
  MutableRows<float> out;

  __device__ void operator()(int x, int y, const double* mean) const {
    out.row(y)[x] = guided_value<G>(mean, guide.row(y) + G * x);
  }
};

struct Strips {
  int width, height, radius;
  int tile;  // columns a block makes, a multiple of `segment`
  int band;  // rows a block makes

  // Odd, so that sums of one column lie in different banks.
  __host__ __device__ int column_pitch() const { return (tile + 2 * radius) | 1; }
  __host__ __device__ int window_pitch() const { return tile | 1; }
};

/// Calls sink(x, y, means) with the means of source(x, y) over the window around each pixel.
template <class Source, class Sink>
__global__ void __launch_bounds__(strip_threads, 3) window_means(Source source, Sink sink, Strips strips) {
  constexpr int count = Source::count;
  const int radius = strips.radius;
  const int columns = strips.tile + 2 * radius;
  RELIEVO_DYNAMIC_SHARED(double, column_sums);
  const int column_pitch = strips.column_pitch(), window_pitch = strips.window_pitch();
  double* const window_sums = column_sums + count * column_pitch;
  const int first_x = static_cast<int>(blockIdx.x) * strips.tile;
  const int first_y = static_cast<int>(blockIdx.y) * strips.band;
  const int end_y = min(first_y + strips.band, strips.height);
  const int thread = static_cast<int>(threadIdx.x);
  constexpr int threads = static_cast<int>(strip_threads);

  // The first window's rows but the last; columns beside the image count nothing.
  for (int column = thread; column < columns; column += threads) {
    const int x = first_x - radius + column;
    double sums[count] = {};
    if (x >= 0 && x < strips.width) {
      for (int y = max(0, first_y - radius); y < min(first_y + radius, strips.height); ++y) {
        double values[count];
        source(x, y, values);
#pragma unroll
        for (int k = 0; k < count; ++k) sums[k] += values[k];
      }
    }
#pragma unroll
    for (int k = 0; k < count; ++k) column_sums[k * column_pitch + column] = sums[k];
  }

  const int segments = strips.tile / segment;
  for (int y = first_y; y < end_y; ++y) {
    const int enters = y + radius, leaves = y - radius - 1;
    for (int column = thread; column < columns; column += threads) {
      const int x = first_x - radius + column;
      if (x < 0 || x >= strips.width) continue;
      if (enters < strips.height) {
        double values[count];
        source(x, enters, values);
#pragma unroll
        for (int k = 0; k < count; ++k) column_sums[k * column_pitch + column] += values[k];
      }
      if (leaves >= 0 && y > first_y) {
        double values[count];
        source(x, leaves, values);
#pragma unroll
        for (int k = 0; k < count; ++k) column_sums[k * column_pitch + column] -= values[k];
      }
    }
    __syncthreads();

    for (int unit = thread; unit < count * segments; unit += threads) {
      const int first = unit / count * segment;
      const int k = unit % count;
      const double* const from = column_sums + k * column_pitch + first;
      double* const to = window_sums + k * window_pitch + first;
      double sum = 0;
      for (int i = 0; i <= 2 * radius; ++i) sum += from[i];
      to[0] = sum;
      for (int i = 1; i < segment; ++i) {
        sum += from[i + 2 * radius];
        sum -= from[i - 1];
        to[i] = sum;
      }
    }
    __syncthreads();

    const int rows = min(y + radius, strips.height - 1) - max(0, y - radius) + 1;
    for (int column = thread; column < strips.tile && first_x + column < strips.width; column += threads) {
      const int x = first_x + column;
      const int across = min(x + radius, strips.width - 1) - max(0, x - radius) + 1;
      const double scale = 1.0 / (static_cast<double>(across) * rows);
      double mean[count];
#pragma unroll
      for (int k = 0; k < count; ++k) mean[k] = window_sums[k * window_pitch + column] * scale;
      sink(x, y, mean);
    }
  }
}

template <class Source, class Sink>
void launch_means(const Source& source, const Sink& sink, Strips strips, cudaStream_t stream) {
  const auto bytes_with = [&](int tile) {
    strips.tile = tile;
    return sizeof(double) * Source::count * static_cast<std::size_t>(strips.column_pitch() + strips.window_pitch());
  };
  // What every GPU has; narrow strips reach a radius of 283.
  constexpr std::size_t shared_memory = 64 * 1024;
  const std::size_t wide = bytes_with(128);
  const std::size_t bytes = wide <= shared_memory ? wide : bytes_with(32);
  strips.band = std::max(64, 2 * strips.radius);
  const dim3 part(static_cast<unsigned>(strips.tile), static_cast<unsigned>(strips.band), 1);
  cuda::launch(window_means<Source, Sink>,
               {cuda::blocks_for(strips.width, strips.height, part), dim3(strip_threads, 1, 1), stream, bytes}, source,
               sink, strips);
}

template <int G>
void filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, const MutableImageView& ab,
            int radius, float epsilon, cudaStream_t stream) {
  const Strips strips{in.width, in.height, radius, 0, 0};
  launch_means(Moments<G>{cuda::rows<float>(guide), cuda::rows<float>(in)},
               Solve<G>{epsilon, cuda::rows<Coefficients<G>>(ab)}, strips, stream);
  launch_means(Solved<G>{cuda::rows<Coefficients<G>>(ImageView(ab))},
               Apply<G>{cuda::rows<float>(guide), cuda::rows<float>(out)}, strips, stream);
}

}  // namespace

void CudaEngine::guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                               float epsilon) {
  const Enqueue enqueue(*this, "guided_filter");
  const bool grey = guide.format.channels == 1;
  const MutableImageView ab =
      scratch_.image(scratch_coefficients, in.width, in.height, {Scalar::f32, static_cast<std::uint8_t>(grey ? 2 : 4)});
  if (grey) {
    filter<1>(guide, in, out, ab, radius, epsilon, stream_);
  } else {
    filter<3>(guide, in, out, ab, radius, epsilon, stream_);
  }
}

}  // namespace v1
}  // namespace relievo
