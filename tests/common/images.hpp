// Images for tests: made from functions, read as numbers, compared by the bit.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <relievo/error.hpp>
#include <relievo/image.hpp>
#include <relievo/layered_scene.hpp>

namespace test {

inline constexpr relievo::PixelFormat u8_1{relievo::Scalar::u8, 1}, u8_3{relievo::Scalar::u8, 3},
    u8_4{relievo::Scalar::u8, 4}, u16_1{relievo::Scalar::u16, 1}, u16_3{relievo::Scalar::u16, 3},
    f16_3{relievo::Scalar::f16, 3}, f32_1{relievo::Scalar::f32, 1}, f32_3{relievo::Scalar::f32, 3};

/// IEEE half to double, from the definition.
inline double half_value(std::uint16_t half) {
  const int exponent = (half >> 10) & 31, mantissa = half & 1023;
  const double magnitude = exponent == 0    ? std::ldexp(mantissa, -24)
                           : exponent == 31 ? (mantissa == 0 ? HUGE_VAL : std::nan(""))
                                            : std::ldexp(1024 + mantissa, exponent - 25);
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

/// The nearest half of a value in 0 .. 2.
inline std::uint16_t half_of(double value) {
  std::uint16_t best = 0;
  for (int step = 0x4000; step > 0; step /= 2) {
    if (best + step <= 0x4000 && half_value(static_cast<std::uint16_t>(best + step)) <= value) best += step;
  }
  const auto next = static_cast<std::uint16_t>(best + 1);
  return half_value(next) - value < value - half_value(best) ? next : best;
}

/// One channel as 0..1.
inline double at(const relievo::ImageView& image, int x, int y, int c = 0) {
  const int i = x * image.format.channels + c;
  switch (image.format.scalar) {
    case relievo::Scalar::u8:
      return image.row<std::uint8_t>(y)[i] / 255.0;
    case relievo::Scalar::u16:
      return image.row<std::uint16_t>(y)[i] / 65535.0;
    case relievo::Scalar::f16:
      return half_value(image.row<std::uint16_t>(y)[i]);
    case relievo::Scalar::f32:
      return static_cast<double>(image.row<float>(y)[i]);
  }
  return 0;
}

inline void set(relievo::Image& image, int x, int y, int c, double value) {
  const int i = x * image.format().channels + c;
  switch (image.format().scalar) {
    case relievo::Scalar::u8:
      image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(value * 255 + 0.5);
      break;
    case relievo::Scalar::u16:
      image.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(value * 65535 + 0.5);
      break;
    case relievo::Scalar::f16:
      image.row<std::uint16_t>(y)[i] = half_of(value);
      break;
    case relievo::Scalar::f32:
      image.row<float>(y)[i] = static_cast<float>(value);
      break;
  }
}

/// An image of `value(x, y, channel)`, 0..1.
template <class Value>
relievo::Image make(int width, int height, relievo::PixelFormat format, Value value, relievo::Color color = {}) {
  relievo::Image image(width, height, format, color);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) set(image, x, y, c, value(x, y, c));
    }
  }
  return image;
}

/// One value everywhere.
inline relievo::Image flat(int width, int height, relievo::PixelFormat format, double value) {
  return make(width, height, format, [&](int, int, int) { return value; });
}

/// Fine and coarse detail without repetition, 0.1 to 0.9; a multiple of 1/255.
inline double texture(int x, int y, int c) {
  const unsigned hash = (static_cast<unsigned>(x) * 73856093u) ^ (static_cast<unsigned>(y) * 19349663u) ^
                        (static_cast<unsigned>(c) * 83492791u);
  const double value =
      0.5 + 0.25 * std::sin(0.07 * x + c) * std::cos(0.05 * y) + ((hash >> 7) % 64) / 64.0 * 0.3 - 0.15;
  return std::round(value * 255) / 255;
}

/// A photo of `texture`; alpha, where there is one, is a ramp.
inline relievo::Image photo(int width, int height, relievo::PixelFormat format = u8_3) {
  return make(width, height, format,
              [&](int x, int y, int c) { return c == 3 ? std::round(255.0 * x / width) / 255 : texture(x, y, c); });
}

/// Whether two images are the same bit for bit.
inline testing::AssertionResult same(const relievo::ImageView& a, const relievo::ImageView& b) {
  if (a.width != b.width || a.height != b.height || a.format != b.format) {
    return testing::AssertionFailure() << "sizes or formats differ: " << a.width << " x " << a.height << ", " << b.width
                                       << " x " << b.height;
  }
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      const int bytes = a.format.bytes();
      if (std::memcmp(a.row<char>(y) + x * bytes, b.row<char>(y) + x * bytes, static_cast<std::size_t>(bytes)) != 0) {
        return testing::AssertionFailure() << "pixel (" << x << ", " << y << ") is " << at(a, x, y) << " and "
                                           << at(b, x, y) << " in the first channel";
      }
    }
  }
  return testing::AssertionSuccess();
}

/// Largest difference of two images of one size and format, as 0..1.
inline double largest_difference(const relievo::ImageView& a, const relievo::ImageView& b) {
  EXPECT_TRUE(a.width == b.width && a.height == b.height && a.format == b.format);
  double most = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) {
      for (int c = 0; c < a.format.channels; ++c) most = std::max(most, std::fabs(at(a, x, y, c) - at(b, x, y, c)));
    }
  }
  return most;
}

/// "code: sentence" of the Error that `body` throws; "nothing" where it throws none.
template <class Body>
std::string error_of(Body body) {
  try {
    body();
  } catch (const relievo::Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "nothing";
}

/// Part of an image, where it lies.
inline relievo::ImageView part(relievo::ImageView view, int x, int y, int width, int height) {
  view.data = view.row<char>(y) + x * view.format.bytes();
  view.width = width;
  view.height = height;
  return view;
}

/// Layers a test composes a scene of; the farthest first.
struct Layers {
  struct Layer {
    relievo::Image color, coverage, disparity;
  };
  std::vector<Layer> all;

  Layers& add(relievo::Image color, relievo::Image disparity, relievo::Image coverage = {}) {
    all.push_back({std::move(color), std::move(coverage), std::move(disparity)});
    return *this;
  }
  std::vector<relievo::LayerView> views() const {
    std::vector<relievo::LayerView> views;
    for (const Layer& layer : all) views.push_back({layer.color, layer.coverage, layer.disparity});
    return views;
  }
  relievo::LayeredScene scene(const relievo::Device& device = relievo::Device::cpu(1)) const {
    const auto given = views();
    return relievo::LayeredScene::from_layers(device, given.data(), static_cast<int>(given.size()));
  }
};

/// A scene of one layer at one disparity.
inline relievo::LayeredScene plane(relievo::Image color, float disparity,
                                   const relievo::Device& device = relievo::Device::cpu(1)) {
  relievo::Image depth = flat(color.width(), color.height(), f32_1, static_cast<double>(disparity));
  return std::move(Layers().add(std::move(color), std::move(depth))).scene(device);
}

/// 1 in the rectangle, 0 elsewhere.
inline relievo::Image box(int width, int height, int left, int top, int right, int bottom,
                          relievo::PixelFormat format = u8_1) {
  return make(width, height, format,
              [&](int x, int y, int) { return x >= left && x < right && y >= top && y < bottom ? 1.0 : 0.0; });
}

}  // namespace test
