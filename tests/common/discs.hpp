// What tests of blurs share: a slope of disparity, and the mean under a disc.
#pragma once

#include <algorithm>

#include "common/images.hpp"

namespace test {

/// Disparity that rises to the right and a little downwards.
inline relievo::Image ramp(int width, int height) {
  return make(width, height, f32_1, [&](int x, int y, int) { return (x + 0.3 * y) / (width + height); });
}

/// The mean over the pixels of the disc dx^2 + dy^2 <= r^2 + r / 2, borders repeated.
inline double disc_mean(const relievo::ImageView& image, int x, int y, int c, int radius) {
  double sum = 0;
  int count = 0;
  for (int dy = -radius; dy <= radius; ++dy) {
    for (int dx = -radius; dx <= radius; ++dx) {
      if (2 * (dx * dx + dy * dy) > 2 * radius * radius + radius) continue;
      sum += at(image, std::clamp(x + dx, 0, image.width - 1), std::clamp(y + dy, 0, image.height - 1), c);
      ++count;
    }
  }
  return sum / count;
}

}  // namespace test
