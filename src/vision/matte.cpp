#include "vision/matte.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "vision/figure.hpp"
#include "vision/mat.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A subject ends in a step of disparity at least this high; a plane seen at a slant does not.
constexpr double least_step = 0.08;
// And covers at least this part of the photo, but not nearly all of it.
constexpr double least_area = 0.004;
constexpr double most_area = 0.92;
// Parts whose steps come this near the highest belong to the subject too.
constexpr double similar_step = 0.7;
// By how much a raised figure's step must exceed that of all that is near to be preferred.
constexpr double clearer = 1.15;

// Persons that cover this part of the photo are its subject, whatever depth says; smaller ones where they and the
// subject by depth share this part of what either covers.
constexpr double least_persons = 0.05;
constexpr double least_agreement = 0.5;

// To the eye, which has 256 levels.
bool constant(const ImageView& disparity) {
  cv::Mat levels;
  mat_of(disparity).convertTo(levels, CV_8U, 255);
  double low = 0;
  double high = 0;
  cv::minMaxLoc(levels, &low, &high);
  return low == high;
}

// How much nearer a mask is than what lies just outside it: the step that two thirds of its outline
// reach, since a threshold across sloping ground makes the rest. The photo's border is no outline.
double step_at_outline(const cv::Mat& mask, const cv::Mat& disparity) {
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
  const cv::Mat difference = mean_near(mask) - mean_near(~mask);
  const cv::Mat outline = grown(mask, 1) & ~mask;
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

double area_of(const cv::Mat& mask) {
  return static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(mask.total());
}

double shared_part(const cv::Mat& a, const cv::Mat& b) {
  return cv::countNonZero(a & b) / std::max(1.0, static_cast<double>(cv::countNonZero(a | b)));
}

// What rises above ground and background: above the plane that has three tenths of the disparities
// below it, fitted by reweighting (quantile regression; Koenker and Bassett, Econometrica 1978), so that
// neither what is raised nor holes in the depth tilt it.
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

int odd_at_scale(int size, double scale) { return 2 * static_cast<int>(std::lround((size - 1) / 2 * scale)) + 1; }

struct Candidate {
  cv::Mat mask;
  double step = 0;
};

// The parts above Otsu's threshold that end in the highest steps, and how high they are.
Candidate above_threshold(const cv::Mat& values, const cv::Mat& disparity, double scale,
                          const SegmentOptions& options) {
  double highest = 0;
  cv::minMaxLoc(values, nullptr, &highest);
  cv::Mat mask;
  values.convertTo(mask, CV_8U, highest > 0 ? 255 / highest : 0);
  cv::threshold(mask, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(odd_at_scale(options.open_px, scale)));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(odd_at_scale(options.close_px, scale)));
  keep_components(mask, 0.2);
  cv::Mat labels;
  const int count = cv::connectedComponents(mask, labels, 8, CV_32S);
  std::vector<Candidate> parts;
  double highest_step = 0;
  for (int i = 1; i < count; ++i) {
    const cv::Mat part = labels == i;
    const double area = area_of(part);
    if (area < least_area || area > most_area) continue;
    parts.push_back({part, step_at_outline(part, disparity)});
    highest_step = std::max(highest_step, parts.back().step);
  }
  Candidate chosen{cv::Mat::zeros(values.size(), CV_8UC1), highest_step};
  for (const Candidate& part : parts) {
    if (part.step >= std::max(least_step, similar_step * highest_step)) chosen.mask |= part.mask;
  }
  return chosen;
}

}  // namespace

void keep_largest_component(const MutableImageView& mask) {
  with_opencv("Finding the subject", [&] {
    cv::Mat mat = interop::as_mat(mask);
    keep_components(mat, 1);
  });
}

Image subject_mask(const ImageView& rgb, const ImageView& disparity, const People& people, double scale,
                   const SegmentOptions& options) {
  return with_opencv("Finding the subject", [&] {
    Image out(rgb.width, rgb.height, {Scalar::u8, 1});
    cv::Mat result = mat_of(out);
    result.setTo(0);
    const cv::Mat depth = mat_of(disparity);
    if (constant(disparity)) return out;
    const cv::Mat persons = matted_persons(mat_of(rgb), people);
    if (area_of(persons) >= least_persons) {
      persons.copyTo(result);
      return out;
    }
    const Candidate all = above_threshold(depth, depth, scale, options);
    const Candidate raised = above_threshold(above_ground(depth), depth, scale, options);
    const Candidate& best = raised.step > clearer * all.step ? raised : all;
    if (best.step < least_step) return out;
    const cv::Mat& mask = best.mask;
    if (shared_part(persons, mask) >= least_agreement) {
      persons.copyTo(result);
      return out;
    }

    const int reach = std::max(2, std::max(mask.cols, mask.rows) / 40);
    cv::Mat trimap(mask.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
    trimap.setTo(cv::GC_PR_BGD, grown(mask, reach));
    trimap.setTo(cv::GC_PR_FGD, mask);
    trimap.setTo(cv::GC_FGD, shrunk(mask, reach));
    cv::Mat refined = grab_cut(mat_of(rgb), trimap, 3);
    cv::morphologyEx(refined, refined, cv::MORPH_OPEN, ellipse(3));
    keep_components(refined, 0.1);
    fill_small_gaps(refined, 0.01);
    // Colours that do not tell the subject from the rest make GrabCut lose it.
    const double before = cv::countNonZero(mask);
    const double after = cv::countNonZero(refined);
    (after > 0.6 * before && after < 1.5 * before ? refined : mask).copyTo(result);
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
