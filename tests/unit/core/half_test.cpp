// Half precision over its whole range, against the definition.
#include "kernels/half.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "common/images.hpp"

namespace relievo {
namespace {

TEST(Half, EveryValueBecomesItsFloat) {
  for (unsigned code = 0; code < 65536; ++code) {
    const auto half = static_cast<std::uint16_t>(code);
    const double value = test::half_value(half);
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(half_to_float(half)));
    } else {
      EXPECT_EQ(half_to_float(half), value) << code;
      EXPECT_EQ(std::signbit(half_to_float(half)), (code & 0x8000u) != 0);
      EXPECT_EQ(float_to_half(half_to_float(half)), half);
    }
  }
}

TEST(Half, RoundsToNearestAndTiesToEven) {
  for (unsigned code = 0; code < 0x7bff; ++code) {
    const double low = test::half_value(static_cast<std::uint16_t>(code));
    const double high = test::half_value(static_cast<std::uint16_t>(code + 1));
    const auto middle = static_cast<float>((low + high) / 2);  // Exact: one bit more than a half has.
    EXPECT_EQ(float_to_half(middle), code + code % 2) << code;
    EXPECT_EQ(float_to_half(std::nextafter(middle, -1.0f)), code);
    EXPECT_EQ(float_to_half(std::nextafter(middle, 1e9f)), code + 1);
    EXPECT_EQ(float_to_half(-middle), (code + code % 2) | 0x8000) << code;
  }
}

TEST(Half, OverflowsToInfinityAndKeepsNan) {
  EXPECT_EQ(float_to_half(65519.996f), 0x7bff);
  EXPECT_EQ(float_to_half(65520.0f), 0x7c00);
  EXPECT_EQ(float_to_half(1e30f), 0x7c00);
  EXPECT_EQ(float_to_half(-1e30f), 0xfc00);
  EXPECT_EQ(float_to_half(HUGE_VALF), 0x7c00);
  EXPECT_TRUE(std::isnan(test::half_value(float_to_half(std::nanf("")))));
  EXPECT_EQ(float_to_half(1e-9f), 0);
  EXPECT_EQ(float_to_half(-1e-9f), 0x8000);
}

}  // namespace
}  // namespace relievo
