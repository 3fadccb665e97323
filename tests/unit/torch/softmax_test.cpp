#include "torch/softmax.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace relievo {
inline namespace v1 {
namespace {

// float64, of rows of every width around those that vectors have.
TEST(Softmax, NumeratorsAndSumsAreThoseOfTheDefinition) {
  std::mt19937 random(7);
  std::normal_distribution<float> value(0, 12);
  for (int width = 1; width <= 70; ++width) {
    const int count = 3;
    std::vector<float> values(static_cast<std::size_t>(count * width));
    for (float& one : values) one = value(random);
    const std::vector<float> before = values;
    std::vector<float> sums(count);
    softmax_numerators(values.data(), count, width, sums.data());
    for (int row = 0; row < count; ++row) {
      const float* in = before.data() + row * width;
      const float largest = *std::max_element(in, in + width);
      double sum = 0;
      for (int i = 0; i < width; ++i) {
        const double right = std::exp(static_cast<double>(in[i]) - largest);
        // Of the power itself, and of the difference, which is rounded.
        const double relative = 1e-6 + 6e-8 * (static_cast<double>(largest) - in[i]);
        EXPECT_NEAR(values[static_cast<std::size_t>(row * width + i)], right, relative * right + 1e-37)
            << "width " << width << ", row " << row << ", value " << i;
        sum += right;
      }
      EXPECT_NEAR(sums[static_cast<std::size_t>(row)], sum, 1e-6 * sum);
    }
  }
}

TEST(Softmax, LargeAndEqualValuesDoNotOverflow) {
  std::vector<float> values(37, 3e38F);
  float sum = 0;
  softmax_numerators(values.data(), 1, 37, &sum);
  EXPECT_EQ(sum, 37);
  EXPECT_EQ(values[36], 1);
}

}  // namespace
}  // namespace v1
}  // namespace relievo
