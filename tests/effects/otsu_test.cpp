// The matte by depth alone beside OpenCV's calls of the recipe it comes from.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include <opencv2/imgproc.hpp>

#include <relievo/interop/opencv.hpp>
#include <relievo/segmenter.hpp>

#include "common/images.hpp"
#include "effects/histogram.hpp"

namespace relievo {
namespace {

TEST(Otsu, TheThresholdIsOpenCvs) {
  std::mt19937 random(4);
  for (int round = 0; round < 2000; ++round) {
    // Two to a few hundred levels; where they lie apart, thresholds between them tie.
    const auto below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
    const unsigned levels = 2 + below(round % 2 == 0 ? 4 : 250), step = 1 + below(255 / levels + 1), first = below(40);
    cv::Mat image(1 + static_cast<int>(below(40)), 1 + static_cast<int>(below(40)), CV_8UC1);
    Histogram counts{};
    for (int y = 0; y < image.rows; ++y) {
      for (int x = 0; x < image.cols; ++x) {
        const unsigned level = below(levels) * below(levels) / levels;
        const unsigned value = std::min(255u, first + step * level);
        image.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(value);
        ++counts[value];
      }
    }
    cv::Mat mask;
    const double expected = cv::threshold(image, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
    ASSERT_EQ(otsu_threshold(counts), expected) << round;
  }
}

cv::Mat ellipse(int diameter) { return cv::getStructuringElement(cv::MORPH_ELLIPSE, {diameter, diameter}); }

cv::Mat recipe(const cv::Mat& disparity, const SegmentOptions& options) {
  cv::Mat levels, mask, labels, stats, centroids, matte;
  disparity.convertTo(levels, CV_8U, 255);
  cv::threshold(levels, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(options.open_px));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(options.close_px));
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8, CV_32S);
  int largest = count > 1 ? 1 : 0;
  for (int i = 2; i < count; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) > stats.at<int>(largest, cv::CC_STAT_AREA)) largest = i;
  }
  if (largest > 0) mask = labels == largest;
  cv::GaussianBlur(mask, matte, {options.feather_px, options.feather_px}, 0);
  return matte;
}

TEST(Otsu, TheMatteIsOpenCvsToTheBit) {
  std::mt19937 random(7);
  for (int round = 0; round < 60; ++round) {
    const auto below = [&](int end) { return static_cast<int>(random() % static_cast<unsigned>(end)); };
    const int width = 1 + below(150), height = 1 + below(150);
    const double noise = 0.001 * below(500);
    const Scalar scalar = round % 2 == 0 ? Scalar::u8 : Scalar::f32;
    const double low = 0.01 * below(40), high = low + 0.1 + 0.01 * below(40);
    const Image values = test::make(width, height, {scalar, 1}, [&](int x, int y, int) {
      const bool inside = std::hypot(x - 0.5 * width, y - 0.4 * height) < 0.3 * std::min(width, height);
      return std::clamp((inside ? high : low) + noise * below(1000) / 1000, 0.0, 1.0);
    });
    const DepthMap depth(values, DepthKind::disparity);
    SegmentOptions options = SegmentOptions::spatial_photo();
    options.open_px = 1 + 2 * below(8);
    options.close_px = 1 + 2 * below(20);
    options.feather_px = 1 + 2 * below(51);
    const Image matte = Segmenter(Device::cpu(2), options).segment(test::photo(width, height, test::u8_3), depth);
    const Image relative = depth.relative();
    const cv::Mat expected = recipe(interop::as_mat(relative.view()), options);
    double least = 0, most = 0;
    cv::minMaxLoc(interop::as_mat(relative.view()), &least, &most);
    if (least == most) continue;  // here flat depth has no subject
    EXPECT_EQ(cv::norm(interop::as_mat(matte.view()), expected, cv::NORM_INF), 0) << round;
  }
}

}  // namespace
}  // namespace relievo
