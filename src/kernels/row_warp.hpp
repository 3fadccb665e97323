// The forward warp of a row: which pixels an interval between two source pixels covers, what fills holes, and samples.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"
#include "kernels/samplers.hpp"

namespace relievo {
inline namespace v1 {

/// Where pixel x of a row goes.
RELIEVO_HD inline float moved(float x, float disparity, float gain, float convergence) {
  return x + gain * (disparity - convergence);
}

/// Whether a source interval is drawn, not turned over or torn.
RELIEVO_HD inline bool is_drawn(float length) {
  constexpr float longest_interval = 2.5f;
  return length > 0 && length <= longest_interval;
}

/// 0 to 1 along an interval.
RELIEVO_HD inline float along_interval(float x, float begin, float length) { return (x - begin) / length; }

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

/// Between two pixels of a row.
template <int channels, class T>
RELIEVO_HD inline void sample_between(const T* left, const T* right, typename Sampler<T>::Weight weight, T* out) {
  for (int c = 0; c < channels; ++c) out[c] = Sampler<T>::in_row(left[c], right[c], weight);
}

/// One pixel of a row at `source`, 0 to width - 1.
template <int channels, class T>
RELIEVO_HD inline void sample_row(const T* row, float source, int width, T* out) {
  const int x0 = static_cast<int>(source);
  const T* const left = row + x0 * channels;
  sample_between<channels>(left, left + (x0 + 1 < width ? channels : 0),
                           Sampler<T>::weight(source - static_cast<float>(x0)), out);
}

}  // namespace v1
}  // namespace relievo
