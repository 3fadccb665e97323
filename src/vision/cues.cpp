#include "vision/cues.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

#include "vision/figure.hpp"
#include "vision/mat.hpp"
#include "vision/regions.hpp"
#include "vision/saliency.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Weights beside the ground's 1: on rooms and still lifes the ground alone ranks depth best, and the
// other two tell figures from it.
constexpr double saliency_weight = 0.25;
constexpr double focus_weight = 0.15;
// How far a thing without a face stands before its surroundings.
constexpr double thing_lift = 0.3;

// Lower is nearer: the ground seen from eye level.
cv::Mat ground_ramp(cv::Size size) {
  cv::Mat ramp(size, CV_32F);
  for (int y = 0; y < size.height; ++y)
    ramp.row(y).setTo((static_cast<float>(y) + 0.5f) / static_cast<float>(size.height));
  return ramp;
}

// Local energy of fine detail over that of coarse detail, on the scale of the photo: high where the
// lens was focused.
cv::Mat focus_of(const cv::Mat& rgb) {
  cv::Mat grey;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  grey.convertTo(grey, CV_32F, 1.0 / 255);
  const double area = std::max(rgb.cols, rgb.rows) / 24.0;
  cv::Mat focus = cv::Mat::zeros(rgb.size(), CV_32F);
  for (const double sigma : {0.7, 1.4}) {
    cv::Mat fine;
    cv::Mat coarse;
    cv::GaussianBlur(grey, fine, {}, sigma);
    cv::GaussianBlur(grey, coarse, {}, 2 * sigma);
    cv::Mat detail = cv::abs(fine - coarse);
    cv::GaussianBlur(detail, detail, {}, area);
    cv::Mat level;
    cv::log(detail + 1e-3, level);
    focus += level;
  }
  return spread(focus);
}

}  // namespace

Image disparity_from_cues(const ImageView& rgb, const People& people) {
  return with_opencv("Weighing depth cues", [&] {
    Image out(rgb.width, rgb.height, {Scalar::f32, 1});
    cv::Mat result = mat_of(out);
    const cv::Mat photo = mat_of(rgb);
    const cv::Mat ramp = ground_ramp(photo.size());
    const cv::Mat saliency = barrier_saliency(photo);
    const cv::Mat focus = focus_of(photo);
    cv::Mat scene = (ramp + saliency_weight * saliency + focus_weight * focus) / (1 + saliency_weight + focus_weight);
    const cv::Mat person = person_mask(photo, saliency, people);
    if (cv::countNonZero(person) > 0) {
      cv::Mat plateau = 0.85 + 0.15 * ramp;
      scene *= 0.6;
      plateau.copyTo(scene, person);
    } else if (const cv::Mat thing = thing_mask(photo, saliency); cv::countNonZero(thing) > 0) {
      cv::Mat soft;
      thing.convertTo(soft, CV_32F, thing_lift / 255);
      scene = scene * (1 - thing_lift) + soft;
    }
    scene.copyTo(result);
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
