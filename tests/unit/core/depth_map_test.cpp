// The one depth contract: what is known, how it becomes relative disparity, and how it is resized.
#include <relievo/depth_map.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "common/images.hpp"

namespace relievo {
namespace {

using test::error_of;
using test::f32_1;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

Image grid(int width, const std::vector<float>& values) {
  Image image(width, static_cast<int>(values.size()) / width, f32_1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    image.row<float>(static_cast<int>(i) / width)[static_cast<int>(i) % width] = values[i];
  }
  return image;
}

std::vector<float> values_of(const ImageView& image) {
  std::vector<float> values;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) values.push_back(image.row<float>(y)[x]);
  }
  return values;
}

std::vector<float> relative(int width, const std::vector<float>& values, DepthKind kind = DepthKind::disparity) {
  return values_of(DepthMap(grid(width, values), kind).relative());
}

using Values = std::vector<float>;

TEST(DepthMap, AnEmptyOneSaysSo) {
  const DepthMap none;
  EXPECT_TRUE(none.empty());
  EXPECT_TRUE(none.clone().empty());
  EXPECT_EQ(error_of([&] { none.relative(); }), "invalid_argument: The depth map is empty.");
  EXPECT_EQ(error_of([&] { none.resized(4, 4); }), "invalid_argument: The depth map is empty.");
  EXPECT_EQ(error_of([] { DepthMap({}, DepthKind::metres); }), "invalid_argument: The depth map is empty.");
}

TEST(DepthMap, TakesEveryScalarTypeAndAnyStride) {
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    const Image whole = test::make(20, 10, {scalar, 1}, [](int x, int y, int) { return (x + 3 * y) / 51.0; });
    const DepthMap depth(test::part(whole, 4, 2, 9, 7), DepthKind::disparity, 60);
    EXPECT_EQ(depth.width(), 9);
    EXPECT_EQ(depth.height(), 7);
    EXPECT_EQ(depth.kind(), DepthKind::disparity);
    EXPECT_EQ(depth.fov_degrees(), 60);
    EXPECT_EQ(depth.valid_fraction(), 1);
    for (int y = 0; y < 7; ++y) {
      for (int x = 0; x < 9; ++x) {
        EXPECT_EQ(depth.values().row<float>(y)[x], static_cast<float>(test::at(whole, x + 4, y + 2)));
      }
    }
  }
}

TEST(DepthMap, KnowsWhatIsUnknown) {
  const Values given = {1, nan, infinity, -infinity, -2, 0, 3, 4};
  EXPECT_EQ(DepthMap(grid(4, given), DepthKind::disparity).valid_fraction(), 5 / 8.0);
  for (const DepthKind kind : {DepthKind::disparity_px, DepthKind::metres}) {
    const DepthMap depth(grid(4, given), kind);
    EXPECT_EQ(depth.valid_fraction(), 3 / 8.0);
    const Values values = values_of(depth.values());
    for (const int unknown : {1, 2, 3, 4, 5}) EXPECT_TRUE(std::isnan(values[unknown]));
    EXPECT_EQ(values[7], 4);
  }
}

TEST(DepthMap, RefusesBadInput) {
  EXPECT_EQ(error_of([] { DepthMap(test::flat(4, 4, test::u8_3, 0.5), DepthKind::disparity); }),
            "invalid_argument: The depth map has 3 channels; 1 is allowed.");
  const Image good = test::flat(4, 4, f32_1, 0.5);
  for (const float fov : {-1.0f, 180.0f, nan}) {
    EXPECT_EQ(error_of([&] { DepthMap(good, DepthKind::disparity, fov); }),
              "invalid_argument: fov_degrees is " +
                  std::string(fov < 0   ? "-1"
                              : fov > 0 ? "180"
                                        : "nan") +
                  "; allowed is 0 (unknown) to below 180.");
  }
  EXPECT_EQ(error_of([] {
              DepthMap(grid(2, {nan, infinity}), DepthKind::disparity);
            }),
            "invalid_argument: The depth map holds no known value (all are NaN, infinite).");
  EXPECT_EQ(error_of([] {
              DepthMap(grid(2, {0, -1}), DepthKind::metres);
            }),
            "invalid_argument: The depth map holds no known value (all are NaN, infinite or <= 0).");
  ImageView far_away = good.view();
  far_away.device = {DeviceKind::cuda, 0};
  EXPECT_EQ(error_of([&] { DepthMap(far_away, DepthKind::disparity); }),
            "invalid_argument: The depth map lies in device memory; copy it with device.download(image).");
  const DepthMap depth(good, DepthKind::disparity);
  EXPECT_EQ(error_of([&] { depth.resized(0, 4); }),
            "invalid_argument: An image of 0 x 4 pixels is out of range; each side is 1 to 65535.");
}

TEST(DepthMap, ACloneIsTheSame) {
  const DepthMap depth(grid(2, {1, nan, 3, 4}), DepthKind::metres, 47);
  const DepthMap clone = depth.clone();
  EXPECT_TRUE(test::same(clone.values(), depth.values()));
  EXPECT_NE(clone.values().data, depth.values().data);
  EXPECT_EQ(clone.kind(), DepthKind::metres);
  EXPECT_EQ(clone.fov_degrees(), 47);
  EXPECT_EQ(clone.valid_fraction(), 0.75);
}

TEST(DepthMapRelative, MapsTheQuantilesOntoZeroAndOne) {
  // 0..1000 in order: the 0.5 % quantile is 5, the 99.5 % quantile 995.
  Values ramp(1001);
  for (int i = 0; i <= 1000; ++i) ramp[i] = static_cast<float>(i);
  const Values out = relative(1001, ramp);
  for (int i = 0; i <= 1000; ++i) EXPECT_NEAR(out[i], std::clamp((i - 5) / 990.0, 0.0, 1.0), 1e-6) << i;
}

TEST(DepthMapRelative, FewOutliersDoNotSquashTheRest) {
  Values values(1000);
  for (int i = 0; i < 1000; ++i) values[i] = 10 + static_cast<float>(i) / 1000;
  values[500] = 1e9f;
  values[501] = -1e9f;
  const Values out = relative(50, values);
  EXPECT_EQ(out[500], 1);
  EXPECT_EQ(out[501], 0);
  EXPECT_NEAR(out[250], 0.25, 0.01);
  EXPECT_NEAR(out[750], 0.75, 0.01);
}

TEST(DepthMapRelative, MetresAreLinearInTheirInverse) {
  // 1/m: 1, 0.5, 0.25: relative (d - 0.25) / 0.75.
  const Values out = relative(3, {1, 2, 4}, DepthKind::metres);
  EXPECT_FLOAT_EQ(out[0], 1);
  EXPECT_FLOAT_EQ(out[1], 1.0f / 3);
  EXPECT_FLOAT_EQ(out[2], 0);
}

TEST(DepthMapRelative, PixelsOfDisparityAreLinear) {
  EXPECT_EQ(relative(3, {10, 20, 30}, DepthKind::disparity_px), (Values{0, 0.5f, 1}));
}

TEST(DepthMapRelative, WhatIsRelativeAlreadyStays) {
  const Values given = {0, 0.125f, 0.3f, 0.7f, 0.9f, 1};
  EXPECT_EQ(relative(3, given), given);
  EXPECT_EQ(relative(3, {0, 0, 0, 0, 0, 1}), (Values{0, 0, 0, 0, 0, 1}));
  // What merely lies within 0..1 is stretched.
  EXPECT_EQ(relative(3, {0.25f, 0.5f, 0.75f}), (Values{0, 0.5f, 1}));
}

TEST(DepthMapRelative, AnySignAndShift) { EXPECT_EQ(relative(3, {-30, -20, -10}), (Values{0, 0.5f, 1})); }

TEST(DepthMapRelative, TheEndsOfFloatsAreNoSpecialCase) {
  EXPECT_EQ(relative(3, {-3e38f, 0, 3e38f}), (Values{0, 0.5f, 1}));
  EXPECT_EQ(relative(3, {1e-45f, 3e-45f, 4e-45f})[0], 0);  // 1, 2 and 3 times the smallest float.
  EXPECT_FLOAT_EQ(relative(3, {1e-45f, 3e-45f, 4e-45f})[1], 0.5f);
  EXPECT_EQ(relative(3, {1e-45f, 1, 2}, DepthKind::metres)[0], 1);
  EXPECT_EQ(relative(3, {1e-45f, 1, 2}, DepthKind::metres)[2], 0);
}

TEST(DepthMapRelative, ConstantIsOneHalf) {
  for (const float value : {0.0f, 0.5f, 1.0f, 7.0f}) EXPECT_EQ(relative(2, {value, value}), (Values{0.5f, 0.5f}));
  EXPECT_EQ(relative(2, {7, nan}, DepthKind::metres), (Values{0.5f, 0.5f}));
  EXPECT_EQ(relative(1, {3}), (Values{0.5f}));
}

TEST(DepthMapRelative, UnknownTakesTheFartherNeighbourOfItsRow) {
  EXPECT_EQ(relative(6, {1, nan, nan, 0.25f, nan, 0}), (Values{1, 0.25f, 0.25f, 0.25f, 0, 0}));
  EXPECT_EQ(relative(5, {nan, nan, 1, 0, nan}), (Values{1, 1, 1, 0, 0}));
}

TEST(DepthMapRelative, UnknownRowsTakeTheFartherOfTheirColumn) {
  // Column 0 lies between 1 and 0, column 1 between 0 and 0.5.
  EXPECT_EQ(relative(2, {1, 0, nan, nan, nan, nan, nan, nan, 0, 0.5f}), (Values{1, 0, 0, 0, 0, 0, 0, 0, 0, 0.5f}));
  EXPECT_EQ(relative(2, {nan, nan, 1, 0, nan, nan}), (Values{1, 0, 1, 0, 1, 0}));
}

TEST(DepthMapResized, IsBilinearBetweenPixelCentres) {
  const DepthMap depth(grid(2, {0, 4}), DepthKind::disparity, 55);
  const DepthMap larger = depth.resized(4, 1);
  EXPECT_EQ(values_of(larger.values()), (Values{0, 1, 3, 4}));
  EXPECT_EQ(larger.fov_degrees(), 55);
  EXPECT_EQ(larger.kind(), DepthKind::disparity);
  EXPECT_EQ(values_of(DepthMap(grid(1, {0, 4}), DepthKind::disparity).resized(1, 4).values()), (Values{0, 1, 3, 4}));
  EXPECT_EQ(values_of(DepthMap(grid(4, {0, 2, 4, 8}), DepthKind::disparity).resized(2, 1).values()), (Values{1, 6}));
}

TEST(DepthMapResized, SameSizeIsAClone) {
  const DepthMap depth(grid(2, {1, nan, 3, 4}), DepthKind::metres);
  EXPECT_TRUE(test::same(depth.resized(2, 2).values(), depth.values()));
}

TEST(DepthMapResized, MetresMixAsDisparity) {
  // Between 1 m and 4 m lies 1 / ((0.75 * 1 + 0.25 * 0.25)) = 1.2308 m and 1 / 0.4375 = 2.2857 m.
  const Values out = values_of(DepthMap(grid(2, {1, 4}), DepthKind::metres).resized(4, 1).values());
  EXPECT_FLOAT_EQ(out[0], 1);
  EXPECT_FLOAT_EQ(out[1], 1 / 0.8125f);
  EXPECT_FLOAT_EQ(out[2], 1 / 0.4375f);
  EXPECT_FLOAT_EQ(out[3], 4);
}

TEST(DepthMapResized, PixelsOfDisparityScaleWithTheWidth) {
  const DepthMap depth(grid(2, {10, 10, 10, 10}), DepthKind::disparity_px);
  for (const float value : values_of(depth.resized(6, 2).values())) EXPECT_FLOAT_EQ(value, 30);
  for (const float value : values_of(depth.resized(2, 6).values())) EXPECT_FLOAT_EQ(value, 10);
  for (const float value : values_of(depth.resized(1, 1).values())) EXPECT_FLOAT_EQ(value, 5);
}

TEST(DepthMapResized, NeverMixesWithTheUnknown) {
  const DepthMap depth(grid(4, {2, 2, nan, nan}), DepthKind::disparity);
  const DepthMap out = depth.resized(16, 3);
  for (int y = 0; y < 3; ++y) {
    const float* row = out.values().row<float>(y);
    for (int x = 0; x < 8; ++x) EXPECT_EQ(row[x], 2) << x;
    for (int x = 8; x < 16; ++x) EXPECT_TRUE(std::isnan(row[x])) << x;
  }
  EXPECT_EQ(out.valid_fraction(), 0.5);
}

}  // namespace
}  // namespace relievo
