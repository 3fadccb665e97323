#include "common/scenes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "core/with_scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {

Image textured(int width, int height, PixelFormat format, Color color) {
  Image image(width, height, format, color);
  std::uint32_t noise = 1;
  with_scalar(format.scalar, [&](auto t) {
    using T = decltype(t);
    for (int y = 0; y < height; ++y) {
      T* const row = image.row<T>(y);
      for (int i = 0; i < width * format.channels; ++i) {
        noise = noise * 1664525u + 1013904223u;
        const float grain = static_cast<float>(noise >> 8) / 16777216.0f;
        const float slope = static_cast<float>((i / format.channels + 2 * y) % 997) / 997.0f;
        row[i] = from_float<T>((0.6f * slope + 0.4f * grain) * full_scale<T>);
      }
    }
  });
  return image;
}

Image step_and_ramp(int width, int height) {
  Image image(width, height, {Scalar::f32, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float ramp = 0.5f + 0.35f * std::sin(float(x) * 0.003f) * std::cos(float(y) * 0.004f);
      image.row<float>(y)[x] = ramp + (((x / 300 + y / 300) & 1) != 0 ? 0.1f : 0.0f);
    }
  }
  return image;
}

Image soft_disc(int width, int height) {
  Image image(width, height, {Scalar::u8, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float r = std::hypot(float(x) - 0.5f * float(width), float(y) - 0.5f * float(height));
      image.row<std::uint8_t>(y)[x] = from_float<std::uint8_t>(128 + 12 * (0.33f * float(height) - r));
    }
  }
  return image;
}

TwoLayers::TwoLayers(int width, int height, PixelFormat format)
    : far_color(textured(width, height, format)),
      near_color(textured(width, height, format)),
      coverage(soft_disc(width, height)),
      disparity(step_and_ramp(width, height)),
      layers{{far_color, {}, disparity}, {near_color, coverage, disparity}} {}

BenchSize bench_size() {
  BenchSize size{4000, 3000};
  if (const char* text = std::getenv("RELIEVO_BENCH_SIZE")) {
    int width = 0, height = 0;
    if (std::sscanf(text, "%dx%d", &width, &height) == 2 && width > 0 && height > 0) size = {width, height};
  }
  return size;
}

CpuEngine& engine() {
  static CpuEngine instance = [] {
    const char* text = std::getenv("RELIEVO_BENCH_THREADS");
    return CpuEngine(text == nullptr ? 0 : std::max(0, std::atoi(text)));
  }();
  return instance;
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
