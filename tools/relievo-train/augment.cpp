#include "augment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tool {
namespace {

constexpr int channels = 3;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// From a pixel of the window to one of the picture.
struct Map {
  double xx, xy, x0, yx, yy, y0;
};

Map random_map(int from_width, int from_height, int width, int height, Random& random) {
  const double part = random.between(0.5, 1), stretch = std::exp(0.1 * random.normal());
  const double fits = std::min(static_cast<double>(from_width) / width, static_cast<double>(from_height) / height);
  double step_x = fits * part * stretch, step_y = fits * part / stretch;
  // No more than there is.
  step_x = std::min(step_x, static_cast<double>(from_width) / width);
  step_y = std::min(step_y, static_cast<double>(from_height) / height);
  const double angle = 0.06 * random.normal(), cosine = std::cos(angle), sine = std::sin(angle);
  const double center_x = from_width / 2.0 + random.between(-0.5, 0.5) * (from_width - step_x * width);
  const double center_y = from_height / 2.0 + random.between(-0.5, 0.5) * (from_height - step_y * height);
  const double mirror = random.chance(0.5) ? -1 : 1;
  Map map{mirror * step_x * cosine, -step_y * sine, 0, mirror * step_x * sine, step_y * cosine, 0};
  map.x0 = center_x - (map.xx * width + map.xy * height) / 2;
  map.y0 = center_y - (map.yx * width + map.yy * height) / 2;
  return map;
}

// Beyond the border lies the picture's mirror image, so that no made-up edge is learnt.
double reflected(double position, int size) {
  const double period = 2.0 * size;
  double within = std::fmod(position, period);
  if (within < 0) within += period;
  return within < size ? within : period - within;
}

}  // namespace

DepthSample random_window(const relievo::ImageView& photo, const relievo::ImageView& disparity, int width, int height,
                          Random& random) {
  const Map map = random_map(photo.width, photo.height, width, height, random);
  const std::size_t plane = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  DepthSample out{width, height, std::vector<float>(channels * plane), std::vector<float>(plane, nan)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double there_x = map.xx * (x + 0.5) + map.xy * (y + 0.5) + map.x0;
      const double there_y = map.yx * (x + 0.5) + map.yy * (y + 0.5) + map.y0;
      const std::size_t at = static_cast<std::size_t>(y) * width + x;
      const double u = std::clamp(reflected(there_x, photo.width) - 0.5, 0.0, photo.width - 1.0);
      const double v = std::clamp(reflected(there_y, photo.height) - 0.5, 0.0, photo.height - 1.0);
      const int left = std::min(static_cast<int>(u), std::max(photo.width - 2, 0)),
                right = std::min(left + 1, photo.width - 1);
      const int top = std::min(static_cast<int>(v), std::max(photo.height - 2, 0));
      const auto part_x = static_cast<float>(u - left), part_y = static_cast<float>(v - top);
      const auto* upper = photo.row<std::uint8_t>(top);
      const auto* lower = photo.row<std::uint8_t>(std::min(top + 1, photo.height - 1));
      for (int c = 0; c < channels; ++c) {
        const float above = upper[channels * left + c] * (1 - part_x) + upper[channels * right + c] * part_x;
        const float below = lower[channels * left + c] * (1 - part_x) + lower[channels * right + c] * part_x;
        out.photo[c * plane + at] = (above * (1 - part_y) + below * part_y) / 255;
      }
      const bool inside = there_x >= 0 && there_y >= 0 && there_x < photo.width && there_y < photo.height;
      // Not mixed: between two surfaces there is none.
      if (inside) out.disparity[at] = disparity.row<float>(static_cast<int>(there_y))[static_cast<int>(there_x)];
    }
  }
  return out;
}

namespace {

// A mean over 3 x 3.
void soften(float* plane, int width, int height, float weight) {
  std::vector<float> before(plane, plane + static_cast<std::size_t>(width) * height);
  for (int y = 1; y + 1 < height; ++y) {
    const float* row = before.data() + static_cast<std::size_t>(y) * width;
    for (int x = 1; x + 1 < width; ++x) {
      float sum = 0;
      for (int dy = -1; dy <= 1; ++dy) sum += row[x + dy * width - 1] + row[x + dy * width] + row[x + dy * width + 1];
      float& value = plane[static_cast<std::size_t>(y) * width + x];
      value += weight * (sum / 9 - value);
    }
  }
}

}  // namespace

void vary_camera(DepthSample& sample, Random& random) {
  const std::size_t plane = sample.disparity.size();
  const auto gamma = static_cast<float>(std::exp(0.25 * random.normal()));
  const double exposure = random.between(0.6, 1.2);
  std::array<float, channels> gain{};
  for (float& one : gain) one = static_cast<float>(exposure * (1 + 0.12 * random.normal()));
  const float saturation = random.chance(0.1) ? 0 : static_cast<float>(random.between(0.3, 1.3));
  const float softness = random.chance(0.3) ? static_cast<float>(random.unit()) : 0;
  const auto noise = static_cast<float>(0.03 * random.unit() * random.unit());
  if (softness > 0) {
    for (int c = 0; c < channels; ++c) soften(sample.photo.data() + c * plane, sample.width, sample.height, softness);
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < plane; ++i) {
    std::array<float, channels> color{};
    float mean = 0;
    for (std::size_t c = 0; c < channels; ++c) {
      color[c] = gain[c] * std::pow(std::max(sample.photo[c * plane + i], 1e-3f), gamma);
      mean += color[c] / channels;
    }
    bits = random.bits();
    for (std::size_t c = 0; c < channels; ++c) {
      // Three bytes added up are nearly normal; their deviation is 128.
      const auto sum = static_cast<float>((bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255));
      bits >>= 21;
      const float normal = (sum - 382.5f) / 128;
      sample.photo[c * plane + i] = std::clamp(mean + saturation * (color[c] - mean) + noise * normal, 0.0f, 1.0f);
    }
  }
}

}  // namespace tool
