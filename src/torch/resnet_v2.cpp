#include "torch/resnet_v2.hpp"

#include <limits>

#include <ATen/ops/group_norm.h>
#include <ATen/ops/max_pool2d.h>
#include <ATen/ops/var_mean.h>

namespace relievo {
inline namespace v1 {
namespace {

// Weight standardisation (Qiao et al., 2019): each output's kernel with mean 0 and variance 1.
Conv standardised(const WeightScope& weights, Conv::Shape shape) {
  shape.bias = false;
  shape.same = true;
  const at::Tensor plain = weights("weight", shape.sizes()), kernels = plain.to(at::kFloat).flatten(1);
  const auto [variance, mean] = at::var_mean(kernels, {1}, /*correction=*/0, /*keepdim=*/true);
  const at::Tensor standard = kernels.sub(mean).mul_(variance.add(1e-8).rsqrt_());
  return Conv(standard.view(shape.sizes()).to(plain.options()), {}, shape);
}

}  // namespace

GroupNorm::GroupNorm(const WeightScope& weights, int channels)
    : weight(weights("weight", {channels})), bias(weights("bias", {channels})) {}

at::Tensor GroupNorm::operator()(const at::Tensor& x, Activation activation) const {
  const at::Tensor normed = at::group_norm(x, 32, weight, bias, 1e-5);
  return activation == Activation::relu ? normed.relu_() : normed;
}

Bottleneck::Bottleneck(const WeightScope& weights, int in, int out, int stride)
    : conv1(standardised(weights / "conv1", {.in = in, .out = out / 4, .kernel = 1})),
      conv2(standardised(weights / "conv2", {.in = out / 4, .out = out / 4, .kernel = 3, .stride = stride})),
      conv3(standardised(weights / "conv3", {.in = out / 4, .out = out, .kernel = 1})),
      norm1(weights / "norm1", out / 4),
      norm2(weights / "norm2", out / 4),
      norm3(weights / "norm3", out) {
  if (in != out || stride != 1) {
    shortcut = standardised(weights / "downsample.conv", {.in = in, .out = out, .kernel = 1, .stride = stride});
    shortcut_norm = GroupNorm(weights / "downsample.norm", out);
  }
}

at::Tensor Bottleneck::operator()(const at::Tensor& x) const {
  const at::Tensor kept = shortcut ? (*shortcut_norm)((*shortcut)(x), Activation::none) : x;
  at::Tensor y = norm1(conv1(x), Activation::relu);
  y = norm2(conv2(y), Activation::relu);
  y = norm3(conv3(y), Activation::none);
  return y.add_(kept).relu_();
}

ResNetV2::ResNetV2(const WeightScope& weights)
    : stem(standardised(weights / "stem.conv", {.in = 3, .out = 64, .kernel = 7, .stride = 2})),
      stem_norm(weights / "stem.norm", 64) {
  constexpr int depths[] = {3, 4, 9};
  int in = 64;
  for (int stage = 0; stage < 3; ++stage) {
    const int out = 256 << stage;
    std::vector<Bottleneck>& blocks = stages.emplace_back();
    for (int i = 0; i < depths[stage]; ++i) {
      blocks.emplace_back(weights / "stages" / stage / "blocks" / i, in, out, i == 0 && stage > 0 ? 2 : 1);
      in = out;
    }
  }
}

std::vector<at::Tensor> ResNetV2::operator()(const at::Tensor& x) const {
  at::Tensor y = stem_norm(stem(x), Activation::relu);
  y = at::max_pool2d(pad_same(y, 3, 2, -std::numeric_limits<double>::infinity()), 3, 2);
  std::vector<at::Tensor> out;
  for (const std::vector<Bottleneck>& blocks : stages) {
    for (const Bottleneck& block : blocks) y = block(y);
    out.push_back(y);
  }
  return out;
}

}  // namespace v1
}  // namespace relievo
