// Steps of disparity that an estimate has smeared: which side a pixel on the way belongs to, by what both sides look
// like.
#pragma once

#include "kernels/host_device.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// How steps are looked for.
struct StepSearch {
  float threshold = 0;  ///< lower ones are left
  int reach = 1;        ///< px to either side that a smeared step may take
  int stride = 1;       ///< px between those that are asked
};

/// The least and largest disparity around a pixel, and twice as far around it.
struct StepRange {
  float low, high, wide_low, wide_high;

  /// Whether the pixel lies on the way up a step. A slope goes on beyond; a step has ended.
  RELIEVO_HD bool is_step(float disparity, float threshold) const {
    const float height = high - low;
    if (!(height > threshold) || wide_high - wide_low > 1.4f * height) return false;
    const float part = (disparity - low) / height;
    return part > 0.12f && part < 0.88f;
  }
};

/// What one side of a step looks like.
class StepSide {
 public:
  RELIEVO_HD void add(const float* color, int channels, float disparity) {
    for (int k = 0; k < channels; ++k) color_[k] += color[k];
    disparity_ += disparity;
    ++count_;
  }
  RELIEVO_HD bool any() const { return count_ > 0; }
  RELIEVO_HD float disparity() const { return disparity_ / static_cast<float>(count_); }
  RELIEVO_HD float color(int k) const { return color_[k] / static_cast<float>(count_); }

 private:
  float color_[3] = {}, disparity_ = 0;
  int count_ = 0;
};

/// The disparity of the side that a pixel on the way belongs to. `color` (0..1) is its own, `part` how far up it lies.
RELIEVO_HD inline float side_of_step(const StepSide& far, const StepSide& near, const float* color, int channels,
                                     float part) {
  // What textures differ by from their mean.
  constexpr float doubt = 0.08f;
  float to_far = 0, to_near = 0, apart = 0;
  for (int k = 0; k < channels; ++k) {
    const float f = far.color(k), n = near.color(k);
    to_far += (color[k] - f) * (color[k] - f);
    to_near += (color[k] - n) * (color[k] - n);
    apart += (f - n) * (f - n);
  }
  // -1 to 1 each: colours say it where they differ, else disparity does.
  const float by_color = (to_far - to_near) / (to_far + to_near + doubt * doubt);
  const float trust = 2 * apart / (apart + doubt * doubt);
  return by_color * trust + (2 * part - 1) > 0 ? near.disparity() : far.disparity();
}

/// The disparity of (x, y) where steps are sharp. `disparity(u, v)` and `color(u, v, float*)` (0..1) are asked within
/// the picture.
template <class Disparity, class Color>
RELIEVO_HD float sharpened(int x, int y, int width, int height, int channels, const StepSearch& how,
                           const StepRange& range, const Disparity& disparity, const Color& color) {
  const float here = disparity(x, y);
  if (!range.is_step(here, how.threshold)) return here;
  const float step = range.high - range.low;
  StepSide far, near;
  float pixel[3] = {};
  int asked = 0, alike = 0;
  const int first = how.reach / how.stride * how.stride;
  for (int v = y - first; v <= y + first; v += how.stride) {
    if (v < 0 || v >= height) continue;
    for (int u = x - first; u <= x + first; u += how.stride) {
      if (u < 0 || u >= width) continue;
      const float there = disparity(u, v), part = (there - range.low) / step;
      const float apart = there > here ? there - here : here - there;
      ++asked;
      if (apart < 0.12f * step) ++alike;
      if (part > 0.12f && part < 0.88f) continue;
      color(u, v, pixel);
      if (part < 0.5f) {
        far.add(pixel, channels, there);
      } else {
        near.add(pixel, channels, there);
      }
    }
  }
  // What many around it share is a surface between both, not the way up.
  if (!far.any() || !near.any() || 10 * alike > 3 * asked) return here;
  color(x, y, pixel);
  return side_of_step(far, near, pixel, channels, (here - range.low) / step);
}

}  // namespace v1
}  // namespace relievo
