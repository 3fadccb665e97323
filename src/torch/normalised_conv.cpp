#include "torch/normalised_conv.hpp"

#include <ATen/ops/batch_norm.h>
#include <ATen/ops/relu.h>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Of what a batch tells, as usual.
constexpr double momentum = 0.1;

}  // namespace

NormalisedConv::NormalisedConv(const WeightScope& conv, const WeightScope& norm, Conv::Shape shape, double epsilon) {
  shape.bias = false;
  const at::Tensor plain = conv("weight", shape.sizes());
  const at::Tensor weight = norm("weight", {shape.out}), bias = norm("bias", {shape.out});
  const at::Tensor mean = norm("running_mean", {shape.out}), variance = norm("running_var", {shape.out});
  norm.ignore("num_batches_tracked");
  if (plain.requires_grad()) {
    conv_ = Conv(plain, {}, shape);
    learning_ = Learning{weight, bias, mean, variance, epsilon};
    return;
  }
  const at::Tensor scale = weight.to(at::kFloat).mul(variance.to(at::kFloat).add(epsilon).rsqrt_());
  const at::Tensor shift = bias.to(at::kFloat).sub(mean.to(at::kFloat).mul(scale));
  shape.bias = true;
  conv_ = Conv(plain.to(at::kFloat).mul(scale.view({-1, 1, 1, 1})).to(plain.options()), shift.to(plain.scalar_type()),
               shape);
}

at::Tensor NormalisedConv::operator()(const at::Tensor& x, Activation activation) const {
  if (!learning_) return conv_(x, activation);
  require(activation == Activation::none || activation == Activation::relu,
          "No network with this activation is trained.");
  const at::Tensor normal = at::batch_norm(conv_(x), learning_->weight, learning_->bias, learning_->mean,
                                           learning_->variance, true, momentum, learning_->epsilon, false);
  return activation == Activation::relu ? at::relu(normal) : normal;
}

}  // namespace v1
}  // namespace relievo
