// Between levels of blur, pixel by pixel.
#include <cstdint>

#include "core/views.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/coc.hpp"
#include "kernels/sampling.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int pixels = cuda::group_pixels;
constexpr int most_levels = 64;

template <class T>
struct Levels {
  Rows<T> level[most_levels];
};

struct Radii {
  float radius[most_levels];
};

// Where a group of pixels lies between the same two levels, these are read as groups; else pixel by pixel.
template <int channels, class T>
__global__ void blend_pixels(const __grid_constant__ Levels<T> levels, int count, Rows<float> position,
                             MutableRows<T> out, int width, int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  float place[pixels];
  cuda::load_group(position.row(at.y) + at.x, at.count, place);
  int low[pixels];
  float t[pixels];
  bool alike = true, between = false;
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
    const float clamped = clamp_to(place[i], static_cast<float>(count - 1));
    low[i] = static_cast<int>(clamped);
    t[i] = clamped - static_cast<float>(low[i]);
    alike = alike && (i >= at.count || low[i] == low[0]);
    between = between || (i < at.count && t[i] > 0);
  }
  const std::int64_t offset = std::int64_t{channels} * at.x;
  T a[channels * pixels], b[channels * pixels] = {};
  if (alike) {
    cuda::load_group(levels.level[low[0]].row(at.y) + offset, channels * at.count, a);
    if (between) cuda::load_group(levels.level[low[0] + 1].row(at.y) + offset, channels * at.count, b);
  } else {
#pragma unroll
    for (int i = 0; i < pixels; ++i) {
      if (i >= at.count) continue;
      const T* const from = levels.level[low[i]].row(at.y) + offset + channels * i;
      const T* const to = levels.level[t[i] > 0 ? low[i] + 1 : low[i]].row(at.y) + offset + channels * i;
#pragma unroll
      for (int c = 0; c < channels; ++c) {
        a[channels * i + c] = from[c];
        b[channels * i + c] = to[c];
      }
    }
  }
  T blended[channels * pixels];
#pragma unroll
  for (int i = 0; i < channels * pixels; ++i) {
    const float part = t[i / channels], from = to_float(a[i]);
    blended[i] = from_float<T>(lerp(from, part > 0 ? to_float(b[i]) : from, part));
  }
  cuda::store_group(blended, channels * at.count, out.row(at.y) + offset);
}

__global__ void find_levels(Rows<float> disparity, float focus, float range, float scale,
                            const __grid_constant__ Radii radii, int count, MutableRows<float> out, int width,
                            int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  float values[pixels];
  cuda::load_group(disparity.row(at.y) + at.x, at.count, values);
#pragma unroll
  for (int i = 0; i < pixels; ++i) {
    values[i] = level_of(coc_radius(values[i], focus, range, scale), radii.radius, count);
  }
  cuda::store_group(values, at.count, out.row(at.y) + at.x);
}

template <class T>
void launch_blend(const ImageView* views, int count, const ImageView& position, const MutableImageView& out,
                  cudaStream_t stream) {
  Levels<T> levels{};
  for (int i = 0; i < count; ++i) levels.level[i] = cuda::rows<T>(views[i]);
  const auto launch = [&](auto kernel) {
    cuda::launch(kernel, cuda::group_grid(out.width, out.height, stream), levels, count, cuda::rows<float>(position),
                 cuda::rows<T>(out), out.width, out.height);
  };
  if (out.format.channels == 1) {
    launch(blend_pixels<1, T>);
  } else if (out.format.channels == 3) {
    launch(blend_pixels<3, T>);
  } else {
    launch(blend_pixels<4, T>);
  }
}

}  // namespace

void CudaEngine::blend_levels(const ImageView* levels, int count, const ImageView& level, const MutableImageView& out) {
  const Enqueue enqueue(*this, "blend_levels");
  require(count <= most_levels, "A GPU blends at most ", most_levels, " levels; these are ", count, ".");
  if (out.format.scalar == Scalar::u8) {
    launch_blend<std::uint8_t>(levels, count, level, out, stream_);
  } else if (out.format.scalar == Scalar::u16) {
    launch_blend<std::uint16_t>(levels, count, level, out, stream_);
  } else {
    launch_blend<float>(levels, count, level, out, stream_);
  }
}

void CudaEngine::coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale,
                            const float* radii, int count, const MutableImageView& out) {
  const Enqueue enqueue(*this, "coc_levels");
  require(count <= most_levels, "A GPU takes at most ", most_levels, " radii; these are ", count, ".");
  Radii table{};
  for (int i = 0; i < count; ++i) table.radius[i] = radii[i];
  cuda::launch(find_levels, cuda::group_grid(out.width, out.height, stream_),
               cuda::rows<float>(rows_of(disparity, first_row, out.height)), focus, range, scale, table, count,
               cuda::rows<float>(out), out.width, out.height);
}

}  // namespace v1
}  // namespace relievo
