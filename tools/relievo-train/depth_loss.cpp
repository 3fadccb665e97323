#include "depth_loss.hpp"

#include <limits>

#include <ATen/TensorOperators.h>
#include <ATen/ops/nan_to_num.h>
#include <ATen/ops/nanmedian.h>
#include <ATen/ops/roll.h>
#include <ATen/ops/softplus.h>

#include "random.hpp"

namespace tool {
namespace {

constexpr int scales = 4, distances = 8;
// Differences of normalised disparity below this are level.
constexpr double level = 0.1;
constexpr double least_deviation = 1e-3;

at::Tensor per_picture(const at::Tensor& values) { return values.view({-1, 1, 1}); }

// Mean of what is counted in each picture.
at::Tensor mean(const at::Tensor& values, const at::Tensor& counted) {
  return values.mul(counted).flatten(1).sum(1).div(counted.flatten(1).sum(1).clamp_min(1));
}

// Median 0 and mean absolute deviation 1 over the known pixels.
at::Tensor normalised(const at::Tensor& values, const at::Tensor& known) {
  const at::Tensor flat = values.masked_fill(known.logical_not(), std::numeric_limits<double>::quiet_NaN()).flatten(1);
  // Where nothing is known, so is no median.
  const at::Tensor centered = values - per_picture(at::nan_to_num(std::get<0>(at::nanmedian(flat, 1))));
  return centered.div(per_picture(mean(centered.abs(), known).add(least_deviation)));
}

at::Tensor differences(const at::Tensor& error, const at::Tensor& known, int dimension) {
  const std::int64_t length = error.size(dimension) - 1;
  const at::Tensor both = known.narrow(dimension, 1, length).logical_and(known.narrow(dimension, 0, length));
  return mean((error.narrow(dimension, 1, length) - error.narrow(dimension, 0, length)).abs(), both);
}

at::Tensor gradients(const at::Tensor& error, const at::Tensor& known) {
  at::Tensor sum;
  for (int scale = 0; scale < scales; ++scale) {
    const std::int64_t step = std::int64_t{1} << scale;
    const at::Tensor e = error.slice(1, 0, {}, step).slice(2, 0, {}, step);
    const at::Tensor k = known.slice(1, 0, {}, step).slice(2, 0, {}, step);
    const at::Tensor both = differences(e, k, 1) + differences(e, k, 2);
    sum = sum.defined() ? sum + both : both;
  }
  return sum / scales;
}

at::Tensor order_of_pairs(const at::Tensor& predicted, const at::Tensor& target, const at::Tensor& known,
                          std::uint64_t seed) {
  Random random(seed);
  const std::int64_t height = predicted.size(1), width = predicted.size(2);
  at::Tensor sum;
  for (int i = 0; i < distances; ++i) {
    const auto dy = static_cast<std::int64_t>(random.below(static_cast<std::size_t>(height)));
    const auto dx = static_cast<std::int64_t>(random.below(static_cast<std::size_t>(width)));
    const auto moved = [&](const at::Tensor& values) { return at::roll(values, {dy, dx}, {1, 2}); };
    const at::Tensor apart = target - moved(target);
    const at::Tensor counted = known.logical_and(moved(known)).logical_and(apart.abs() > level);
    const at::Tensor one = mean(at::softplus((moved(predicted) - predicted) * apart.sign()), counted);
    sum = sum.defined() ? sum + one : one;
  }
  return sum / distances;
}

}  // namespace

DepthLoss depth_loss(const at::Tensor& predicted, const DepthTargets& targets, const DepthLossOptions& options,
                     std::uint64_t seed) {
  const at::Tensor disparity = targets.disparity.masked_fill(targets.known.logical_not(), 0);
  const at::Tensor p = options.align == LossAlignment::truth ? predicted : normalised(predicted, targets.known);
  const at::Tensor q = normalised(disparity, targets.known);
  const at::Tensor error = (p - q).mul(targets.known);
  DepthLoss loss;
  loss.value = mean(error.abs(), targets.known).mul(targets.measured).mean();
  loss.gradient = gradients(error, targets.known).mul(targets.measured).mean();
  const at::Tensor order = order_of_pairs(p, q, targets.known, seed);
  loss.order = order.mean();
  const at::Tensor order_weight = targets.measured.mul(options.order - 1).add(1);
  loss.total = loss.value + options.gradient * loss.gradient + order.mul(order_weight).mean();
  return loss;
}

}  // namespace tool
