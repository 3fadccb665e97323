// A lens over layers, a block a tile (cuda/lens_tile.hpp); before it, which cells of layers cover anything.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "core/views.hpp"
#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/layers.hpp"
#include "cuda/lens_tile.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/lens.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using namespace cuda::lens;
using cuda::Layers;
using cuda::MutableRows;

constexpr std::size_t cells_slot = 44;
// Sums of light below 2^27 along a row wrap at 2^32; differences of so few pixels are exact all the same.
constexpr int most_run = 31;
// Of sums in shared memory: what leaves room for the rest in the 48 KiB, or 64 on request, that every GPU has.
constexpr int most_words = 9000, most_words_on_request = 12700;

// A block a cell: whether a layer covers any of it, and all.
__global__ void __launch_bounds__(256) measure_cells(const __grid_constant__ Layers layers, int width, int height,
                                                     int first_cell, int cell_rows, MutableRows<std::uint8_t> cells) {
  const int layer = static_cast<int>(blockIdx.z), across = static_cast<int>(blockIdx.x);
  const int down = first_cell + static_cast<int>(blockIdx.y);
  if (layers.opaque(layer)) return;
  const int x = across * cell + static_cast<int>(threadIdx.x) * 4, y = down * cell + static_cast<int>(threadIdx.y);
  std::uint8_t cover[4] = {};
  const int count = y < height ? min(width - x, 4) : 0;
  if (count > 0) cuda::load_group(layers.coverage(layer).row(y) + x, count, cover);
  bool any = false, all = true;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    any = any || cover[i] > 0;
    all = all && (cover[i] == 255 || i >= count);
  }
  const bool some = __syncthreads_or(any) != 0, whole = __syncthreads_and(all) != 0;
  if (threadIdx.x == 0 && threadIdx.y == 0) {
    cells.row(layer * cell_rows + static_cast<int>(blockIdx.y))[across] = whole  ? everywhere
                                                                          : some ? somewhere
                                                                                 : nowhere;
  }
}

template <class T, int channels>
__global__ void __launch_bounds__(block_threads, 2)
    blur_tiles(const __grid_constant__ Layers layers, int count, const __grid_constant__ Lens lens,
               const __grid_constant__ Pictures to) {
  RELIEVO_DYNAMIC_SHARED(std::uint32_t, sums);
  __shared__ int2 runs[block_threads];
  __shared__ float halves[half_side * half_side], quarters[quarter_side * quarter_side];
  __shared__ std::int16_t light[256];
  __shared__ float seen[thread_rows][block_threads], position[thread_rows][block_threads];
  __shared__ float shift[2];
  __shared__ unsigned near, far;
  if constexpr (sizeof(T) == 1) {
    for (unsigned i = threadIdx.x; i < 256; i += block_threads)
      light[i] = static_cast<const std::int16_t*>(lens.light)[i];
    __syncthreads();
  }
  Tile<T, channels>(layers, lens, to, {sums, runs, halves, quarters, light, seen, position, shift, near, far})
      .render(count);
}

using Words = cuda::KeptTables::Words;

template <class T>
void append(const std::vector<T>& values, Words* to) {
  Words words((values.size() * sizeof(T) + sizeof(std::int32_t) - 1) / sizeof(std::int32_t));
  if (!values.empty()) std::memcpy(words.data(), values.data(), values.size() * sizeof(T));
  to->insert(to->end(), words.begin(), words.end());
}

// Levels and runs of a lens as kernels take them.
struct Apertures {
  std::vector<Level> levels;
  std::vector<Run> runs;
  std::uint64_t of_scale[3] = {};

  Apertures(const LensBlur& lens, bool bytes) {
    for (int i = 1 - lens.count; i < lens.count; ++i) {
      const LensAperture& aperture = i < 0 ? lens.far_apertures[-i] : lens.near_apertures[i];
      Level level{static_cast<int>(runs.size()), 0, aperture.mask.area, aperture.mask.radius, {0, 0, 0, 0}};
      for (const ApertureRun& run : aperture.mask.runs) {
        level.box.left = std::min(level.box.left, run.dx_begin);
        level.box.right = std::max(level.box.right, run.dx_end - 1);
        level.box.top = std::min(level.box.top, run.dy);
        level.box.bottom = std::max(level.box.bottom, run.dy);
        const int longest = bytes ? run.dx_end - run.dx_begin : most_run;
        for (int begin = run.dx_begin; begin < run.dx_end; begin += longest) {
          runs.push_back({static_cast<std::int16_t>(run.dy), static_cast<std::int16_t>(begin),
                          static_cast<std::int16_t>(std::min(begin + longest, run.dx_end)), 0});
        }
      }
      level.runs = static_cast<int>(runs.size()) - level.first_run;
      levels.push_back(level);
      if (i != 0) of_scale[aperture.step / 2] |= std::uint64_t{1} << (focus_bit + i);
    }
  }

  // Sums that the widest planes need at once.
  int words() const {
    int most = block_threads * thread_rows;
    const int focus = static_cast<int>(levels.size()) / 2;
    for (int scale = 0; scale < 3; ++scale) {
      Box all{0, 0, 0, 0};
      for (int i = 0; i < static_cast<int>(levels.size()); ++i) {
        if ((of_scale[scale] >> (focus_bit + i - focus) & 1) == 0) continue;
        const Box& box = levels[static_cast<std::size_t>(i)].box;
        all = {std::min(all.left, box.left), std::max(all.right, box.right), std::min(all.top, box.top),
               std::max(all.bottom, box.bottom)};
      }
      const Window in = window(scale, all);
      most = std::max(most, in.pitch * in.rows);
    }
    return most;
  }
};

}  // namespace

void CudaEngine::lens_blur(const LayerView* layers, int count, const LensBlur& blur, int first_row,
                           const MutableImageView& out, const MutableImageView& coverage,
                           const MutableImageView& blurred) {
  const int largest = static_cast<int>(blur.radii[blur.count - 1]);
  require(blur.count <= max_radii, "A lens of ", blur.count, " radii is out of range; up to ", max_radii,
          " are allowed.");
  require(largest <= 128, "A lens of radius ", largest, " px is out of range; up to 128 are allowed.");
  const Enqueue enqueue(*this, "lens_blur");
  const LensLight& light = *blur.light;
  const bool bytes = light.scalar == Scalar::u8;

  const Apertures apertures(blur, bytes);
  Words packed;
  append(apertures.levels, &packed);
  append(apertures.runs, &packed);
  const std::int32_t* const levels = lens_apertures_.table(*device_, stream_, packed, [&] { return packed; });
  Words made_of{static_cast<int>(light.scalar), static_cast<int>(light.transfer)};
  append(std::vector<float>{light.gain}, &made_of);
  const std::int32_t* const tables = lens_light_.table(*device_, stream_, made_of, [&] {
    Words words;
    append(light.narrow, &words);
    append(light.wide, &words);
    append(light.code, &words);
    append(light.code_of_root, &words);
    return words;
  });

  Lens lens{};
  lens.focus = blur.focus;
  lens.range = blur.range;
  lens.scale = blur.scale;
  lens.count = blur.count;
  for (int i = 0; i < blur.count; ++i) {
    lens.radii[i] = blur.radii[i];
    lens.inverse_steps[i] = i == 0 ? 0 : inverse_of_step(blur.radii[i] - blur.radii[i - 1]);
  }
  lens.cats_eye = blur.cats_eye;
  lens.width = out.width;
  lens.height = layers[0].color.height;
  lens.half_diagonal = 0.5f * std::hypot(static_cast<float>(lens.width), static_cast<float>(lens.height));
  std::copy_n(apertures.of_scale, 3, lens.of_scale);
  lens.levels = reinterpret_cast<const Level*>(levels);
  lens.runs = reinterpret_cast<const Run*>(levels + apertures.levels.size() * sizeof(Level) / sizeof(*levels));
  lens.light = tables;
  lens.codes = tables + light.narrow.size() / 2 + light.wide.size();
  lens.curve = static_cast<int>(light.transfer);
  lens.gain = light.gain;
  lens.first_row = first_row;
  lens.rows = out.height;

  const int reach = lens_reach(blur.radii[blur.count - 1]);
  const int cells_across = (lens.width + cell - 1) / cell;
  lens.first_cell = std::max(first_row - reach, 0) / cell;
  lens.cell_rows = (std::min(first_row + out.height + reach, lens.height) + cell - 1) / cell - lens.first_cell;
  const Layers all(layers, count);
  const MutableImageView cells = scratch_.image(cells_slot, cells_across, count * lens.cell_rows, {Scalar::u8, 1});
  lens.cells = cuda::rows<std::uint8_t>(ImageView(cells));
  cuda::launch(
      measure_cells,
      {dim3(static_cast<unsigned>(cells_across), static_cast<unsigned>(lens.cell_rows), static_cast<unsigned>(count)),
       dim3(cell / 4, cell, 1), stream_},
      all, lens.width, lens.height, lens.first_cell, lens.cell_rows, cuda::rows<std::uint8_t>(cells));

  lens.words = apertures.words();
  if (lens.words > most_words) lens.words = most_words_on_request;
  const int tiles_down = (first_row + out.height + side - 1) / side - first_row / side;
  const cuda::Grid grid{
      dim3(static_cast<unsigned>((lens.width + side - 1) / side), static_cast<unsigned>(tiles_down), 1),
      dim3(block_threads, 1, 1), stream_, static_cast<std::size_t>(lens.words) * sizeof(std::uint32_t)};
  const Pictures to{static_cast<unsigned char*>(out.data), out.stride, cuda::rows<std::uint8_t>(coverage),
                    cuda::rows<float>(blurred)};
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    if (out.format.channels == 1) {
      cuda::launch(blur_tiles<T, 1>, grid, all, count, lens, to);
    } else {
      cuda::launch(blur_tiles<T, 3>, grid, all, count, lens, to);
    }
  });
}

}  // namespace v1
}  // namespace relievo
