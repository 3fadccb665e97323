// Relative disparity of depth maps: against the definition in long doubles and by brute force.
#include <cmath>
#include <limits>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr PixelFormat format{Scalar::f32, 1};

TEST(Normalize, MapsARangeOntoZeroToOne) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    Picture in = random_picture(size.width, size.height, format);
    for (int y = 0; y < size.height; ++y) {
      for (int x = 0; x < size.width; ++x) {
        in.set(x, y, 0, (x + y) % 7 == 3 ? double{nan} : (in.at(x, y, 0) + 0.01) * std::ldexp(1.0, (x - y) % 100));
      }
    }
    for (const bool inverse : {false, true}) {
      for (const auto& [low, high] : {std::pair{0.0, 1.0}, {0.3, 0.31}, {-1e30, 1e35}, {2.0, 2.0}, {3.0, 1.0}}) {
        Picture out(size.width, size.height, format);
        engine.normalize(in, out, inverse, low, high);
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            const long double value = in.at(x, y, 0);
            if (std::isnan(value)) {
              ASSERT_TRUE(std::isnan(out.at(x, y, 0)));
              continue;
            }
            const long double part = ((inverse ? 1 / value : value) - low) / (static_cast<long double>(high) - low);
            const double expected = high > low ? std::clamp<double>(part, 0, 1) : 0.5;
            ASSERT_NEAR(out.at(x, y, 0), expected, 6e-8) << value;
          }
        }
        EXPECT_TRUE(out.outside_untouched());
        Picture in_place = in;
        engine.normalize(in_place, in_place, inverse, low, high);
        EXPECT_TRUE(in_place.same_bits(out));
      }
    }
  }
}

// The nearest value from (x, y) in steps of (dx, dy).
double nearest(const Picture& in, int x, int y, int dx, int dy) {
  for (; x >= 0 && x < in.width() && y >= 0 && y < in.height(); x += dx, y += dy) {
    if (!std::isnan(in.at(x, y, 0))) return in.at(x, y, 0);
  }
  return nan;
}

// fmin takes the number where one of two is not.
Picture filled(const Picture& in) {
  Picture rows = in;
  for (int y = 0; y < in.height(); ++y) {
    for (int x = 0; x < in.width(); ++x)
      rows.set(x, y, 0, std::fmin(nearest(in, x, y, -1, 0), nearest(in, x, y, 1, 0)));
  }
  Picture out = rows;
  for (int y = 0; y < in.height(); ++y) {
    for (int x = 0; x < in.width(); ++x) {
      out.set(x, y, 0, std::fmin(nearest(rows, x, y, 0, -1), nearest(rows, x, y, 0, 1)));
    }
  }
  return out;
}

TEST(FillUnknown, TakesTheSmallerOfTheNearestInRowThenColumn) {
  TestEngine engine(2);
  std::mt19937 random(9);
  std::vector<Size> all = sizes();
  all.insert(all.end(), {{64, 40}, {33, 200}, {96, 3}});
  for (const Size size : all) {
    // Of 100 pixels so many are known; some rows have none.
    for (const unsigned known : {0u, 1u, 10u, 60u, 99u, 100u}) {
      for (const unsigned rows : {0u, 5u, 50u, 95u}) {
        Picture picture = random_picture(size.width, size.height, format, random());
        for (int y = 0; y < size.height; ++y) {
          const bool none = random() % 100 < rows;
          for (int x = 0; x < size.width; ++x) {
            if (none || random() % 100 >= known) picture.set(x, y, 0, nan);
          }
        }
        const Picture expected = filled(picture);
        engine.fill_unknown(picture.view());
        for (int y = 0; y < size.height; ++y) {
          for (int x = 0; x < size.width; ++x) {
            const double right = expected.at(x, y, 0), found = picture.at(x, y, 0);
            ASSERT_TRUE(found == right || (std::isnan(found) && std::isnan(right)))
                << x << ", " << y << ": " << found << " but " << right << " is right, " << size.width << " x "
                << size.height << ", " << known << ", " << rows;
          }
        }
        EXPECT_TRUE(picture.outside_untouched());
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
