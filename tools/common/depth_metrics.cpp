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

// Disparities of both maps at the truth's size; the same without the pixels that do not count.
struct Compared {
  std::vector<double> estimates, truths;  // NaN where a pixel does not count.
  std::vector<double> p, q;

  Compared(const relievo::DepthMap& estimate, const relievo::DepthMap& truth, const DepthProtocol& protocol) {
    const int width = truth.width(), height = truth.height();
    const bool same = estimate.width() == width && estimate.height() == height;
    estimates = disparities(same ? estimate.clone() : estimate.resized(width, height));
    truths = disparities(truth);
    const Crop crop(protocol.eigen_crop, width, height);
    const bool has_range = truth.kind() == relievo::DepthKind::metres;
    for (std::size_t i = 0; i < truths.size(); ++i) {
      const bool counts =
          crop.holds(static_cast<int>(i % width), static_cast<int>(i / width)) && std::isfinite(estimates[i]) &&
          std::isfinite(truths[i]) &&
          (!has_range || (1 / truths[i] > protocol.min_depth_m && 1 / truths[i] < protocol.max_depth_m));
      if (counts) {
        p.push_back(estimates[i]);
        q.push_back(truths[i]);
      } else {
        estimates[i] = truths[i] = nan;
      }
    }
    if (p.empty()) {
      throw relievo::Error(relievo::ErrorCode::invalid_argument,
                           "The estimate and the truth share no known pixel that counts.");
    }
  }

 private:
  struct Crop {
    int left, top, right, bottom;
    Crop(bool eigen, int width, int height) : left(0), top(0), right(width), bottom(height) {
      if (!eigen) return;
      const auto scaled = [](int of, int whole, int side) {
        return static_cast<int>(std::floor(static_cast<double>(of) * side / whole + 0.5));
      };
      left = scaled(41, 640, width), right = scaled(601, 640, width);
      top = scaled(45, 480, height), bottom = scaled(471, 480, height);
    }
    bool holds(int x, int y) const { return x >= left && x < right && y >= top && y < bottom; }
  };
};

bool can_align(relievo::DepthKind estimate, relievo::DepthKind truth, Alignment align) {
  constexpr auto relative = relievo::DepthKind::disparity;
  if (truth == relative) return false;
  return align == Alignment::scale_shift || (align == Alignment::median ? estimate != relative : estimate == truth);
}

// Disparity, brought onto the truth's.
struct Aligned {
  double scale = 1, shift = 0, least = 0, most = std::numeric_limits<double>::infinity();

  Aligned(const std::vector<double>& p, const std::vector<double>& q, Alignment align) {
    if (align == Alignment::scale_shift) {
      const Moments moments(p, q);
      scale = moments.pp > 0 ? std::max(moments.pq / moments.pp, 0.0) : 0;
      shift = moments.mean_q - scale * moments.mean_p;
      least = *std::min_element(q.begin(), q.end());
    } else if (align == Alignment::median) {
      const auto depths = [](std::vector<double> values) {
        for (double& value : values) value = 1 / value;
        return values;
      };
      scale = median(depths(p)) / median(depths(q));
    }
  }
  double operator()(double disparity) const { return std::clamp(scale * disparity + shift, least, most); }
};

}  // namespace

DepthMetrics depth_metrics(const relievo::DepthMap& estimate, const relievo::DepthMap& truth,
                           const DepthProtocol& protocol) {
  Compared compared(estimate, truth, protocol);
  const std::vector<double>&p = compared.p, &q = compared.q;
  DepthMetrics metrics;
  for (const DepthMeasure& measure : depth_measures) metrics.*measure.value = nan;
  metrics.pixels = p.size();
  metrics.spearman = spearman(p, q);
  if (!can_align(estimate.kind(), truth.kind(), protocol.align)) return metrics;

  Aligned aligned(p, q, protocol.align);
  const bool is_metric = truth.kind() == relievo::DepthKind::metres;
  if (is_metric) {
    aligned.least = std::max(aligned.least, 1 / protocol.max_depth_m);
    aligned.most = 1 / protocol.min_depth_m;
  }
  double relative = 0, relative_squares = 0, squares = 0, log_squares = 0, logs = 0;
  std::array<std::size_t, 3> near{};
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double depth = 1 / aligned(p[i]), expected = 1 / q[i];
    const double error = depth - expected, log_error = std::log(depth / expected);
    const double ratio = std::max(depth / expected, expected / depth);
    relative += std::abs(error) / expected;
    relative_squares += error * error / expected;
    squares += error * error;
    log_squares += log_error * log_error;
    logs += std::abs(log_error) / std::log(10.0);
    near[0] += ratio < 1.25;
    near[1] += ratio < 1.25 * 1.25;
    near[2] += ratio < 1.25 * 1.25 * 1.25;
  }
  const auto count = static_cast<double>(p.size());
  metrics.abs_rel = relative / count;
  metrics.rmse_log = std::sqrt(log_squares / count);
  metrics.log10 = logs / count;
  metrics.delta1 = static_cast<double>(near[0]) / count;
  metrics.delta2 = static_cast<double>(near[1]) / count;
  metrics.delta3 = static_cast<double>(near[2]) / count;
  if (is_metric) {
    metrics.sq_rel_m = relative_squares / count;
    metrics.rmse_m = std::sqrt(squares / count);
  }
  for (double& value : compared.estimates) value = std::isnan(value) ? nan : aligned(value);
  metrics.boundary_f1 = boundary_f1(compared.estimates, compared.truths, truth.width(), truth.height());
  return metrics;
}

double rank_correlation(const relievo::DepthMap& estimate, const relievo::DepthMap& truth) {
  const Compared compared(estimate, truth, {});
  return spearman(compared.p, compared.q);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

}  // namespace tool
