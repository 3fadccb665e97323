// Levels of grey: stretched, and counted.
#include <cmath>
#include <limits>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

TEST(Stretch, MapsARangeOntoAllLevels) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    for (const std::uint8_t channels : {1, 3}) {
      Picture in = random_picture(size.width, size.height, {Scalar::f32, channels});
      constexpr double odd[] = {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                                -std::numeric_limits<double>::infinity(), -0.0};
      for (int y = 0; y < size.height; ++y) in.set(y % size.width, y, channels - 1, odd[y % 4]);
      for (const auto& [low, high] : {std::pair{0.0f, 1.0f}, {0.2f, 0.8f}, {-1.0f, 3.0f}}) {
        const auto level = [&, low = low, high = high](int x, int y, int c) {
          const double value = in.at(x, y, c);
          return std::isnan(value) ? 0 : std::clamp((value - low) / (double{high} - low), 0.0, 1.0);
        };
        Picture out(size.width, size.height, {Scalar::f32, channels}),
            bytes(size.width, size.height, {Scalar::u8, channels});
        engine.stretch(in, low, high, out);
        EXPECT_TRUE(near(out, 2e-7, level));
        engine.stretch(in, low, high, bytes);
        EXPECT_TRUE(near(bytes, 0.5001, [&](int x, int y, int c) { return 255 * level(x, y, c); }));
        Picture in_place = in;
        engine.stretch(in_place, low, high, in_place);
        EXPECT_TRUE(in_place.same_bits(out));
      }
    }
  }
}

TEST(Stretch, RoundsHalvesOfBytesToEven) {
  TestEngine engine(1);
  Picture in(256, 1, {Scalar::f32, 1}), out(256, 1, {Scalar::u8, 1});
  for (int i = 0; i < 256; ++i) in.set(i, 0, 0, i - 0.5);
  engine.stretch(in, 0, 255, out);
  int halves = 0;
  for (int i = 0; i < 256; ++i) {
    // Where the level times 255 comes back to the half.
    const float product = (static_cast<float>(i) - 0.5f) / 255 * 255;
    if (product != static_cast<float>(i) - 0.5f) continue;
    EXPECT_EQ(out.at(i, 0, 0), i % 2 == 0 ? i : i - 1) << i;
    ++halves;
  }
  EXPECT_GT(halves, 100);
}

TEST(Histogram, CountsEveryPixelOnce) {
  TestEngine engine(2);
  std::vector<Size> all = sizes();
  all.insert(all.end(), {{1021, 301}, {16, 9000}});
  for (const Size size : all) {
    const Picture noise = random_picture(size.width, size.height, {Scalar::u8, 1});
    Picture mask = disc_coverage(size.width, size.height, 0.4 * size.width);
    for (const Picture* in : {&noise, static_cast<const Picture*>(&mask)}) {
      std::vector<std::uint32_t> expected(256);
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) ++expected[static_cast<std::size_t>(in->at(x, y, 0))];
      }
      // What was there before counts nothing.
      Picture out = constant_picture(256, 1, {Scalar::u8, 4}, 77);
      engine.histogram(*in, out);
      const auto* const counts = static_cast<const Picture&>(out).view().row<std::uint32_t>(0);
      EXPECT_EQ(std::vector<std::uint32_t>(counts, counts + 256), expected) << size.width << " x " << size.height;
      EXPECT_TRUE(out.outside_untouched());
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
