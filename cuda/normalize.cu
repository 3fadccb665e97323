// A depth map's values as relative disparity without holes: a warp fills the unknown pixels of a row, then those of a
// row without any known.
#include <cmath>
#include <cstdint>

#include "core/views.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/relative.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

enum Slot : std::size_t { after_slot = 115, known_slot = 116 };

constexpr dim3 rows_block{32, 8, 1};
constexpr unsigned all_lanes = 0xffffffffu;

__global__ void normalize_pixels(Rows<float> in, bool inverse, double low, double high, MutableRows<float> out,
                                 int width, int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  float value[cuda::group_pixels];
  cuda::load_group(in.row(at.y) + at.x, at.count, value);
#pragma unroll
  for (float& v : value) v = normalized(v, inverse, low, high);
  cuda::store_group(value, at.count, out.row(at.y) + at.x);
}

__device__ int row_of_warp() { return static_cast<int>(blockIdx.x * rows_block.y + threadIdx.y); }

// Pieces of 32 pixels, from the right to find what lies after each unknown one, then from the left.
__global__ void fill_rows(MutableRows<float> values, MutableRows<float> after, std::uint8_t* known, int width,
                          int height) {
  const int y = row_of_warp(), lane = static_cast<int>(threadIdx.x);
  if (y >= height) return;
  float* const row = values.row(y);
  float* const next = after.row(y);
  float carried = NAN;
  for (int x = (width - 1) / 32 * 32 + lane; x >= 0; x -= 32) {
    const float value = x < width ? row[x] : NAN;
    const unsigned there = __ballot_sync(all_lanes, value == value);
    const unsigned behind = there >> lane >> 1;
    const float found = __shfl_sync(all_lanes, value, behind != 0 ? lane + __ffs(static_cast<int>(behind)) : 0);
    if (x < width && value != value) next[x] = behind != 0 ? found : carried;
    const float leftmost = __shfl_sync(all_lanes, value, there != 0 ? __ffs(static_cast<int>(there)) - 1 : 0);
    carried = there != 0 ? leftmost : carried;
  }
  carried = NAN;
  for (int x = lane; x - lane < width; x += 32) {
    const float value = x < width ? row[x] : NAN;
    const unsigned there = __ballot_sync(all_lanes, value == value);
    const unsigned before = there & ((1u << lane) - 1);
    const float found = __shfl_sync(all_lanes, value, before != 0 ? 31 - __clz(static_cast<int>(before)) : 0);
    if (x < width && value != value) row[x] = filled_between(before != 0 ? found : carried, next[x]);
    const float rightmost = __shfl_sync(all_lanes, value, there != 0 ? 31 - __clz(static_cast<int>(there)) : 0);
    carried = there != 0 ? rightmost : carried;
  }
  if (lane == 0) known[y] = carried == carried;
}

// The nearest row that has known values, from `y` in steps of `step`; -1 where there is none. All lanes look.
__device__ int nearest_known(const std::uint8_t* known, int y, int step, int height) {
  const int lane = static_cast<int>(threadIdx.x);
  for (int first = y; first >= 0 && first < height; first += 32 * step) {
    const int mine = first + lane * step;
    const unsigned there = __ballot_sync(all_lanes, mine >= 0 && mine < height && known[mine] != 0);
    if (there != 0) return first + (__ffs(static_cast<int>(there)) - 1) * step;
  }
  return -1;
}

__global__ void fill_empty_rows(MutableRows<float> values, const std::uint8_t* known, int width, int height) {
  const int y = row_of_warp();
  if (y >= height || known[y] != 0) return;
  const int above = nearest_known(known, y, -1, height), below = nearest_known(known, y, 1, height);
  if (above < 0 && below < 0) return;
  const float* const before = values.row(above >= 0 ? above : below);
  const float* const after = values.row(below >= 0 ? below : above);
  float* const row = values.row(y);
  for (int x = static_cast<int>(threadIdx.x); x < width; x += 32) row[x] = filled_between(before[x], after[x]);
}

}  // namespace

void CudaEngine::normalize(const ImageView& in, const MutableImageView& out, bool inverse, double low, double high) {
  const Enqueue enqueue(*this, "normalize");
  cuda::launch(normalize_pixels, cuda::group_grid(out.width, out.height, stream_), cuda::rows<float>(in), inverse, low,
               high, cuda::rows<float>(out), out.width, out.height);
}

void CudaEngine::fill_unknown(const MutableImageView& values) {
  const Enqueue enqueue(*this, "fill_unknown");
  const int width = values.width, height = values.height;
  const MutableImageView after = scratch_.image(after_slot, width, height, f32_1);
  auto* const known = static_cast<std::uint8_t*>(scratch_.image(known_slot, height, 1, u8_1).data);
  const cuda::Grid grid{cuda::blocks_for(1, height, dim3(1, rows_block.y, 1)).y, rows_block, stream_};
  cuda::launch(fill_rows, grid, cuda::rows<float>(values), cuda::rows<float>(after), known, width, height);
  cuda::launch(fill_empty_rows, grid, cuda::rows<float>(values), known, width, height);
}

}  // namespace v1
}  // namespace relievo
