#include "common/depth_metrics.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <relievo/error.hpp>

namespace tool {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Disparity, NaN where unknown.
std::vector<double> disparities(const relievo::DepthMap& map) {
  const relievo::ImageView values = map.values();
  std::vector<double> out;
  for (int y = 0; y < values.height; ++y) {
    const auto* row = values.row<float>(y);
    for (int x = 0; x < values.width; ++x) {
      const auto value = static_cast<double>(row[x]);
      out.push_back(map.kind() == relievo::DepthKind::metres ? 1 / value : value);
    }
  }
  return out;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = static_cast<double>(first + end - 1) / 2;
  }
  return ranks;
}

struct Moments {
  double mean_p = 0, mean_q = 0, pp = 0, pq = 0, qq = 0;  // the latter of what is left without the means

  Moments(const std::vector<double>& p, const std::vector<double>& q) {
    const auto count = static_cast<double>(p.size());
    mean_p = std::accumulate(p.begin(), p.end(), 0.0) / count;
    mean_q = std::accumulate(q.begin(), q.end(), 0.0) / count;
    for (std::size_t i = 0; i < p.size(); ++i) {
      pp += (p[i] - mean_p) * (p[i] - mean_p);
      pq += (p[i] - mean_p) * (q[i] - mean_q);
      qq += (q[i] - mean_q) * (q[i] - mean_q);
    }
  }
};

double spearman(const std::vector<double>& p, const std::vector<double>& q) {
  const Moments moments(ranks(p), ranks(q));
  return moments.pp > 0 && moments.qq > 0 ? moments.pq / std::sqrt(moments.pp * moments.qq) : nan;
}

// Disparities of both maps, NaN where either is unknown.
double boundary_f1(const std::vector<double>& p, const std::vector<double>& q, int width, int height) {
  constexpr int steps = 10;
  double sum = 0, weights = 0;
  for (int step = 0; step < steps; ++step) {
    const double threshold = 1.05 + 0.2 * step / (steps - 1);
    double precision = 0, recall = 0;
    for (const auto [dx, dy] : {std::array{1, 0}, {-1, 0}, {0, 1}, {0, -1}}) {
      std::size_t of_estimate = 0, of_truth = 0, of_both = 0;
      for (int y = std::max(0, -dy); y < std::min(height, height - dy); ++y) {
        for (int x = std::max(0, -dx); x < std::min(width, width - dx); ++x) {
          const std::size_t here = static_cast<std::size_t>(y) * width + x;
          const std::size_t there = static_cast<std::size_t>(y + dy) * width + (x + dx);
          // No comparison with NaN holds.
          const bool estimated = p[there] > threshold * p[here], is_true = q[there] > threshold * q[here];
          of_estimate += estimated;
          of_truth += is_true;
          of_both += estimated && is_true;
        }
      }
      precision += static_cast<double>(of_both) / static_cast<double>(std::max<std::size_t>(of_estimate, 1)) / 4;
      recall += static_cast<double>(of_both) / static_cast<double>(std::max<std::size_t>(of_truth, 1)) / 4;
    }
    if (precision + recall > 0) sum += threshold * 2 * precision * recall / (precision + recall);
    weights += threshold;
  }
  return sum / weights;
}

}  // namespace

DepthMetrics depth_metrics(const relievo::DepthMap& estimate, const relievo::DepthMap& truth) {
  const int width = truth.width(), height = truth.height();
  const bool same = estimate.width() == width && estimate.height() == height;
  std::vector<double> estimates = disparities(same ? estimate.clone() : estimate.resized(width, height));
  std::vector<double> truths = disparities(truth), p, q;
  for (std::size_t i = 0; i < truths.size(); ++i) {
    if (std::isfinite(estimates[i]) && std::isfinite(truths[i])) {
      p.push_back(estimates[i]);
      q.push_back(truths[i]);
    } else {
      estimates[i] = truths[i] = nan;
    }
  }
  if (p.empty()) {
    throw relievo::Error(relievo::ErrorCode::invalid_argument, "The estimate and the truth share no known pixel.");
  }
  DepthMetrics metrics{p.size(), nan, nan, nan, spearman(p, q), nan};
  if (truth.kind() == relievo::DepthKind::disparity) return metrics;

  const Moments moments(p, q);
  const double scale = moments.pp > 0 ? std::max(moments.pq / moments.pp, 0.0) : 0;
  const double shift = moments.mean_q - scale * moments.mean_p, least = *std::min_element(q.begin(), q.end());
  const auto aligned = [&](double disparity) { return std::max(scale * disparity + shift, least); };
  double relative = 0, squares = 0, near = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double depth = 1 / aligned(p[i]), expected = 1 / q[i];
    relative += std::abs(depth - expected) / expected;
    squares += (depth - expected) * (depth - expected);
    near += std::max(depth / expected, expected / depth) < 1.25;
  }
  const auto count = static_cast<double>(p.size());
  metrics.abs_rel = relative / count;
  metrics.delta1 = near / count;
  if (truth.kind() == relievo::DepthKind::metres) metrics.rmse_m = std::sqrt(squares / count);
  for (double& value : estimates) value = std::isnan(value) ? nan : aligned(value);
  metrics.boundary_f1 = boundary_f1(estimates, truths, width, height);
  return metrics;
}

}  // namespace tool
