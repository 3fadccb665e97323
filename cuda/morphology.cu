// Dilation and erosion run by run, as the CPU has them: images of the largest value over 2^k pixels of a row, of which
// two cover a run of any length. Erosion is dilation of the complement.
#include <algorithm>
#include <cstdint>

#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr std::size_t scratch_level = 22;  // and the one after it

constexpr dim3 block{64, 4, 1};

/// Runs of one level: the largest of a run is that of the values at x + from and x + to.
struct Runs {
  static constexpr int most = 512;
  struct Run {
    std::int16_t dy, from, to;
  };
  int count = 0;
  Run run[most] = {};
};

/// The largest of in[x - left] and in[x - left + step], of the complement where `flip` is 255; beyond the border 0.
__global__ void widen(Rows<std::uint8_t> in, int in_width, int left, int step, std::uint8_t flip, int width, int height,
                      MutableRows<std::uint8_t> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  const std::uint8_t* const row = in.row(y);
  const auto at = [&](int i) { return static_cast<std::uint8_t>(i >= 0 && i < in_width ? row[i] ^ flip : 0); };
  out.row(y)[x] = max(at(x - left), at(x - left + step));
}

/// `level` begins `left` pixels before the image.
__global__ void largest_of_runs(Rows<std::uint8_t> level, int left, Runs runs, bool begins, std::uint8_t flip,
                                int width, int height, MutableRows<std::uint8_t> out) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  std::uint8_t* const to = out.row(y) + x;
  std::uint8_t largest = begins ? 0 : *to;
  for (int i = 0; i < runs.count; ++i) {
    const Runs::Run run = runs.run[i];
    if (y + run.dy < 0 || y + run.dy >= height) continue;
    const std::uint8_t* const row = level.row(y + run.dy);
    if (left + x + run.from < left + width) largest = max(largest, row[left + x + run.from]);
    if (left + x + run.to < left + width) largest = max(largest, row[left + x + run.to]);
  }
  *to = static_cast<std::uint8_t>(largest ^ flip);
}

}  // namespace

void CudaEngine::morphology(const ImageView& in, const MutableImageView& out, Morphology operation,
                            const ApertureMask& mask) {
  const Enqueue enqueue(*this, "morphology");
  const std::uint8_t flip = operation == Morphology::erode ? 255 : 0;
  int left = 0, last_level = 0;
  for (const ApertureRun& run : mask.runs) {
    left = std::max(left, -run.dx_begin);
    last_level = std::max(last_level, power_in(run));
  }
  const int wide = in.width + left;
  const dim3 level_blocks = cuda::blocks_for(wide, in.height, block);
  MutableImageView level = scratch_.image(scratch_level, wide, in.height, in.format);
  cuda::launch(widen, {level_blocks, block, stream_}, cuda::rows<std::uint8_t>(in), in.width, left, 0, flip, wide,
               in.height, cuda::rows<std::uint8_t>(level));
  bool begins = true;
  for (int k = 0; k <= last_level; ++k) {
    Runs runs;
    const auto gather = [&](std::uint8_t last_flip) {
      cuda::launch(largest_of_runs, {cuda::blocks_for(in.width, in.height, block), block, stream_},
                   cuda::rows<std::uint8_t>(ImageView(level)), left, runs, begins, last_flip, in.width, in.height,
                   cuda::rows<std::uint8_t>(out));
      begins = false;
      runs.count = 0;
    };
    for (const ApertureRun& run : mask.runs) {
      if (power_in(run) != k) continue;
      if (runs.count == Runs::most) gather(0);
      runs.run[runs.count++] = {static_cast<std::int16_t>(run.dy), static_cast<std::int16_t>(run.dx_begin),
                                static_cast<std::int16_t>(run.dx_end - (1 << k))};
    }
    if (k == last_level) {
      gather(flip);
      break;
    }
    if (runs.count > 0) gather(0);
    const MutableImageView next =
        scratch_.image(scratch_level + static_cast<std::size_t>((k + 1) % 2), wide, in.height, in.format);
    cuda::launch(widen, {level_blocks, block, stream_}, cuda::rows<std::uint8_t>(ImageView(level)), wide, 0, 1 << k,
                 std::uint8_t{0}, wide, in.height, cuda::rows<std::uint8_t>(next));
    level = next;
  }
}

}  // namespace v1
}  // namespace relievo
