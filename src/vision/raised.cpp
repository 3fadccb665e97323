#include "vision/raised.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A subject covers at least this part of the photo, but not nearly all of it.
constexpr double least_area = 0.004;
constexpr double most_area = 0.92;
// Parts whose steps come this near the highest belong to the subject too.
constexpr double similar_step = 0.7;

int odd_at_scale(int size, double scale) { return 2 * static_cast<int>(std::lround((size - 1) / 2 * scale)) + 1; }

}  // namespace

double area_of(const cv::Mat& mask) {
  return static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(mask.total());
}

double step_at_outline(const cv::Mat& mask, const cv::Mat& disparity, const cv::Mat& hidden) {
  const int width = std::max(2, std::max(mask.cols, mask.rows) / 50);
  const auto mean_near = [&](const cv::Mat& side) {
    cv::Mat weight;
    side.convertTo(weight, CV_32F, 1.0 / 255);
    cv::Mat sum = weight.mul(disparity);
    const cv::Size window(2 * width + 1, 2 * width + 1);
    cv::boxFilter(sum, sum, CV_32F, window, {-1, -1}, false);
    cv::boxFilter(weight, weight, CV_32F, window, {-1, -1}, false);
    return cv::Mat(sum / cv::max(weight, 1e-6));
  };
  cv::Mat beside = ~mask;
  if (!hidden.empty()) beside.setTo(0, hidden);
  const cv::Mat difference = mean_near(mask) - mean_near(beside);
  const cv::Mat outline = grown(mask, 1) & beside;
  std::vector<float> steps;
  for (int y = 0; y < mask.rows; ++y) {
    for (int x = 0; x < mask.cols; ++x) {
      if (outline.at<std::uint8_t>(y, x) != 0) steps.push_back(difference.at<float>(y, x));
    }
  }
  if (steps.empty()) return 0;
  const auto third = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 3);
  std::nth_element(steps.begin(), third, steps.end());
  return *third;
}

cv::Mat above_ground(const cv::Mat& disparity) {
  constexpr double below = 0.3;
  constexpr double least_residual = 0.01;
  constexpr int rounds = 12;
  cv::Mat plane = cv::Mat::zeros(disparity.size(), CV_32F);
  for (int round = 0; round < rounds; ++round) {
    cv::Matx33d normal = cv::Matx33d::zeros();
    cv::Vec3d right(0, 0, 0);
    for (int y = 0; y < disparity.rows; ++y) {
      for (int x = 0; x < disparity.cols; ++x) {
        const double value = disparity.at<float>(y, x);
        const double residual = value - plane.at<float>(y, x);
        const double weight =
            round > 0 ? (residual > 0 ? below : 1 - below) / std::max(std::abs(residual), least_residual) : 1;
        const cv::Vec3d at((x + 0.5) / disparity.cols, (y + 0.5) / disparity.rows, 1);
        normal += weight * (at * at.t());
        right += weight * value * at;
      }
    }
    // A photo of one row or column has no slope across.
    for (int i = 0; i < 3; ++i) normal(i, i) += 1e-6;
    const cv::Vec3d fit = normal.solve(right, cv::DECOMP_CHOLESKY);
    for (int y = 0; y < disparity.rows; ++y) {
      for (int x = 0; x < disparity.cols; ++x) {
        plane.at<float>(y, x) =
            static_cast<float>(fit[0] * (x + 0.5) / disparity.cols + fit[1] * (y + 0.5) / disparity.rows + fit[2]);
      }
    }
  }
  cv::Mat raised = disparity - plane;
  cv::max(raised, 0, raised);
  return raised;
}

RaisedParts above_threshold(const cv::Mat& values, const cv::Mat& disparity, double scale,
                            const SegmentOptions& options, const cv::Mat& hidden) {
  double highest = 0;
  cv::minMaxLoc(values, nullptr, &highest, nullptr, nullptr, hidden.empty() ? cv::Mat() : cv::Mat(~hidden));
  cv::Mat mask;
  values.convertTo(mask, CV_8U, highest > 0 ? 255 / highest : 0);
  if (!hidden.empty()) mask.setTo(0, hidden);
  cv::threshold(mask, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(odd_at_scale(options.open_px, scale)));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(odd_at_scale(options.close_px, scale)));
  if (!hidden.empty()) mask.setTo(0, hidden);
  keep_components(mask, 0.2);
  cv::Mat labels;
  const int count = cv::connectedComponents(mask, labels, 8, CV_32S);
  struct Part {
    cv::Mat mask;
    double step = 0;
  };
  std::vector<Part> parts;
  double highest_step = 0;
  for (int i = 1; i < count; ++i) {
    const cv::Mat part = labels == i;
    const double area = area_of(part);
    if (area < least_area || area > most_area) continue;
    parts.push_back({part, step_at_outline(part, disparity, hidden)});
    highest_step = std::max(highest_step, parts.back().step);
  }
  RaisedParts chosen{cv::Mat::zeros(values.size(), CV_8UC1), highest_step};
  for (const Part& part : parts) {
    if (part.step >= std::max(least_step, similar_step * highest_step)) chosen.mask |= part.mask;
  }
  return chosen;
}

}  // namespace v1
}  // namespace relievo
