#include "vision/matte.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A subject ends in a step of disparity at least this high; a plane seen at a slant does not.
constexpr double least_step = 0.12;
// And covers at least this part of the photo, but not nearly all of it.
constexpr double least_area = 0.004;
constexpr double most_area = 0.92;

cv::Mat levels_of(const ImageView& disparity) {
  cv::Mat levels;
  mat_of(disparity).convertTo(levels, CV_8U, 255);
  return levels;
}

bool constant(const cv::Mat& levels) {
  double low = 0;
  double high = 0;
  cv::minMaxLoc(levels, &low, &high);
  return low == high;
}

// How much nearer the inside of a mask is than what lies just outside it.
double step_at_outline(const cv::Mat& mask, const cv::Mat& disparity) {
  const int width = std::max(2, std::max(mask.cols, mask.rows) / 50);
  const cv::Mat inside = mask & ~shrunk(mask, width);
  const cv::Mat outside = grown(mask, width) & ~mask;
  if (cv::countNonZero(inside) == 0 || cv::countNonZero(outside) == 0) return 0;
  return cv::mean(disparity, inside)[0] - cv::mean(disparity, outside)[0];
}

bool plausible(const cv::Mat& mask, const cv::Mat& disparity) {
  const double area = static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(mask.total());
  return area >= least_area && area <= most_area && step_at_outline(mask, disparity) >= least_step;
}

int odd_at_scale(int size, double scale) { return 2 * static_cast<int>(std::lround((size - 1) / 2 * scale)) + 1; }

}  // namespace

Image otsu_matte(const ImageView& disparity, const SegmentOptions& options) {
  return with_opencv("Finding the subject", [&] {
    Image out(disparity.width, disparity.height, {Scalar::u8, 1});
    cv::Mat matte = mat_of(out);
    const cv::Mat levels = levels_of(disparity);
    if (constant(levels)) {
      matte.setTo(0);
      return out;
    }
    cv::Mat mask;
    cv::threshold(levels, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(options.open_px));
    cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(options.close_px));
    keep_components(mask, 1);
    cv::GaussianBlur(mask, matte, {options.feather_px, options.feather_px}, 0);
    return out;
  });
}

Image subject_mask(const ImageView& rgb, const ImageView& disparity, const std::vector<Face>& faces, double scale,
                   const SegmentOptions& options) {
  return with_opencv("Finding the subject", [&] {
    Image out(rgb.width, rgb.height, {Scalar::u8, 1});
    cv::Mat result = mat_of(out);
    result.setTo(0);
    const cv::Mat levels = levels_of(disparity);
    const cv::Mat depth = mat_of(disparity);
    if (constant(levels)) return out;
    cv::Mat mask;
    cv::threshold(levels, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(odd_at_scale(options.open_px, scale)));
    cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(odd_at_scale(options.close_px, scale)));
    keep_components(mask, 0.2);
    if (!plausible(mask, depth)) return out;

    const int reach = std::max(2, std::max(mask.cols, mask.rows) / 40);
    cv::Mat trimap(mask.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
    trimap.setTo(cv::GC_PR_BGD, grown(mask, reach));
    trimap.setTo(cv::GC_PR_FGD, mask);
    trimap.setTo(cv::GC_FGD, shrunk(mask, reach));
    for (const Face& face : faces) {
      cv::Mat ellipse_mask = face_ellipse(face, mask.size());
      if (cv::mean(mask, ellipse_mask)[0] > 127) trimap.setTo(cv::GC_FGD, ellipse_mask);
    }
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
