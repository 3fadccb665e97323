// Quantiles against sorting.
#include <cmath>
#include <limits>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr double at[] = {0, 0.005, 0.5, 0.995, 1, -0.005, -0.5, -1};
constexpr int count = 8;
constexpr float infinity = std::numeric_limits<float>::infinity();

// A picture that `value(random)` fills.
template <class Value>
Picture filled(int width, int height, const Value& value) {
  Picture picture(width, height, {Scalar::f32, 1});
  std::mt19937 random(5);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) picture.view().row<float>(y)[x] = value(random);
  }
  return picture;
}

void expect_quantiles(const Picture& in, const ImageView& coverage) {
  TestEngine engine(2);
  Picture out(2 + count, 1, {Scalar::f32, 1});
  engine.quantiles(in, coverage, at, count, out);
  std::vector<double> all, sample;
  const std::int64_t pixels = std::int64_t{in.width()} * in.height(), step = std::max<std::int64_t>(1, pixels >> 20);
  std::int64_t index = 0;
  for (int y = 0; y < in.height(); ++y) {
    for (int x = 0; x < in.width(); ++x, ++index) {
      const double value = in.at(x, y, 0);
      if (std::isnan(value)) continue;
      all.push_back(value);
      const bool covered = coverage.empty() || coverage.row<std::uint8_t>(y)[x] >= 128;
      if (covered && index % step == 0) sample.push_back(value);
    }
  }
  std::sort(sample.begin(), sample.end());
  EXPECT_EQ(out.at(0, 0, 0), all.empty() ? infinity : *std::min_element(all.begin(), all.end()));
  EXPECT_EQ(out.at(1, 0, 0), all.empty() ? -infinity : *std::max_element(all.begin(), all.end()));
  for (int i = 0; i < count; ++i) {
    if (sample.empty()) {
      EXPECT_TRUE(std::isnan(out.at(2 + i, 0, 0)));
      continue;
    }
    auto rank = static_cast<std::size_t>(std::fabs(at[i]) * double(sample.size() - 1) + 0.5);
    if (at[i] < 0) rank = sample.size() - 1 - rank;
    EXPECT_EQ(out.at(2 + i, 0, 0), sample[rank]) << at[i] << " of " << sample.size();
  }
  EXPECT_TRUE(out.outside_untouched());
}

TEST(Quantiles, AreThoseOfTheSortedValues) {
  for (const Size size : sizes()) {
    SCOPED_TRACE(size.width);
    const auto any = [](auto& random) { return std::uniform_real_distribution<float>(-3, 5)(random); };
    const auto few = [](auto& random) { return float(random() % 5) - 2; };
    const auto wide = [](auto& random) {
      return std::ldexp(std::uniform_real_distribution<float>(-1, 1)(random), int(random() % 250) - 125);
    };
    const auto odd = [](auto& random) {
      constexpr float values[] = {-infinity, infinity, -0.0f, 0.0f, std::numeric_limits<float>::quiet_NaN(),
                                  1e-45f,    -1,       1};
      return values[random() % 8];
    };
    const Picture cover = disc_coverage(size.width, size.height, 0.3 * size.width);
    for (const ImageView& coverage : {ImageView{}, cover.view()}) {
      expect_quantiles(filled(size.width, size.height, any), coverage);
      expect_quantiles(filled(size.width, size.height, few), coverage);
      expect_quantiles(filled(size.width, size.height, wide), coverage);
      expect_quantiles(filled(size.width, size.height, odd), coverage);
    }
  }
}

TEST(Quantiles, OfNothing) {
  const Picture unknown = filled(17, 13, [](auto&) { return std::numeric_limits<float>::quiet_NaN(); });
  expect_quantiles(unknown, {});
  const Picture values = filled(17, 13, [](auto& random) { return float(random() % 100); });
  expect_quantiles(values, constant_picture(17, 13, {Scalar::u8, 1}, 127));
}

TEST(Quantiles, OfLargePicturesComeFromASample) {
  const Picture large = filled(1501, 1500, [](auto& random) {
    return random() % 10 == 0 ? std::numeric_limits<float>::quiet_NaN() : float(random() % 100000) / 1000;
  });
  expect_quantiles(large, {});
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
