// Forward warp along rows: a row of a layer is a chain of intervals; each is drawn where it lands, the
// nearest on top. What is drawn is a source coordinate; colours are sampled once, at the end.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/warp_rows.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>

#include "core/with_scalar.hpp"
#include "kernels/row_warp.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

void MoveRow(const float* disparity, int width, float gain, float convergence, float* to) {
  for (int x = 0; x < width; ++x) to[x] = moved(static_cast<float>(x), disparity[x], gain, convergence);
}

template <int channels, class T>
void SampleChannels(const T* in, const float* source, int width, T* out) {
  for (int x = 0; x < width; ++x) {
    if (source[x] >= 0) sample_row<channels>(in, source[x], width, out + channels * x);
  }
}

// Samples at source[x]; holes (negative) are left alone.
void SampleRow(Scalar scalar, int channels, const void* in, const float* source, int width, void* out) {
  with_scalar(scalar, [&](auto t) {
    using T = decltype(t);
    if (channels == 1) {
      SampleChannels<1>(static_cast<const T*>(in), source, width, static_cast<T*>(out));
    } else if (channels == 3) {
      SampleChannels<3>(static_cast<const T*>(in), source, width, static_cast<T*>(out));
    } else {
      SampleChannels<4>(static_cast<const T*>(in), source, width, static_cast<T*>(out));
    }
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/composite.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(MoveRow);
HWY_EXPORT(SampleRow);

constexpr float hole = -1;

// Destination pixels first .. final of a source interval, none where it is outside.
struct RowSpan {
  int first, final;
};

RowSpan span_of(float begin, float end, int width) {
  const float last = static_cast<float>(width - 1);
  if (end < 0 || begin > last) return {0, -1};
  return {begin > 0 ? static_cast<int>(std::ceil(begin)) : 0, end < last ? static_cast<int>(end) : width - 1};
}

// Draws the intervals of a row that landed at `to`. `source` and `nearest` cover the destination.
void draw_row(const float* disparity, const float* to, const std::uint8_t* coverage, int width, float* source,
              float* nearest) {
  std::fill_n(source, width, hole);
  std::fill_n(nearest, width, -std::numeric_limits<float>::infinity());
  if (width == 1) {
    if (single_pixel_stays(to[0])) source[0] = 0;
    return;
  }
  for (int x = 0; x + 1 < width; ++x) {
    const float length = to[x + 1] - to[x];
    if (!is_drawn(length)) continue;
    const RowSpan span = span_of(to[x], to[x + 1], width);
    if (coverage != nullptr && (coverage[x] | coverage[x + 1]) == 0) continue;
    for (int i = span.first; i <= span.final; ++i) {
      const float t = along_interval(static_cast<float>(i), to[x], length);
      const float d = lerp(disparity[x], disparity[x + 1], t);
      if (d >= nearest[i]) {
        nearest[i] = d;
        source[i] = static_cast<float>(x) + t;
      }
    }
  }
}

void fill_holes(const float* to, int width, float* source, const float* nearest) {
  DrawnPixel left{-1, 0, 0};
  for (int x = 0; x < width;) {
    if (source[x] >= 0) {
      left = {x, source[x], nearest[x]};
      ++x;
      continue;
    }
    int end = x;
    while (end < width && source[end] < 0) ++end;
    const DrawnPixel right = end < width ? DrawnPixel{end, source[end], nearest[end]} : DrawnPixel{width, 0, 0};
    for (; x < end; ++x) source[x] = fill_hole(x, left, right, width, to[0]);
  }
}

}  // namespace

void CpuEngine::warp_rows(const LayerView* layers, int count, float gain, float convergence,
                          const MutableImageView& out) {
  const auto move = HWY_DYNAMIC_DISPATCH(MoveRow);
  const auto sample = HWY_DYNAMIC_DISPATCH(SampleRow);
  const auto composite = composite_row();
  const int width = out.width;
  const PixelFormat format = out.format;
  parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch& scratch) {
    float* const to = scratch.take<float>(width);
    float* const source = scratch.take<float>(width);
    float* const nearest = scratch.take<float>(width);
    char* const color = scratch.take<char>(std::size_t(width) * format.bytes());
    std::uint8_t* const coverage = scratch.take<std::uint8_t>(width);
    for (int y = first; y < last; ++y) {
      for (int i = 0; i < count; ++i) {
        const LayerView& layer = layers[i];
        const float* const disparity = layer.disparity.row<float>(y);
        const std::uint8_t* const cover = layer.coverage.empty() ? nullptr : layer.coverage.row<std::uint8_t>(y);
        move(disparity, width, gain, convergence, to);
        draw_row(disparity, to, cover, width, source, nearest);
        if (i == 0) {
          fill_holes(to, width, source, nearest);
          if (cover == nullptr) {
            sample(format.scalar, format.channels, layer.color.row<char>(y), source, width, out.row<char>(y));
            continue;
          }
          std::memset(out.row<char>(y), 0, std::size_t(width) * format.bytes());
        }
        std::memset(coverage, 0, width);
        if (cover == nullptr) {
          for (int x = 0; x < width; ++x) coverage[x] = source[x] >= 0 ? 255 : 0;
        } else {
          sample(Scalar::u8, 1, cover, source, width, coverage);
        }
        sample(format.scalar, format.channels, layer.color.row<char>(y), source, width, color);
        composite(format.scalar, color, coverage, out.row<char>(y), width, format.channels);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
