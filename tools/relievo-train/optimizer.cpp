#include "optimizer.hpp"

#include <algorithm>
#include <utility>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_foreach_mul.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace tool {
namespace {

constexpr double beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8;

}  // namespace

Optimizer::Optimizer(LearningWeights& weights, double decay) : groups_(2) {
  groups_[1].decay = decay;
  for (const LearningWeights::Named& one : weights.all()) {
    if (one.statistic) continue;
    Group& group = groups_[one.value.dim() > 1 ? 1 : 0];
    group.weights.push_back(one.value);
    group.first.push_back(at::zeros_like(one.average));
    group.second.push_back(at::zeros_like(one.average));
    group.steps.push_back(at::zeros({}, one.average.options()));
    state_.emplace_back("first/" + one.name, group.first.back());
    state_.emplace_back("second/" + one.name, group.second.back());
    state_.emplace_back("steps/" + one.name, group.steps.back());
  }
}

double Optimizer::step(double rate, double longest) {
  const at::NoGradGuard no_gradients;
  std::vector<std::vector<at::Tensor>> gradients;
  std::vector<at::Tensor> lengths;
  for (const Group& group : groups_) {
    std::vector<at::Tensor>& of_group = gradients.emplace_back();
    for (const at::Tensor& weight : group.weights) {
      of_group.push_back(weight.grad().defined() ? weight.grad() : at::zeros_like(weight));
    }
    for (at::Tensor& length : at::_foreach_norm(of_group)) lengths.push_back(std::move(length));
  }
  const double length = at::linalg_vector_norm(at::stack(lengths)).item<double>();
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    Group& group = groups_[i];
    if (length > longest) at::_foreach_mul_(gradients[i], longest / length);
    at::_foreach_add_(group.steps, 1);
    at::_fused_adamw_(group.weights, gradients[i], group.first, group.second, {}, group.steps, rate, beta1, beta2,
                      group.decay, epsilon, false, false);
    for (const at::Tensor& weight : group.weights) weight.mutable_grad() = at::Tensor();
  }
  return length;
}

std::vector<std::pair<std::string, at::Tensor>> Optimizer::state() const { return state_; }

}  // namespace tool
