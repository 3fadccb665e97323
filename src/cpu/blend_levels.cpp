// Between levels of blur, pixel by pixel.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/blend_levels.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstring>

#include "core/with_scalar.hpp"
#include "kernels/coc.hpp"
#include "kernels/sampling.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

template <int channels, class T>
void BlendRow(const void* const* levels, int count, const float* level, T* out, int width) {
  const auto last = static_cast<float>(count - 1);
  for (int x = 0; x < width;) {
    const float position = clamp_to(level[x], last);
    const int i = static_cast<int>(position);
    const float t = position - static_cast<float>(i);
    const T* const a = static_cast<const T*>(levels[i]) + channels * x;
    if (t == 0) {
      // Whole stretches are one level, where all is sharp or all is blurred.
      int end = x + 1;
      while (end < width && clamp_to(level[end], last) == position) ++end;
      std::memcpy(out + channels * x, a, static_cast<std::size_t>(channels * (end - x)) * sizeof(T));
      x = end;
      continue;
    }
    const T* const b = static_cast<const T*>(levels[i + 1]) + channels * x;
    for (int c = 0; c < channels; ++c) {
      out[channels * x + c] = from_float<T>(lerp(to_float(a[c]), to_float(b[c]), t));
    }
    ++x;
  }
}

void Blend(Scalar scalar, int channels, const void* const* levels, int count, const float* level, void* out,
           int width) {
  with_scalar(scalar, [&](auto t) {
    using T = decltype(t);
    if (channels == 1) {
      BlendRow<1>(levels, count, level, static_cast<T*>(out), width);
    } else if (channels == 3) {
      BlendRow<3>(levels, count, level, static_cast<T*>(out), width);
    } else {
      BlendRow<4>(levels, count, level, static_cast<T*>(out), width);
    }
  });
}

// kernels/coc.hpp's level_of with selections in place of branches: one division, the same bits. Blocks
// small enough for registers and first-level cache let the compiler run the inner loops in vectors.
void LevelBlock(const float* disparity, float focus, float range, float scale, const float* radii, int count,
                float* out, int n) {
  constexpr int block = 64;
  float radius[block], base[block], low[block], high[block];
  for (int x = 0; x < n; ++x) {
    radius[x] = coc_radius(disparity[x], focus, range, scale);
    base[x] = 0;
    low[x] = radii[0];
    high[x] = radii[1];
  }
  for (int i = 1; i + 1 < count; ++i) {
    const float from = radii[i], to = radii[i + 1], index = static_cast<float>(i);
    for (int x = 0; x < n; ++x) {
      const bool past = radius[x] >= from;
      base[x] = past ? index : base[x];
      low[x] = past ? from : low[x];
      high[x] = past ? to : high[x];
    }
  }
  const float lowest = radii[0], highest = radii[count - 1], last = static_cast<float>(count - 1);
  for (int x = 0; x < n; ++x) {
    const float level = base[x] + (radius[x] - low[x]) / (high[x] - low[x]);
    const float above = radius[x] > lowest ? level : 0.0f;
    out[x] = radius[x] >= highest ? last : above;
  }
}

void LevelRow(const float* disparity, float focus, float range, float scale, const float* radii, int count, float* out,
              int width) {
  for (int x = 0; x < width; x += 64) {
    LevelBlock(disparity + x, focus, range, scale, radii, count, out + x, width - x < 64 ? width - x : 64);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <vector>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(Blend);
HWY_EXPORT(LevelRow);

}  // namespace

void CpuEngine::blend_levels(const ImageView* levels, int count, const ImageView& level, const MutableImageView& out) {
  const auto blend = HWY_DYNAMIC_DISPATCH(Blend);
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch& scratch) {
    const void** const rows = scratch.take<const void*>(std::size_t(count));
    for (int y = first; y < last; ++y) {
      for (int i = 0; i < count; ++i) rows[i] = levels[i].row<char>(y);
      blend(out.format.scalar, out.format.channels, rows, count, level.row<float>(y), out.row<char>(y), out.width);
    }
  });
}

void CpuEngine::coc_levels(const ImageView& disparity, int first_row, float focus, float range, float scale,
                           const float* radii, int count, const MutableImageView& out) {
  const auto level_row = HWY_DYNAMIC_DISPATCH(LevelRow);
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      if (count == 1) {
        std::fill_n(out.row<float>(y), out.width, 0.0f);
      } else {
        level_row(disparity.row<float>(first_row + y), focus, range, scale, radii, count, out.row<float>(y), out.width);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
