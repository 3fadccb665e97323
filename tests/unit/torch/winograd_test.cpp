#include "torch/winograd.hpp"

#include <cmath>

#include <ATen/ops/conv2d.h>
#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

namespace relievo {
inline namespace v1 {
namespace {

struct Case {
  int batch, in, out, height, width;
  bool bias, relu;
};

class WinogradOf : public testing::TestWithParam<Case> {};

// LibTorch's own in float64. The bound is that of f32 sums of 9 in products, by the points' amplification.
TEST_P(WinogradOf, IsTheConvolution) {
  const c10::InferenceMode no_gradients;
  const Case& of = GetParam();
  const at::Tensor x = at::randn({of.batch, of.in, of.height, of.width}),
                   weight = at::randn({of.out, of.in, 3, 3}).div(std::sqrt(9.0 * of.in)),
                   bias = of.bias ? at::randn({of.out}) : at::Tensor();
  at::Tensor right = at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), of.bias ? bias.to(at::kDouble) : bias, 1, 1);
  if (of.relu) right = right.relu();
  const at::Tensor found = Winograd(weight, bias)(x, of.relu);
  ASSERT_EQ(found.sizes(), right.sizes());
  EXPECT_TRUE(found.is_contiguous(at::MemoryFormat::ChannelsLast));
  EXPECT_LT(found.to(at::kDouble).sub(right).abs().max().item<double>(), 2e-5);
}

INSTANTIATE_TEST_SUITE_P(Shapes, WinogradOf,
                         testing::Values(Case{1, 16, 16, 8, 8, true, false}, Case{1, 16, 32, 1, 1, true, false},
                                         Case{1, 48, 16, 5, 7, false, true}, Case{2, 32, 64, 13, 6, true, true},
                                         Case{1, 128, 128, 48, 65, true, false}, Case{3, 16, 16, 4, 3, false, false}));

TEST(Winograd, SuitsWhatItIsFasterFor) {
  const c10::InferenceMode no_gradients;
  EXPECT_TRUE(Winograd::suits(at::randn({128, 256, 3, 3})));
  EXPECT_FALSE(Winograd::suits(at::randn({64, 64, 3, 3})));
  EXPECT_FALSE(Winograd::suits(at::randn({130, 256, 3, 3})));
  EXPECT_FALSE(Winograd::suits(at::randn({128, 256, 5, 5})));
  EXPECT_FALSE(Winograd::suits(at::randn({128, 256, 3, 3}).to(at::kBFloat16)));
}

}  // namespace
}  // namespace v1
}  // namespace relievo
