// Another size: nearest, bilinear, bicubic or by area. Samples of a row are walked as one list, so that neighbouring
// threads have neighbouring addresses whatever the number of channels.
#include <cstdint>
#include <type_traits>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/resize.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

// What both images are, in px.
struct Sizes {
  int in_width, in_height, out_width, out_height, channels;
};

__device__ AreaTap area_column(int x, const Sizes& sizes) {
  return area_tap(static_cast<unsigned>(x), static_cast<unsigned>(sizes.in_width),
                  static_cast<unsigned>(sizes.out_width));
}
__device__ AreaTap area_row(int y, const Sizes& sizes) {
  return area_tap(static_cast<unsigned>(y), static_cast<unsigned>(sizes.in_height),
                  static_cast<unsigned>(sizes.out_height));
}

Sizes sizes_of(const ImageView& in, const MutableImageView& out) {
  return {in.width, in.height, out.width, out.height, in.format.channels};
}

constexpr unsigned walk_threads = 128;
// Output rows that a thread walks down: taps of its column are worked out once, and rows of input it has already
// interpolated are kept.
constexpr int walk_rows = 8;

cuda::Grid walk(int columns, int rows, cudaStream_t stream) {
  return {cuda::blocks_for(columns, rows, dim3(walk_threads, walk_rows, 1)), dim3(walk_threads, 1, 1), stream};
}

template <class T>
__global__ void nearest(Rows<T> in, Sizes sizes, MutableRows<T> out) {
  __shared__ int rows[walk_rows];
  const int first = static_cast<int>(blockIdx.y) * walk_rows;
  if (threadIdx.x < walk_rows) {
    rows[threadIdx.x] = nearest_tap(first + static_cast<int>(threadIdx.x), sizes.in_height, sizes.out_height);
  }
  __syncthreads();
  const int sample = static_cast<int>(blockIdx.x * walk_threads + threadIdx.x);
  if (sample >= sizes.out_width * sizes.channels) return;
  const int x = sample / sizes.channels;
  const int column = nearest_tap(x, sizes.in_width, sizes.out_width) * sizes.channels + (sample - x * sizes.channels);
  for (int i = 0; i < walk_rows && first + i < sizes.out_height; ++i)
    out.row(first + i)[sample] = in.row(rows[i])[column];
}

// from_float of what lies between codes, by an addition: floats from 2^22 on are whole and halves.
template <class T>
__device__ T code_of(float between) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(__float_as_uint(__fadd_rz(between, 4194304.5f)) >> 1);
  } else {
    return from_float<T>(between);
  }
}

// A thread has whole pixels here, `walk_threads` apart: their channels share taps, and all of them what goes on from row
// to row.
constexpr int walk_pixels = 4;

template <class T, int channels>
__global__ void bilinear_rows(Rows<T> in, Sizes sizes, MutableRows<T> out) {
  __shared__ LinearTap taps[walk_rows];
  const int first = static_cast<int>(blockIdx.y) * walk_rows;
  if (threadIdx.x < walk_rows) {
    taps[threadIdx.x] = linear_tap(first + static_cast<int>(threadIdx.x), sizes.in_height, sizes.out_height);
  }
  __syncthreads();
  const int x = static_cast<int>(blockIdx.x * walk_threads * walk_pixels + threadIdx.x);
  if (x >= sizes.out_width) return;
  LinearTap columns[walk_pixels];
#pragma unroll
  for (int j = 0; j < walk_pixels; ++j) {
    columns[j] = linear_tap(min(x + j * static_cast<int>(walk_threads), sizes.out_width - 1), sizes.in_width,
                            sizes.out_width);
  }
  struct Pixel {
    T of[channels];
  };
  struct Samples {
    float of[walk_pixels][channels];
  };
  const auto along = [&](int y) {
    const auto* const row = reinterpret_cast<const Pixel*>(in.row(y));
    Samples samples;
#pragma unroll
    for (int j = 0; j < walk_pixels; ++j) {
      const Pixel &left = row[static_cast<unsigned>(columns[j].left)], &right = row[static_cast<unsigned>(columns[j].right)];
#pragma unroll
      for (int c = 0; c < channels; ++c) {
        samples.of[j][c] = lerp(to_float(left.of[c]), to_float(right.of[c]), columns[j].t);
      }
    }
    return samples;
  };
  int above_row = -1, below_row = -1;
  Samples above{}, below{};
  T* to = out.row(first) + x * channels;
  for (int i = 0; i < walk_rows && first + i < sizes.out_height; ++i) {
    const LinearTap tap = taps[i];
    if (tap.left != above_row) {
      above = tap.left == below_row ? below : along(tap.left);
      above_row = tap.left;
    }
    if (tap.right != below_row) {
      below = tap.right == above_row ? above : along(tap.right);
      below_row = tap.right;
    }
#pragma unroll
    for (int j = 0; j < walk_pixels; ++j) {
      const int column = j * static_cast<int>(walk_threads);
      if (x + column >= sizes.out_width) continue;
#pragma unroll
      for (int c = 0; c < channels; ++c) {
        to[column * channels + c] = code_of<T>(lerp(above.of[j][c], below.of[j][c], tap.t));
      }
    }
    to = reinterpret_cast<T*>(reinterpret_cast<unsigned char*>(to) + out.pitch);
  }
}

template <class T>
__global__ void bicubic_rows(Rows<T> in, Sizes sizes, MutableRows<T> out) {
  __shared__ CubicTap taps[walk_rows];
  const int first = static_cast<int>(blockIdx.y) * walk_rows;
  if (threadIdx.x < walk_rows) {
    taps[threadIdx.x] = cubic_tap(first + static_cast<int>(threadIdx.x), sizes.in_height, sizes.out_height);
  }
  __syncthreads();
  const int sample = static_cast<int>(blockIdx.x * walk_threads + threadIdx.x);
  if (sample >= sizes.out_width * sizes.channels) return;
  const int x = sample / sizes.channels;
  const int channel = sample - x * sizes.channels;
  const CubicTap column = cubic_tap(x, sizes.in_width, sizes.out_width);
  const auto offset = [&](int tap) {
    return repeat_border(column.first + tap, sizes.in_width) * sizes.channels + channel;
  };
  const int at0 = offset(-1), at1 = offset(0), at2 = offset(1), at3 = offset(2);
  const auto along = [&](int y) {
    const T* const row = in.row(repeat_border(y, sizes.in_height));
    return cubic(to_float(row[at0]), to_float(row[at1]), to_float(row[at2]), to_float(row[at3]), column);
  };
  // Rows kept - 1 .. kept + 2.
  int kept = taps[0].first;
  float before = along(kept - 1), here = along(kept), next = along(kept + 1), after = along(kept + 2);
  for (int i = 0; i < walk_rows && first + i < sizes.out_height; ++i) {
    const CubicTap tap = taps[i];
    for (kept = tap.first - kept > 4 ? tap.first - 4 : kept; kept < tap.first; ++kept) {
      before = here;
      here = next;
      next = after;
      after = along(kept + 3);
    }
    out.row(first + i)[sample] = from_float<T>(cubic(before, here, next, after, tap));
  }
}

// Integers by area: a block makes a piece of one output row. First sums down the columns of input, whose bytes it reads
// in words one after another; then along the rows of those sums. Sums are exact, so their order is free. A piece of
// input wider than `area_chunk` is taken in parts.
constexpr unsigned area_threads = 256;
constexpr int area_chunk = 2048;
// Blocks a multiprocessor must hold, so that enough loads are on their way: 1024 threads on Turing, 1536 elsewhere.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 800
constexpr int area_blocks = 4;
#else
constexpr int area_blocks = 6;
#endif

// A word of samples taken apart, so that many rows of them add up without carries from one to the next: the even ones
// and the odd ones, 16 bits for each byte and 32 for each half word.
template <class T>
struct WordSums {
  static constexpr int samples = 4 / static_cast<int>(sizeof(T));
  static constexpr std::uint32_t mask = sizeof(T) == 1 ? 0x00ff00ff : 0xffff;
  static constexpr int most_rows = sizeof(T) == 1 ? 257 : 65535;

  std::uint32_t even = 0, odd = 0;

  __device__ WordSums plus(std::uint32_t word) const {
    return {even + (word & mask), odd + __byte_perm(word, 0, sizeof(T) == 1 ? 0x4341 : 0x4432)};
  }
  __device__ std::uint32_t at(int i) const {
    const std::uint32_t two = i % 2 == 0 ? even : odd;
    return sizeof(T) == 2 ? two : i < 2 ? two & 0xffff : two >> 16;
  }
};

template <class T, int channels>
__global__ void __launch_bounds__(area_threads, area_blocks)
    area_integers(Rows<T> in, Sizes sizes, int piece, bool words, std::int64_t area, double inverse,
                  MutableRows<T> out) {
  using Word = WordSums<T>;
  constexpr int per_word = Word::samples;
  struct alignas(4 * per_word) Sums {
    std::uint32_t of[per_word];
  };
  __shared__ __align__(16) std::uint32_t column_sums[area_chunk];
  __shared__ AreaTap rows;
  // In samples of a row; the first is moved back to a whole word.
  __shared__ int from, to;
  const int row_samples = sizes.in_width * channels;
  const int y = static_cast<int>(blockIdx.y);
  const int first_x = static_cast<int>(blockIdx.x) * piece;
  const int makes = (min(first_x + piece, sizes.out_width) - first_x) * channels;
  const int sample = static_cast<int>(threadIdx.x);
  AreaTap column{};
  if (sample < makes) column = area_column(first_x + sample / channels, sizes);
  if (sample == 0) from = column.begin * channels / per_word * per_word;
  if (sample == makes - 1) to = column.end * channels;
  if (sample == static_cast<int>(area_threads) - 1) rows = area_row(y, sizes);
  __syncthreads();

  // Of this column.
  const int first = column.begin * channels + sample % channels;
  const int last = (column.end - 1) * channels + sample % channels;
  const auto column_whole = static_cast<std::uint32_t>(sizes.out_width);
  std::uint64_t sum = 0;
  for (int chunk = from; chunk < to; chunk += area_chunk) {
    const int chunk_end = min(chunk + area_chunk, to);
#pragma unroll 1
    for (int at = chunk + sample * per_word; at < chunk_end; at += static_cast<int>(area_threads) * per_word) {
      Sums sums{};
      if (words && at + per_word <= row_samples) {
        const auto* from_row = reinterpret_cast<const unsigned char*>(in.row(rows.begin) + at);
        const auto next = [&](const Word& word) {
          const auto samples = *reinterpret_cast<const std::uint32_t*>(from_row);
          from_row += in.pitch;
          return word.plus(samples);
        };
        const auto add = [&](const Word& word, int weight) {
#pragma unroll
          for (int i = 0; i < per_word; ++i) sums.of[i] += static_cast<std::uint32_t>(weight) * word.at(i);
        };
        add(next({}), rows.first);
#pragma unroll 1
        for (int left = rows.end - rows.begin - 2; left > 0; left -= Word::most_rows) {
          Word word;
#pragma unroll 4
          for (int i = min(left, Word::most_rows); i > 0; --i) word = next(word);
          add(word, sizes.out_height);
        }
        if (rows.end - rows.begin > 1) add(next({}), rows.last);
      } else {
#pragma unroll 1
        for (int row = rows.begin; row < rows.end; ++row) {
          const auto weight = static_cast<std::uint32_t>(rows.weight(row, sizes.out_height));
#pragma unroll
          for (int i = 0; i < per_word; ++i) sums.of[i] += weight * (at + i < row_samples ? in.row(row)[at + i] : 0u);
        }
      }
      *reinterpret_cast<Sums*>(column_sums + (at - chunk)) = sums;
    }
    __syncthreads();
    if (sample < makes) {
      // Inputs of this column that lie in the chunk, which may begin and end inside a pixel, all as whole ones.
      const int skipped = first < chunk ? (chunk - first + channels - 1) / channels * channels : 0;
      std::uint64_t all = 0;
#pragma unroll 4
      for (int at = first + skipped; at < min(last + 1, chunk_end); at += channels) all += column_sums[at - chunk];
      sum += all * column_whole;
      const auto take_back = [&](int at, int weight) {
        if (at < chunk || at >= chunk_end) return;
        sum -= std::uint64_t{column_sums[at - chunk]} * (column_whole - static_cast<std::uint32_t>(weight));
      };
      take_back(first, column.first);
      if (last > first) take_back(last, column.last);
    }
    __syncthreads();
  }
  if (sample < makes) {
    out.row(y)[first_x * channels + sample] = static_cast<T>(area_mean(static_cast<std::int64_t>(sum), area, inverse));
  }
}

// Floats by area in doubles, summed in the order of the CPU.
template <class T>
__global__ void area_floats(Rows<T> in, Sizes sizes, MutableRows<T> out) {
  const int sample = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  const int channels = sizes.channels;
  if (sample >= sizes.out_width * channels || y >= sizes.out_height) return;
  const int x = sample / channels;
  const AreaTap columns = area_column(x, sizes);
  const AreaTap rows = area_row(y, sizes);
  const double first = static_cast<double>(columns.first) / sizes.out_width;
  const double last = static_cast<double>(columns.last) / sizes.out_width;
  double sums = 0;
  for (int row = rows.begin; row < rows.end; ++row) {
    const T* const p = in.row(row) + (sample - x * channels);
    double sum = first * to_float(p[columns.begin * channels]);
    for (int i = columns.begin + 1; i + 1 < columns.end; ++i) sum += to_float(p[i * channels]);
    if (columns.end - columns.begin > 1) sum += last * to_float(p[(columns.end - 1) * channels]);
    sums += static_cast<double>(rows.weight(row, sizes.out_height)) / sizes.out_height * sum;
  }
  out.row(y)[sample] = area_mean<T>(sums, static_cast<double>(sizes.in_width) / sizes.out_width,
                                    static_cast<double>(sizes.in_height) / sizes.out_height);
}

template <class T>
void resize_nearest(const ImageView& in, const MutableImageView& out, cudaStream_t stream) {
  cuda::launch(nearest<T>, walk(out.width * out.format.channels, out.height, stream), cuda::rows<T>(in), sizes_of(in, out), cuda::rows<T>(out));
}

template <class T>
void resize_area(const ImageView& in, const MutableImageView& out, cudaStream_t stream) {
  const Sizes sizes = sizes_of(in, out);
  if constexpr (std::is_integral_v<T>) {
    // As many pixels as there are threads for, while the input they cover fits a chunk.
    const int widest = static_cast<int>(area_threads) / sizes.channels;
    const std::int64_t fits = std::int64_t{area_chunk / sizes.channels - 4} * out.width / in.width;
    const int piece = fits < 1 ? 1 : fits < widest ? static_cast<int>(fits) : widest;
    const bool words = reinterpret_cast<std::uintptr_t>(in.data) % 4 == 0 && in.stride % 4 == 0;
    const dim3 blocks = cuda::blocks_for(out.width, out.height, dim3(static_cast<unsigned>(piece), 1, 1));
    const std::int64_t area = std::int64_t{in.width} * in.height;
    const auto kernel = sizes.channels == 1   ? area_integers<T, 1>
                        : sizes.channels == 3 ? area_integers<T, 3>
                                              : area_integers<T, 4>;
    cuda::launch(kernel, {blocks, dim3(area_threads, 1, 1), stream}, cuda::rows<T>(in), sizes, piece, words,
                 area, 1.0 / static_cast<double>(area), cuda::rows<T>(out));
  } else {
    constexpr dim3 block{32, 8, 1};
    cuda::launch(area_floats<T>, {cuda::blocks_for(out.width * sizes.channels, out.height, block), block, stream},
                 cuda::rows<T>(in), sizes, cuda::rows<T>(out));
  }
}

}  // namespace

void CudaEngine::resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) {
  if (in.width == out.width && in.height == out.height) return copy(in, out);
  const Enqueue enqueue(*this, "resize");
  if (filter == ResizeFilter::nearest) {
    // Bits are moved, whatever they mean.
    switch (bytes_of(in.format.scalar)) {
      case 1:
        return resize_nearest<std::uint8_t>(in, out, stream_);
      case 2:
        return resize_nearest<std::uint16_t>(in, out, stream_);
      default:
        return resize_nearest<std::uint32_t>(in, out, stream_);
    }
  }
  with_scalar(in.format.scalar, [&](auto t) {
    using T = decltype(t);
    const Sizes sizes = sizes_of(in, out);
    if (filter == ResizeFilter::area) {
      resize_area<T>(in, out, stream_);
    } else if (filter == ResizeFilter::bilinear) {
      const int channels = in.format.channels;
      cuda::launch(channels == 1 ? bilinear_rows<T, 1> : channels == 3 ? bilinear_rows<T, 3> : bilinear_rows<T, 4>,
                   walk((out.width + walk_pixels - 1) / walk_pixels, out.height, stream_), cuda::rows<T>(in), sizes,
                   cuda::rows<T>(out));
    } else {
      cuda::launch(bicubic_rows<T>, walk(out.width * sizes.channels, out.height, stream_), cuda::rows<T>(in), sizes,
                   cuda::rows<T>(out));
    }
  });
}

}  // namespace v1
}  // namespace relievo
