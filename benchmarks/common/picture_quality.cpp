#include "common/picture_quality.hpp"

#include <cmath>
#include <opencv2/imgproc.hpp>

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

cv::Mat smooth(const cv::Mat& in) {
  cv::Mat out;
  cv::GaussianBlur(in, out, {11, 11}, 1.5, 1.5, cv::BORDER_REFLECT_101);
  return out;
}

cv::Mat ssim_map(const cv::Mat& a, const cv::Mat& b) {
  constexpr double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  const cv::Mat mean_a = smooth(a), mean_b = smooth(b);
  const cv::Mat var_a = smooth(a.mul(a)) - mean_a.mul(mean_a), var_b = smooth(b.mul(b)) - mean_b.mul(mean_b);
  const cv::Mat both = smooth(a.mul(b)) - mean_a.mul(mean_b);
  const cv::Mat above = (2 * mean_a.mul(mean_b) + c1).mul(2 * both + c2);
  const cv::Mat below = (mean_a.mul(mean_a) + mean_b.mul(mean_b) + c1).mul(var_a + var_b + c2);
  return above / below;
}

cv::Mat luma(const cv::Mat& rgb) {
  cv::Mat grey, out;
  cv::cvtColor(rgb, grey, cv::COLOR_RGB2GRAY);
  grey.convertTo(out, CV_64F);
  return out;
}

}  // namespace

PictureQuality picture_quality(const cv::Mat& a, const cv::Mat& b, const cv::Mat& mask) {
  cv::Mat apart, squared;
  cv::absdiff(a, b, apart);
  apart.convertTo(squared, CV_64F);
  squared = squared.mul(squared);
  const cv::Scalar channels = cv::mean(squared, mask);
  const double error = (channels[0] + channels[1] + channels[2]) / 3;
  return {error > 0 ? 10 * std::log10(255.0 * 255.0 / error) : 99, cv::mean(ssim_map(luma(a), luma(b)), mask)[0]};
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
