// Generated pictures for tests, and photos from files.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <relievo/image.hpp>

namespace pictures {

/// A file as u8 RGB.
inline relievo::Image read_rgb(const std::string& path) {
  cv::Mat pixels = cv::imread(path, cv::IMREAD_COLOR);
  relievo::Image out(pixels.cols, pixels.rows, {relievo::Scalar::u8, 3});
  cv::cvtColor(
      pixels,
      cv::Mat(out.height(), out.width(), CV_8UC3, out.row<std::uint8_t>(0), static_cast<std::size_t>(out.stride())),
      cv::COLOR_BGR2RGB);
  return out;
}

/// A file as u8 grey, without conversion of its numbers.
inline relievo::Image read_grey(const std::string& path) {
  const cv::Mat pixels = cv::imread(path, cv::IMREAD_GRAYSCALE);
  return relievo::Image::copy_of({pixels.data,
                                  pixels.cols,
                                  pixels.rows,
                                  static_cast<std::int64_t>(pixels.step),
                                  {relievo::Scalar::u8, 1},
                                  {},
                                  {}});
}

/// Smooth colour waves.
template <class T>
relievo::Image waves(int width, int height, relievo::PixelFormat format, double scale) {
  relievo::Image out(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const double value = 0.5 + 0.4 * std::sin(0.11 * x + 0.7 * c) * std::cos(0.07 * y - 0.4 * c);
        out.row<T>(y)[x * format.channels + c] = static_cast<T>(scale * value);
      }
    }
  }
  return out;
}

/// A disc of `inside` before `outside`, f32.
inline relievo::Image disc(int width, int height, float inside, float outside) {
  relievo::Image out(width, height, {relievo::Scalar::f32, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double r = std::hypot(x - width / 2.0, y - height / 2.0) / std::min(width, height);
      out.row<float>(y)[x] = r < 0.25 ? inside : outside;
    }
  }
  return out;
}

/// A mask with an elliptic hole in the middle.
inline relievo::Image hole(int width, int height, double radius = 0.25) {
  relievo::Image out(width, height, {relievo::Scalar::u8, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double r = std::hypot((x + 0.5) / width - 0.5, (y + 0.5) / height - 0.5);
      out.row<std::uint8_t>(y)[x] = r < radius ? 255 : 0;
    }
  }
  return out;
}

}  // namespace pictures
