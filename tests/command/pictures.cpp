#include "pictures.hpp"

#include <cmath>
#include <cstring>

namespace test {

bool in_disc(int x, int y, int width, int height) {
  const double r = 0.3 * (width < height ? width : height);
  const double dx = x + 0.5 - width / 2.0, dy = y + 0.5 - height / 2.0;
  return dx * dx + dy * dy < r * r;
}

relievo::Image picture(int width, int height, relievo::PixelFormat format) {
  relievo::Image image(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const double wave = 0.12 * std::sin(x * 0.31 + c) * std::cos(y * 0.23 - c);
        double value = in_disc(x, y, width, height) ? 0.75 + wave - 0.1 * c : 0.3 + wave + 0.08 * c;
        if (c == 3) value = 1;
        const int at = x * format.channels + c;
        switch (format.scalar) {
          case relievo::Scalar::u8:
            image.row<std::uint8_t>(y)[at] = static_cast<std::uint8_t>(value * 255 + 0.5);
            break;
          case relievo::Scalar::u16:
          case relievo::Scalar::f16:
            image.row<std::uint16_t>(y)[at] = static_cast<std::uint16_t>(value * 65535 + 0.5);
            break;
          case relievo::Scalar::f32:
            image.row<float>(y)[at] = static_cast<float>(value);
            break;
        }
      }
    }
  }
  return image;
}

relievo::Image disparity(int width, int height) {
  relievo::Image image(width, height, {relievo::Scalar::f32, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.row<float>(y)[x] =
          in_disc(x, y, width, height) ? 1.0f : 0.4f * static_cast<float>(y) / static_cast<float>(height);
    }
  }
  return image;
}

}  // namespace test
