// The losses against their definitions in float64, and their gradients against differences.
#include "relievo-train/depth_loss.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <gtest/gtest.h>

#include "relievo-train/random.hpp"

namespace tool {
namespace {

constexpr int count = 2, height = 17, width = 23, plane = height * width;

constexpr DepthLossOptions invariant{LossAlignment::scale_shift};

struct Case {
  at::Tensor predicted = at::empty({count, height, width}, at::kFloat);
  DepthTargets targets{at::empty({count, height, width}, at::kFloat), at::empty({count, height, width}, at::kBool),
                       at::ones({count}, at::kFloat)};

  Case() {
    Random random(3);
    for (int i = 0; i < count * plane; ++i) {
      predicted.mutable_data_ptr<float>()[i] = static_cast<float>(random.normal());
      targets.disparity.mutable_data_ptr<float>()[i] = static_cast<float>(0.2 + 3 * random.unit());
      targets.known.mutable_data_ptr<bool>()[i] = random.chance(0.8);
    }
  }
};

std::vector<double> normalised(const at::Tensor& values, const at::Tensor& known, int picture) {
  const float* v = values.const_data_ptr<float>() + picture * plane;
  const bool* k = known.const_data_ptr<bool>() + picture * plane;
  std::vector<double> all;
  for (int i = 0; i < plane; ++i) {
    if (k[i]) all.push_back(v[i]);
  }
  std::sort(all.begin(), all.end());
  const double median = all[(all.size() - 1) / 2];
  double deviation = 0;
  for (const double value : all) deviation += std::abs(value - median) / static_cast<double>(all.size());
  std::vector<double> out(plane, NAN);
  for (int i = 0; i < plane; ++i) {
    if (k[i]) out[i] = (v[i] - median) / (deviation + 1e-3);
  }
  return out;
}

TEST(DepthLoss, IsItsDefinition) {
  const Case c;
  double value = 0, gradient = 0;
  for (int n = 0; n < count; ++n) {
    const auto p = normalised(c.predicted, c.targets.known, n), q = normalised(c.targets.disparity, c.targets.known, n);
    double sum = 0;
    int known = 0;
    for (int i = 0; i < plane; ++i) {
      if (std::isnan(p[i])) continue;
      sum += std::abs(p[i] - q[i]);
      ++known;
    }
    value += sum / known / count;
    for (int step = 1; step <= 8; step *= 2) {
      double down = 0, right = 0;
      int downs = 0, rights = 0;
      for (int y = 0; y < height; y += step) {
        for (int x = 0; x < width; x += step) {
          const auto error = [&](int at_y, int at_x) { return p[at_y * width + at_x] - q[at_y * width + at_x]; };
          if (y + step < height && !std::isnan(error(y, x)) && !std::isnan(error(y + step, x))) {
            down += std::abs(error(y + step, x) - error(y, x));
            ++downs;
          }
          if (x + step < width && !std::isnan(error(y, x)) && !std::isnan(error(y, x + step))) {
            right += std::abs(error(y, x + step) - error(y, x));
            ++rights;
          }
        }
      }
      gradient += (down / downs + right / rights) / 4 / count;
    }
  }
  const DepthLoss loss = depth_loss(c.predicted, c.targets, {LossAlignment::scale_shift, 2, 0.25}, 5);
  EXPECT_NEAR(loss.value.item<double>(), value, 1e-5);
  EXPECT_NEAR(loss.gradient.item<double>(), gradient, 1e-5);
  EXPECT_NEAR(loss.total.item<double>(), value + 2 * gradient + 0.25 * loss.order.item<double>(), 1e-5);
}

TEST(DepthLoss, HasNoScaleAndNoShift) {
  const Case c;
  const DepthLoss one = depth_loss(c.predicted, c.targets, invariant, 5),
                  other = depth_loss(c.predicted * 300 - 7, c.targets, invariant, 5);
  EXPECT_NEAR(one.value.item<double>(), other.value.item<double>(), 3e-3);
  EXPECT_NEAR(one.order.item<double>(), other.order.item<double>(), 3e-3);
}

TEST(DepthLoss, OfTheTruthsOwnScaleIsNoneOfNormalisedTruth) {
  const Case c;
  const std::vector<double> first = normalised(c.targets.disparity, c.targets.known, 0);
  const std::vector<double> second = normalised(c.targets.disparity, c.targets.known, 1);
  at::Tensor predicted = at::full({count, height, width}, 0.5f);
  for (int i = 0; i < 2 * plane; ++i) {
    const double value = i < plane ? first[i] : second[i - plane];
    if (!std::isnan(value)) predicted.mutable_data_ptr<float>()[i] = static_cast<float>(value);
  }
  EXPECT_NEAR(depth_loss(predicted, c.targets, {}, 5).value.item<double>(), 0, 1e-6);
  EXPECT_NEAR(depth_loss(predicted + 0.25, c.targets, {}, 5).value.item<double>(), 0.25, 1e-6);
}

TEST(DepthLoss, IsNoneOfATruth) {
  const Case c;
  const DepthLoss loss = depth_loss(c.targets.disparity * 2 + 1, c.targets, invariant, 5);
  EXPECT_NEAR(loss.value.item<double>(), 0, 2e-3);
  EXPECT_NEAR(loss.gradient.item<double>(), 0, 2e-3);
}

TEST(DepthLoss, OfOrderTellsTheRightWayRound) {
  const Case c;
  const double right = depth_loss(c.targets.disparity, c.targets, invariant, 5).order.item<double>();
  const double level = depth_loss(at::full({count, height, width}, 1.0f), c.targets, invariant, 5).order.item<double>();
  const double wrong = depth_loss(-c.targets.disparity, c.targets, invariant, 5).order.item<double>();
  EXPECT_LT(right, level);
  EXPECT_LT(level, wrong);
  EXPECT_NEAR(level, std::log(2.0), 1e-5);
}

TEST(DepthLoss, WhereOnlyTheOrderIsKnownIsOrderAlone) {
  Case c;
  c.targets.measured.zero_();
  const DepthLoss loss = depth_loss(c.predicted, c.targets, invariant, 5);
  EXPECT_EQ(loss.value.item<double>(), 0);
  EXPECT_EQ(loss.gradient.item<double>(), 0);
  EXPECT_NEAR(loss.total.item<double>(), loss.order.item<double>(), 1e-6);
}

TEST(DepthLoss, OfNothingKnownIsFinite) {
  Case c;
  c.targets.known[0].fill_(false);
  at::Tensor predicted = c.predicted.clone().set_requires_grad(true);
  const DepthLoss loss = depth_loss(predicted, c.targets, invariant, 5);
  EXPECT_TRUE(std::isfinite(loss.total.item<double>()));
  loss.total.backward();
  EXPECT_TRUE(predicted.grad().isfinite().all().item<bool>());
  EXPECT_EQ(predicted.grad()[0].abs().max().item<double>(), 0);
}

TEST(DepthLoss, HasTheGradientThatDifferencesShow) {
  const Case c;
  const at::Tensor predicted = c.predicted.to(at::kDouble).set_requires_grad(true);
  DepthTargets targets = c.targets;
  targets.disparity = targets.disparity.to(at::kDouble);
  targets.measured = targets.measured.to(at::kDouble);
  const auto total = [&](const at::Tensor& p) {
    return depth_loss(p, targets, {LossAlignment::scale_shift, 0.5, 1}, 5).total;
  };
  total(predicted).backward();
  Random random(9);
  for (int i = 0; i < 20; ++i) {
    const auto at = static_cast<std::int64_t>(random.below(count * plane));
    at::Tensor more = predicted.detach().clone(), less = more.clone();
    constexpr double step = 1e-6;
    more.view(-1)[at] += step;
    less.view(-1)[at] -= step;
    const double slope = (total(more) - total(less)).item<double>() / (2 * step);
    EXPECT_NEAR(predicted.grad().view(-1)[at].item<double>(), slope, 1e-5 + 1e-3 * std::abs(slope)) << at;
  }
}

}  // namespace
}  // namespace tool
