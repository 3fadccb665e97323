// Test images: random, inside wider ones so that rows have foreign pixels behind them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "core/with_scalar.hpp"
#include "unit/engine/test_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace test {

/// An image inside a wider one; what lies outside must stay as it is.
class Picture {
 public:
  Picture(int width, int height, PixelFormat format, Color color = {})
      : width_(width), whole_(width + 5, height, format, color) {
    std::memset(whole_.row<char>(0), 0xA5, std::size_t(whole_.stride()) * height);
  }

  Picture(const Picture& other)
      : width_(other.width_),
        whole_(other.whole_.width(), other.height(), other.whole_.format(), other.whole_.color()) {
    std::memcpy(whole_.row<char>(0), other.whole_.row<char>(0), std::size_t(whole_.stride()) * height());
  }
  Picture(Picture&&) = default;

  MutableImageView view() {
    MutableImageView v = whole_.mutable_view();
    v.width = width_;
    return v;
  }
  ImageView view() const {
    ImageView v = whole_.view();
    v.width = width_;
    return v;
  }
  operator ImageView() const { return view(); }
  operator MutableImageView() { return view(); }

  int width() const { return width_; }
  int height() const { return whole_.height(); }
  int channels() const { return whole_.format().channels; }
  Scalar scalar() const { return whole_.format().scalar; }

  /// The code value: 0..255, 0..65535 or the float itself.
  double at(int x, int y, int c) const {
    double value = 0;
    with_scalar(scalar(), [&](auto t) { value = to_float(whole_.row<decltype(t)>(y)[x * channels() + c]); });
    return value;
  }
  /// With the border repeated.
  double repeated(int x, int y, int c) const {
    return at(std::clamp(x, 0, width() - 1), std::clamp(y, 0, height() - 1), c);
  }
  void set(int x, int y, int c, double value) {
    with_scalar(scalar(), [&](auto t) {
      whole_.row<decltype(t)>(y)[x * channels() + c] = from_float<decltype(t)>(static_cast<float>(value));
    });
  }

  bool outside_untouched() const {
    const int bytes = whole_.format().bytes();
    for (int y = 0; y < height(); ++y) {
      const unsigned char* const row = whole_.row<unsigned char>(y);
      for (std::int64_t i = std::int64_t{width_} * bytes; i < whole_.stride(); ++i) {
        if (row[i] != 0xA5) return false;
      }
    }
    return true;
  }
  bool same_bits(const Picture& other) const {
    return std::memcmp(whole_.row<char>(0), other.whole_.row<char>(0), std::size_t(whole_.stride()) * height()) == 0;
  }

 private:
  int width_;
  Image whole_;
};

inline double full(Scalar scalar) { return scalar == Scalar::u8 ? 255 : scalar == Scalar::u16 ? 65535 : 1; }

inline Picture random_picture(int width, int height, PixelFormat format, unsigned seed = 1, Color color = {}) {
  Picture picture(width, height, format, color);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> unit(0, 1);
  const double scale = format.scalar == Scalar::u8 ? 256 : format.scalar == Scalar::u16 ? 65536 : 1;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) {
        const double value = unit(random) * scale;
        picture.set(x, y, c, scale > 1 ? std::min(std::floor(value), scale - 1) : value);
      }
    }
  }
  return picture;
}

inline Picture constant_picture(int width, int height, PixelFormat format, double value) {
  Picture picture(width, height, format);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < format.channels; ++c) picture.set(x, y, c, value);
    }
  }
  return picture;
}

/// Coverage with hard inside, hard outside and a soft edge.
inline Picture disc_coverage(int width, int height, double radius) {
  Picture picture(width, height, {Scalar::u8, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double r = std::hypot(x - 0.45 * width, y - 0.55 * height);
      picture.set(x, y, 0, std::clamp(128 + 40 * (radius - r), 0.0, 255.0));
    }
  }
  return picture;
}

struct Size {
  int width, height;
};

inline const std::vector<Size>& sizes() {
  static const std::vector<Size> all = {{1, 1}, {1, 7}, {7, 1}, {2, 3}, {17, 13}, {61, 47}, {131, 67}, {300, 20}};
  return all;
}

/// Whether every sample of `actual` is within `tolerance` of oracle(x, y, c).
template <class Oracle>
::testing::AssertionResult near(const Picture& actual, double tolerance, const Oracle& oracle) {
  for (int y = 0; y < actual.height(); ++y) {
    for (int x = 0; x < actual.width(); ++x) {
      for (int c = 0; c < actual.channels(); ++c) {
        const double expected = oracle(x, y, c);
        const double found = actual.at(x, y, c);
        if (!(std::abs(found - expected) <= tolerance)) {
          return ::testing::AssertionFailure()
                 << "(" << x << ", " << y << ", " << c << "): " << found << " but " << expected << " is right, "
                 << actual.width() << " x " << actual.height() << ", scalar " << int(actual.scalar());
        }
      }
    }
  }
  if (!actual.outside_untouched()) return ::testing::AssertionFailure() << "Pixels outside the view were written.";
  return ::testing::AssertionSuccess();
}

/// A half and what floats add for integers (rounding to nearest), `relative` of full scale for floats.
inline double rounding(Scalar scalar, double relative = 1e-6) {
  return scalar == Scalar::u8 ? 0.5001 : scalar == Scalar::u16 ? 0.51 : scalar == Scalar::f16 ? 1e-3 : relative;
}

}  // namespace test
}  // namespace v1
}  // namespace relievo
