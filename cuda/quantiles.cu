// Quantiles by counting: of integer keys in the order of the floats, digit by digit from the highest. Counts are
// integers, so the order in which threads arrive changes nothing.
#include <cmath>
#include <cstdint>

#include "core/views.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/order.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int most_quantiles = 8;
constexpr int block_threads = 256;
// Blocks that share all pixels or samples: enough to fill a GPU.
constexpr int most_blocks = 1024;

// A key has three digits of these bits, from the highest.
constexpr int passes = 3, bins = 2048;
constexpr int digit_bits[passes] = {11, 11, 10};
constexpr int shifts[passes] = {21, 10, 0};
constexpr int first_shift = shifts[0];

// No value has this key.
constexpr std::uint32_t absent = 0xffffffffu;

// What is known so far; all zero at first.
struct State {
  std::uint32_t above_least, most;                    // absent - smallest key, largest key
  std::uint32_t prefix[most_quantiles];               // digits of each quantile
  std::uint32_t rank[most_quantiles];                 // its rank among the keys of these digits
  std::uint32_t sampled;                              // the sample's size
  std::uint32_t count[passes][most_quantiles][bins];  // keys of each next digit
};

struct Quantiles {
  double at[most_quantiles];
};

enum Slot : std::size_t { keys_slot = 110, state_slot = 111 };
constexpr int keys_width = 4096;

__global__ void clear(std::uint32_t* words, int count) {
  const int i = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (i < count) words[i] = 0;
}

__global__ void find_extremes(Rows<float> in, int width, int height, State* state) {
  __shared__ std::uint32_t block_least, block_most;
  if (threadIdx.x == 0) block_least = block_most = 0;
  __syncthreads();
  constexpr int pixels = cuda::group_pixels;
  std::uint32_t least = 0, most = 0;
  for (int y = static_cast<int>(blockIdx.x); y < height; y += static_cast<int>(gridDim.x)) {
    for (int x = static_cast<int>(threadIdx.x) * pixels; x < width; x += block_threads * pixels) {
      float value[pixels];
      cuda::load_group(in.row(y) + x, width - x, value);
#pragma unroll
      for (int k = 0; k < pixels; ++k) {
        if (x + k >= width || value[k] != value[k]) continue;
        const std::uint32_t key = order_key(value[k]);
        least = least > absent - key ? least : absent - key;
        most = most > key ? most : key;
      }
    }
  }
  atomicMax(&block_least, least);
  atomicMax(&block_most, most);
  __syncthreads();
  if (threadIdx.x == 0) {
    atomicMax(&state->above_least, block_least);
    atomicMax(&state->most, block_most);
  }
}

// Adds a block's counts to those of all.
__device__ void add_counts(const std::uint32_t (&counted)[bins], std::uint32_t* count) {
  for (int i = static_cast<int>(threadIdx.x); i < bins; i += block_threads) {
    if (counted[i] != 0) atomicAdd(&count[i], counted[i]);
  }
}

__global__ void take_sample(Rows<float> in, Rows<std::uint8_t> coverage, int width, std::int64_t step, int samples,
                            std::uint32_t* keys, State* state) {
  __shared__ std::uint32_t counted[bins];
  for (int i = static_cast<int>(threadIdx.x); i < bins; i += block_threads) counted[i] = 0;
  __syncthreads();
  const int stride = static_cast<int>(gridDim.x) * block_threads;
  for (int i = static_cast<int>(blockIdx.x) * block_threads + static_cast<int>(threadIdx.x); i < samples; i += stride) {
    const std::int64_t index = i * step;
    const auto y = static_cast<int>(index / width), x = static_cast<int>(index % width);
    const float value = in.row(y)[x];
    const bool taken = value == value && (coverage.data == nullptr || coverage.row(y)[x] >= 128);
    const std::uint32_t key = taken ? order_key(value) : absent;
    keys[i] = key;
    if (taken) atomicAdd(&counted[key >> first_shift], 1u);
  }
  __syncthreads();
  add_counts(counted, state->count[0][0]);
}

// Of the keys with a quantile's digits so far, how many have each next one. A column of blocks for each quantile.
__global__ void count_digits(const std::uint32_t* keys, int samples, int pass, int shift, int bits, State* state) {
  __shared__ std::uint32_t counted[bins];
  for (int i = static_cast<int>(threadIdx.x); i < bins; i += block_threads) counted[i] = 0;
  __syncthreads();
  const std::uint32_t prefix = state->prefix[blockIdx.y], mask = (1u << bits) - 1;
  const int stride = static_cast<int>(gridDim.x) * block_threads;
  for (int i = static_cast<int>(blockIdx.x) * block_threads + static_cast<int>(threadIdx.x); i < samples; i += stride) {
    const std::uint32_t key = keys[i];
    if (key != absent && key >> shift >> bits == prefix) atomicAdd(&counted[key >> shift & mask], 1u);
  }
  __syncthreads();
  add_counts(counted, state->count[pass][blockIdx.y]);
}

// The next digit of each quantile, one a block: the bin that its rank falls into. The last one completes it.
__global__ void choose_digits(const __grid_constant__ Quantiles quantiles, int pass, int bits, State* state,
                              float* out) {
  constexpr int own = bins / block_threads;
  __shared__ std::uint32_t sums[block_threads];
  const int k = static_cast<int>(blockIdx.x), thread = static_cast<int>(threadIdx.x);
  const std::uint32_t* const count = state->count[pass][pass == 0 ? 0 : k];
  std::uint32_t mine[own], sum = 0;
#pragma unroll
  for (int i = 0; i < own; ++i) {
    mine[i] = count[thread * own + i];
    sum += mine[i];
  }
  sums[thread] = sum;
  __syncthreads();
  for (int step = 1; step < block_threads; step *= 2) {
    const std::uint32_t before = thread >= step ? sums[thread - step] : 0;
    __syncthreads();
    sums[thread] += before;
    __syncthreads();
  }
  const std::uint32_t all = sums[block_threads - 1];
  const std::uint32_t rank =
      pass == 0 && all > 0 ? static_cast<std::uint32_t>(quantile_rank(quantiles.at[k], all)) : state->rank[k];
  const std::uint32_t prefix = state->prefix[k], sampled = pass == 0 ? all : state->sampled;
  __syncthreads();
  if (pass == passes - 1 && k == 0 && thread == 0) {
    const bool any = state->most != 0;
    out[0] = any ? from_order_key(absent - state->above_least) : INFINITY;
    out[1] = any ? from_order_key(state->most) : -INFINITY;
  }
  if (sampled == 0) {
    if (pass == passes - 1 && thread == 0) out[2 + k] = NAN;
    return;
  }
  if (pass == 0 && thread == 0) state->sampled = all;
  std::uint32_t below = sums[thread] - sum;
#pragma unroll
  for (int i = 0; i < own; ++i) {
    if (rank >= below && rank < below + mine[i]) {
      const std::uint32_t key = prefix << bits | static_cast<std::uint32_t>(thread * own + i);
      state->prefix[k] = key;
      state->rank[k] = rank - below;
      if (pass == passes - 1) out[2 + k] = from_order_key(key);
    }
    below += mine[i];
  }
}

// Blocks that share `items`, in `columns` columns.
dim3 blocks_for_items(int items, int columns = 1) {
  const int most = most_blocks / columns;
  return dim3(static_cast<unsigned>(items < most ? items : most), static_cast<unsigned>(columns));
}

}  // namespace

void CudaEngine::quantiles(const ImageView& in, const ImageView& coverage, const double* at, int count,
                           const MutableImageView& out) {
  const Enqueue enqueue(*this, "quantiles");
  require(count >= 1 && count <= most_quantiles, "There are ", count, " quantiles; allowed is 1 to ", most_quantiles,
          ".");
  const std::int64_t pixels = std::int64_t{in.width} * in.height, step = sample_step(pixels);
  const auto samples = static_cast<int>((pixels + step - 1) / step);
  auto* const keys = static_cast<std::uint32_t*>(
      scratch_.image(keys_slot, keys_width, (samples + keys_width - 1) / keys_width, f32_1).data);
  constexpr int words = sizeof(State) / sizeof(float);
  auto* const state = static_cast<State*>(scratch_.image(state_slot, words, 1, f32_1).data);
  Quantiles quantiles{};
  for (int i = 0; i < count; ++i) quantiles.at[i] = at[i];

  const auto grid = [&](dim3 blocks) { return cuda::Grid{blocks, dim3(block_threads), stream_}; };
  const int shares = (samples + block_threads - 1) / block_threads;
  cuda::launch(clear, grid(dim3((words + block_threads - 1) / block_threads)), reinterpret_cast<std::uint32_t*>(state),
               words);
  cuda::launch(find_extremes, grid(blocks_for_items(in.height)), cuda::rows<float>(in), in.width, in.height, state);
  cuda::launch(take_sample, grid(blocks_for_items(shares)), cuda::rows<float>(in), cuda::rows<std::uint8_t>(coverage),
               in.width, step, samples, keys, state);
  for (int pass = 0; pass < passes; ++pass) {
    if (pass > 0) {
      cuda::launch(count_digits, grid(blocks_for_items(shares, count)), keys, samples, pass, shifts[pass],
                   digit_bits[pass], state);
    }
    cuda::launch(choose_digits, grid(dim3(static_cast<unsigned>(count))), quantiles, pass, digit_bits[pass], state,
                 static_cast<float*>(out.data));
  }
}

}  // namespace v1
}  // namespace relievo
