#include "vision/saliency.hpp"

#include <algorithm>
#include <vector>

#include <opencv2/imgproc.hpp>

namespace relievo {
inline namespace v1 {
namespace {

// One channel's cheapest path so far: its barrier and the extremes along it.
struct Path {
  int barrier;
  int highest;
  int lowest;
};

void improve(Path& here, const Path& from, int value) {
  const int highest = std::max(from.highest, value);
  const int lowest = std::min(from.lowest, value);
  if (highest - lowest < here.barrier) here = {highest - lowest, highest, lowest};
}

cv::Mat barrier_of(const cv::Mat& channel) {
  const int width = channel.cols;
  const int height = channel.rows;
  std::vector<Path> paths(channel.total());
  const auto at = [&](int x, int y) -> Path& { return paths[static_cast<std::size_t>(y) * width + x]; };
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int value = channel.at<std::uint8_t>(y, x);
      const bool seed = y == 0 || ((x == 0 || x == width - 1) && y < height * 3 / 4);
      at(x, y) = {seed ? 0 : 256, value, value};
    }
  }
  constexpr int passes = 2;
  for (int pass = 0; pass < passes; ++pass) {
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const int value = channel.at<std::uint8_t>(y, x);
        if (y > 0) improve(at(x, y), at(x, y - 1), value);
        if (x > 0) improve(at(x, y), at(x - 1, y), value);
      }
    }
    for (int y = height - 1; y >= 0; --y) {
      for (int x = width - 1; x >= 0; --x) {
        const int value = channel.at<std::uint8_t>(y, x);
        if (y + 1 < height) improve(at(x, y), at(x, y + 1), value);
        if (x + 1 < width) improve(at(x, y), at(x + 1, y), value);
      }
    }
  }
  cv::Mat out(height, width, CV_32F);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) out.at<float>(y, x) = static_cast<float>(at(x, y).barrier);
  }
  return out;
}

}  // namespace

cv::Mat spread(const cv::Mat& values) {
  std::vector<float> sorted(values.begin<float>(), values.end<float>());
  const auto quantile = [&](double part) {
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), nth, sorted.end());
    return *nth;
  };
  const float low = quantile(0.05);
  const float high = quantile(0.95);
  if (!(high > low)) return cv::Mat::zeros(values.size(), CV_32F);
  cv::Mat out = (values - low) / (high - low);
  cv::min(out, 1.0, out);
  cv::max(out, 0.0, out);
  return out;
}

cv::Mat barrier_saliency(const cv::Mat& rgb) {
  cv::Mat lab;
  cv::medianBlur(rgb, lab, 5);
  cv::cvtColor(lab, lab, cv::COLOR_RGB2Lab);
  std::vector<cv::Mat> channels;
  cv::split(lab, channels);
  cv::Mat sum = cv::Mat::zeros(rgb.size(), CV_32F);
  for (const cv::Mat& channel : channels) sum += barrier_of(channel);
  return spread(sum);
}

}  // namespace v1
}  // namespace relievo
