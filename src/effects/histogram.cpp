#include "effects/histogram.hpp"

#include <algorithm>
#include <limits>

namespace relievo {
inline namespace v1 {

Histogram histogram_of(Engine& engine, const ImageView& image) {
  Histogram counts;
  Image out = engine.allocate(256, 1, histogram_format, {});
  engine.histogram(image, out.mutable_view());
  engine.copy(out, {counts.data(), 256, 1, sizeof counts, histogram_format, {}, {}});
  return counts;
}

int otsu_threshold(const Histogram& counts) {
  // OpenCV's order of operations, rounding and all: between two peaks every threshold is as good as the next but for
  // it.
  double pixels = 0, mean = 0;
  for (int i = 0; i < 256; ++i) {
    pixels += counts[static_cast<std::size_t>(i)];
    mean += i * static_cast<double>(counts[static_cast<std::size_t>(i)]);
  }
  const double scale = 1 / pixels;
  mean *= scale;
  constexpr double least_part = std::numeric_limits<float>::epsilon();
  double dark = 0, dark_mean = 0, best = 0;
  int threshold = 0;
  for (int i = 0; i < 256; ++i) {
    const double part = counts[static_cast<std::size_t>(i)] * scale;
    dark_mean *= dark;
    dark += part;
    const double bright = 1 - dark;
    if (std::min(dark, bright) < least_part || std::max(dark, bright) > 1 - least_part) continue;
    dark_mean = (dark_mean + i * part) / dark;
    const double bright_mean = (mean - dark * dark_mean) / bright;
    const double between = dark * bright * (dark_mean - bright_mean) * (dark_mean - bright_mean);
    if (between > best) {
      best = between;
      threshold = i;
    }
  }
  return threshold;
}

}  // namespace v1
}  // namespace relievo
