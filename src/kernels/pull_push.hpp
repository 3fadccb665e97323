// Two steps of a pyramid that fills unknown pixels: four pixels into one with a weight, and one pixel out of four.
#pragma once

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

struct Weighted {
  float value = 0, weight = 0;
};

/// Pixels with their weights are added row by row; none of weight 0 counts.
class Pulled {
 public:
  RELIEVO_HD void add(Weighted pixel) {
    if (!(pixel.weight > 0)) return;
    sum_ += pixel.weight * pixel.value;
    total_ += pixel.weight;
  }
  RELIEVO_HD Weighted mean() const { return {total_ > 0 ? sum_ / total_ : 0, total_ < 1 ? total_ : 1.0f}; }

 private:
  float sum_ = 0, total_ = 0;
};

/// The centre of fine pixel i lies at coarse coordinate (i + 0.5) / 2 - 0.5: between `first` and `second`.
struct PushTap {
  int first, second;
  float t;
};

RELIEVO_HD inline PushTap push_tap(int i, int coarse) {
  const int wanted = (i - 1) >> 1;
  const int first = wanted < 0 ? 0 : wanted < coarse ? wanted : coarse - 1;
  return {first, first + 1 < coarse ? first + 1 : coarse - 1, i == 0 ? 0 : (i & 1) != 0 ? 0.25f : 0.75f};
}

/// Values at the corners of a cell, `tx` and `ty` in.
RELIEVO_HD inline float pushed(float p00, float p01, float p10, float p11, float tx, float ty) {
  const float top = p00 * (1 - tx) + p01 * tx;
  const float bottom = p10 * (1 - tx) + p11 * tx;
  return top * (1 - ty) + bottom * ty;
}

/// What a level holds, completed from the next coarser one.
RELIEVO_HD inline float completed(Weighted pixel, float coarse) {
  return pixel.weight * pixel.value + (1 - pixel.weight) * coarse;
}

}  // namespace v1
}  // namespace relievo
