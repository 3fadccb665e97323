// The forward warp of a row: which pixels an interval between two source pixels covers, what fills holes, and samples.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {

/// Where pixel x of a row goes.
RELIEVO_HD inline float moved(int x, float disparity, float gain, float convergence) {
  return static_cast<float>(x) + gain * (disparity - convergence);
}

/// Destination pixels first .. final of a source interval, none where it is turned over, torn or outside.
struct RowSpan {
  float begin, length;
  int first, final;

  /// 0 to 1 along the interval.
  RELIEVO_HD float at(int i) const { return (static_cast<float>(i) - begin) / length; }
};

RELIEVO_HD inline RowSpan span_of(float begin, float end, int width) {
  constexpr float longest_interval = 2.5f;
  const float last = static_cast<float>(width - 1);
  const float length = end - begin;
  const bool torn = !(length > 0 && length <= longest_interval);
  if (torn || end < 0 || begin > last) return {begin, length, 0, -1};
  return {begin, length, begin > 0 ? static_cast<int>(std::ceil(begin)) : 0,
          end < last ? static_cast<int>(end) : width - 1};
}

/// A row of one pixel has no intervals; it stays where it moves by less than half a pixel.
RELIEVO_HD inline bool single_pixel_stays(float to) { return std::fabs(to) < 0.5f; }

/// A destination pixel that an interval was drawn on: `at` is its index, the side of the row where there is none.
struct DrawnPixel {
  int at;
  float source, disparity;
};

/// Source of pixel i in the hole between two drawn pixels (at = -1 and at = width where there are none): that of the
/// farther side. A hole at a border has no farther side and mirrors what is beside it, which shows less than a smear. A
/// row without any drawn pixel, whose first goes to `first_to`, takes the nearest border.
RELIEVO_HD inline float fill_hole(int i, const DrawnPixel& left, const DrawnPixel& right, int width, float first_to) {
  const float last = static_cast<float>(width - 1);
  if (left.at < 0) {
    if (right.at >= width) return first_to > 0 ? 0 : last;
    const float mirrored = right.source + static_cast<float>(right.at - i);
    return mirrored < last ? mirrored : last;
  }
  if (right.at >= width) {
    const float mirrored = left.source - static_cast<float>(i - left.at);
    return mirrored > 0 ? mirrored : 0;
  }
  return left.disparity <= right.disparity ? left.source : right.source;
}

/// One pixel of a row at `source`, 0 to width - 1.
template <int channels, class T>
RELIEVO_HD inline void sample_row(const T* row, float source, int width, T* out) {
  using S = Sampler<T>;
  const int x0 = static_cast<int>(source);
  const auto weight = S::weight(source - static_cast<float>(x0));
  const T* const left = row + x0 * channels;
  const T* const right = left + (x0 + 1 < width ? channels : 0);
  for (int c = 0; c < channels; ++c) {
    out[c] = S::along(S::across(left[c], left[c], 0), S::across(right[c], right[c], 0), weight);
  }
}

}  // namespace v1
}  // namespace relievo
