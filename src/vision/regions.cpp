#include "vision/regions.hpp"

#include <algorithm>

#include <opencv2/imgproc.hpp>

namespace relievo {
inline namespace v1 {
namespace {

// GrabCut seeds its k-means from the generator of the calling thread, which is the caller's again after it.
class SeededGenerator {
 public:
  SeededGenerator() : callers_(cv::theRNG()) { cv::theRNG() = cv::RNG(0x5eed); }
  SeededGenerator(const SeededGenerator&) = delete;
  SeededGenerator& operator=(const SeededGenerator&) = delete;
  ~SeededGenerator() { cv::theRNG() = callers_; }

 private:
  cv::RNG callers_;
};

}  // namespace

cv::Mat ellipse(int diameter) { return cv::getStructuringElement(cv::MORPH_ELLIPSE, {diameter, diameter}); }

cv::Mat grown(const cv::Mat& mask, int radius) {
  cv::Mat out;
  cv::dilate(mask, out, ellipse(2 * radius + 1));
  return out;
}

cv::Mat shrunk(const cv::Mat& mask, int radius) {
  cv::Mat out;
  cv::erode(mask, out, ellipse(2 * radius + 1));
  return out;
}

void keep_components(cv::Mat& mask, double part) {
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(mask, labels, stats, centroids, 8, CV_32S);
  if (count <= 1) return;
  int largest = 1;
  for (int i = 2; i < count; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) > stats.at<int>(largest, cv::CC_STAT_AREA)) largest = i;
  }
  if (part >= 1) {
    cv::compare(labels, largest, mask, cv::CMP_EQ);
    return;
  }
  const double least = part * stats.at<int>(largest, cv::CC_STAT_AREA);
  std::vector<std::uint8_t> kept(static_cast<std::size_t>(count), 0);
  for (int i = 1; i < count; ++i) {
    if (stats.at<int>(i, cv::CC_STAT_AREA) >= least) kept[static_cast<std::size_t>(i)] = 255;
  }
  mask.forEach<std::uint8_t>([&](std::uint8_t& value, const int* at) {
    value = kept[static_cast<std::size_t>(labels.at<int>(at[0], at[1]))];
  });
}

void fill_small_gaps(cv::Mat& mask, double part) {
  const cv::Mat outside = mask == 0;
  cv::Mat labels;
  cv::Mat stats;
  cv::Mat centroids;
  const int count = cv::connectedComponentsWithStats(outside, labels, stats, centroids, 4, CV_32S);
  const double most = part * static_cast<double>(mask.total());
  std::vector<std::uint8_t> closed(static_cast<std::size_t>(count), 0);
  for (int i = 1; i < count; ++i) {
    const cv::Rect box(stats.at<int>(i, cv::CC_STAT_LEFT), stats.at<int>(i, cv::CC_STAT_TOP),
                       stats.at<int>(i, cv::CC_STAT_WIDTH), stats.at<int>(i, cv::CC_STAT_HEIGHT));
    const bool inner = box.x > 0 && box.y > 0 && box.br().x < mask.cols && box.br().y < mask.rows;
    if (inner && stats.at<int>(i, cv::CC_STAT_AREA) < most) closed[static_cast<std::size_t>(i)] = 255;
  }
  mask.forEach<std::uint8_t>([&](std::uint8_t& value, const int* at) {
    value |= closed[static_cast<std::size_t>(labels.at<int>(at[0], at[1]))];
  });
}

cv::Mat grab_cut(const cv::Mat& rgb, const cv::Mat& trimap, int iterations) {
  cv::Mat marks = trimap.clone();
  cv::Mat foreground = (marks & 1) * 255;
  const int inside = cv::countNonZero(foreground);
  // Five Gaussians need samples on either side.
  constexpr int least_samples = 16;
  if (inside < least_samples || static_cast<int>(marks.total()) - inside < least_samples) return foreground;
  cv::Mat background_model;
  cv::Mat foreground_model;
  const SeededGenerator seeded;
  cv::grabCut(rgb, marks, {}, background_model, foreground_model, iterations, cv::GC_INIT_WITH_MASK);
  return (marks & 1) * 255;
}

cv::Mat along_colours(const cv::Mat& rgb, const cv::Mat& mask) {
  const int reach = std::max(2, std::max(mask.cols, mask.rows) / 40);
  cv::Mat trimap(mask.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap.setTo(cv::GC_PR_BGD, grown(mask, reach));
  trimap.setTo(cv::GC_PR_FGD, mask);
  trimap.setTo(cv::GC_FGD, shrunk(mask, reach));
  cv::Mat refined = grab_cut(rgb, trimap, 3);
  cv::morphologyEx(refined, refined, cv::MORPH_OPEN, ellipse(3));
  keep_components(refined, 0.1);
  fill_small_gaps(refined, 0.01);
  // Colours that do not tell the subject from the rest make GrabCut lose it.
  const double before = cv::countNonZero(mask);
  const double after = cv::countNonZero(refined);
  return after > 0.6 * before && after < 1.5 * before ? refined : mask;
}

cv::Mat face_ellipse(const Face& face, cv::Size size) {
  cv::Mat mask(size, CV_8UC1, cv::Scalar(0));
  cv::ellipse(mask, {face.x + face.width / 2, face.y + face.height / 2},
              {std::max(1, face.width * 2 / 5), std::max(1, face.height * 9 / 20)}, 0, 0, 360, 255, cv::FILLED);
  return mask;
}

}  // namespace v1
}  // namespace relievo
