#include <cmath>
#include <limits>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat formats[] = {
    {Scalar::u8, 1}, {Scalar::u8, 3}, {Scalar::u16, 3}, {Scalar::f32, 1}, {Scalar::f32, 3}};

// Steps and slopes in multiples of 1/64, so that positions are exact in floats.
Picture relief(int width, int height, unsigned seed) {
  Picture picture(width, height, {Scalar::f32, 1});
  std::mt19937 random(seed);
  for (int y = 0; y < height; ++y) {
    int level = int(random() % 64), slope = 0;
    for (int x = 0; x < width; ++x) {
      if (random() % 7 == 0) level = int(random() % 64);
      if (random() % 5 == 0) slope = int(random() % 5) - 2;
      level = std::clamp(level + slope, 0, 64);
      picture.set(x, y, 0, level / 64.0);
    }
  }
  return picture;
}

struct Drawn {
  double source = -1;
  double disparity = -std::numeric_limits<double>::infinity();
};

// The interval seen at pixel `i` of a row, by looking at all of them.
Drawn seen_at(const Picture& disparity, const Picture* coverage, int y, int i, double gain, double convergence) {
  const int width = disparity.width();
  const auto to = [&](int x) { return x + gain * (disparity.at(x, y, 0) - convergence); };
  Drawn drawn;
  if (width == 1 && std::abs(to(0)) < 0.5) return {0, disparity.at(0, y, 0)};
  for (int x = 0; x + 1 < width; ++x) {
    const double length = to(x + 1) - to(x);
    if (length <= 0 || length > 2.5 || i < to(x) || i > to(x + 1)) continue;
    if (coverage != nullptr && coverage->at(x, y, 0) == 0 && coverage->at(x + 1, y, 0) == 0) continue;
    const double t = (i - to(x)) / length;
    const double d = disparity.at(x, y, 0) + t * (disparity.at(x + 1, y, 0) - disparity.at(x, y, 0));
    if (d >= drawn.disparity - 1e-6) drawn = {x + t, d};
  }
  return drawn;
}

double sample(const Picture& in, double x, int y, int c) {
  const int x0 = int(x);
  return in.at(x0, y, c) + (x - x0) * (in.repeated(x0 + 1, y, c) - in.at(x0, y, c));
}

TEST(WarpRows, MatchesItsDefinition) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Picture far = random_picture(size.width, size.height, format, 1);
      const Picture close = random_picture(size.width, size.height, format, 2);
      const Picture cover = disc_coverage(size.width, size.height, 0.3 * size.width);
      const Picture far_relief = relief(size.width, size.height, 3);
      const Picture close_relief = relief(size.width, size.height, 4);
      const LayerView layers[] = {{far, {}, far_relief}, {close, cover, close_relief}};
      for (const float gain : {8.0f, -16.0f}) {
        Picture out(size.width, size.height, format);
        engine.warp_rows(layers, 2, gain, 0.5f, out);
        std::vector<Drawn> row(size.width), front(size.width);
        int known = -1;
        // Coverage is a byte, off by one at most.
        const double tolerance = format.scalar == Scalar::u8 ? 2.6 : format.scalar == Scalar::u16 ? 260 : 4e-3;
        EXPECT_TRUE(near(out, tolerance,
                         [&](int x, int y, int c) {
                           if (y != known) {
                             known = y;
                             for (int i = 0; i < size.width; ++i) {
                               row[i] = seen_at(far_relief, nullptr, y, i, gain, 0.5);
                               front[i] = seen_at(close_relief, &cover, y, i, gain, 0.5);
                             }
                           }
                           int left = x, right = x;
                           while (left >= 0 && row[left].source < 0) --left;
                           while (right < size.width && row[right].source < 0) ++right;
                           double source;
                           if (left < 0 && right == size.width) {
                             source = gain * (far_relief.at(0, y, 0) - 0.5) > 0 ? 0 : size.width - 1;
                           } else if (left < 0) {
                             source = std::min(row[right].source + (right - x), size.width - 1.0);
                           } else if (right == size.width) {
                             source = std::max(row[left].source - (x - left), 0.0);
                           } else {
                             source =
                                 (row[left].disparity <= row[right].disparity + 1e-6 ? row[left] : row[right]).source;
                           }
                           double value = sample(far, source, y, c);
                           if (front[x].source >= 0) {
                             const double alpha = std::round(sample(cover, front[x].source, y, 0)) / 255;
                             value += alpha * (sample(close, front[x].source, y, c) - value);
                           }
                           return value;
                         }))
            << "gain " << gain;
      }
    }
  }
}

TEST(WarpRows, WithoutGainIsFlattenBitForBit) {
  TestEngine engine(2);
  for (const PixelFormat format : formats) {
    for (const Size size : sizes()) {
      const Picture far = random_picture(size.width, size.height, format, 1);
      const Picture close = random_picture(size.width, size.height, format, 2);
      const Picture cover = random_picture(size.width, size.height, {Scalar::u8, 1}, 5);
      const Picture depth = random_picture(size.width, size.height, {Scalar::f32, 1}, 6);
      const LayerView layers[] = {{far, {}, depth}, {close, cover, depth}};
      Picture flat(size.width, size.height, format), out(size.width, size.height, format);
      engine.flatten(layers, 2, flat);
      engine.warp_rows(layers, 2, 0, 0.3f, out);
      EXPECT_TRUE(out.same_bits(flat)) << size.width << " x " << size.height;
    }
  }
}

// A near layer over a far one of another colour: wherever it tears, the far colour shows.
TEST(WarpRows, ConstantAndSlopedLayersDoNotTear) {
  TestEngine engine(1);
  const int width = 200;
  const Picture far = constant_picture(width, 4, {Scalar::u8, 1}, 10);
  const Picture close = constant_picture(width, 4, {Scalar::u8, 1}, 200);
  for (const double slope : {0.0, 0.3, -0.3, 0.9, -0.9}) {
    for (const float gain : {0.5f, 17.3f, -41.7f}) {
      Picture depth(width, 4, {Scalar::f32, 1});
      for (int y = 0; y < 4; ++y) {
        for (int x = 0; x < width; ++x) depth.set(x, y, 0, 0.5 + slope * (x - width / 2) / std::abs(gain));
      }
      const LayerView layers[] = {{far, {}, depth}, {close, {}, depth}};
      Picture out(width, 4, {Scalar::u8, 1});
      engine.warp_rows(layers, 2, gain, 0.37f, out);
      // Once the near layer has begun it covers every pixel to its end.
      int changes = 0;
      for (int x = 1; x < width; ++x) changes += out.at(x, 1, 0) != out.at(x - 1, 1, 0);
      EXPECT_LE(changes, 2) << "slope " << slope << " gain " << gain;
    }
  }
}

TEST(WarpRows, HolesOfTheFarthestLayerTakeTheirFartherSide) {
  TestEngine engine(1);
  const int width = 100;
  Picture color(width, 1, {Scalar::u8, 1}), depth(width, 1, {Scalar::f32, 1});
  for (int x = 0; x < width; ++x) {
    color.set(x, 0, 0, x < 50 ? 40 : 220);
    depth.set(x, 0, 0, x < 50 ? 0 : 1);
  }
  const LayerView layer{color, {}, depth};
  Picture out(width, 1, {Scalar::u8, 1});
  engine.warp_rows(&layer, 1, 20, 0, out);
  EXPECT_TRUE(near(out, 0, [](int x, int, int) { return x < 70 ? 40 : 220; }));
}

// Rows as long as these do not fit in a GPU's shared memory at once.
TEST(WarpRows, LongRowsFillHolesOfAnyLength) {
  TestEngine engine(1);
  const int width = 20000;
  Picture color = random_picture(width, 1, {Scalar::u8, 1}), depth(width, 1, {Scalar::f32, 1});
  const auto expect = [&](float gain, auto source) {
    const LayerView layer{color, {}, depth};
    Picture out(width, 1, {Scalar::u8, 1});
    engine.warp_rows(&layer, 1, gain, 0, out);
    EXPECT_TRUE(near(out, 0, [&](int x, int, int) { return color.at(source(x), 0, 0); })) << "gain " << gain;
  };
  for (int x = 0; x < width; ++x) depth.set(x, 0, 0, 1);
  expect(9000, [](int x) { return std::abs(x - 9000); });
  expect(-9000, [&](int x) { return width - 1 - std::abs(x + 9000 - (width - 1)); });
  expect(30000, [](int) { return 0; });
  expect(-30000, [&](int) { return width - 1; });
  for (int x = 0; x < width; ++x) depth.set(x, 0, 0, x < 6000 ? 0 : 1);
  expect(9000, [](int x) { return x < 6000 ? x : x < 15000 ? 5999 : x - 9000; });
  for (int x = 0; x < width; ++x) depth.set(x, 0, 0, x < 14000 ? 1 : 0);
  expect(-9000, [](int x) { return x < 5000 ? x + 9000 : x < 14000 ? 14000 : x; });
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
