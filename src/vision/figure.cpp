#include "vision/figure.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A body in units of its face box, seen from the front: width of the head with hair, of the shoulders,
// and where they begin (anthropometric tables: a head is a third of the shoulders' width).
struct Silhouette {
  cv::Point head;
  cv::Size head_axes;
  std::vector<cv::Point> torso;
};

Silhouette silhouette_of(const Face& face, double wider, int bottom) {
  const double w = face.width;
  const double h = face.height;
  const double cx = face.x + w / 2;
  const double chin = face.y + h;
  const auto at = [&](double x, double y) {
    return cv::Point(static_cast<int>(cx + x * w * wider), static_cast<int>(y));
  };
  const double reach = std::min<double>(bottom, chin + 3.6 * h);
  return {{static_cast<int>(cx), static_cast<int>(face.y + 0.45 * h)},
          {std::max(1, static_cast<int>(0.62 * w * wider)), std::max(1, static_cast<int>(0.78 * h * wider))},
          {at(-0.3, chin - 0.1 * h), at(0.3, chin - 0.1 * h), at(1.3, chin + 0.75 * h), at(1.5, chin + 1.6 * h),
           at(1.5, reach), at(-1.5, reach), at(-1.5, chin + 1.6 * h), at(-1.3, chin + 0.75 * h)}};
}

void draw(cv::Mat& mask, const Silhouette& shape, int value) {
  cv::ellipse(mask, shape.head, shape.head_axes, 0, 0, 360, value, cv::FILLED);
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{shape.torso}, value);
}

cv::Mat one_person(const cv::Mat& rgb, const cv::Mat& saliency, const Face& face) {
  const cv::Rect everything(0, 0, rgb.cols, rgb.rows);
  // What lies further than this from a face is somebody else's, or nobody's.
  const cv::Rect zone =
      cv::Rect(face.x - 3 * face.width, face.y - face.height * 3 / 2, 7 * face.width, face.height * 8) & everything;
  cv::Mat trimap(rgb.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap(zone).setTo(cv::GC_PR_BGD);
  cv::Mat body(rgb.size(), CV_8UC1, cv::Scalar(0));
  draw(body, silhouette_of(face, 1.0, rgb.rows), 255);
  cv::Mat around(rgb.size(), CV_8UC1, cv::Scalar(0));
  draw(around, silhouette_of(face, 1.6, rgb.rows), 255);
  // Hats, hair and arms reach beyond a plain body, and stand out from the border as it does.
  trimap.setTo(cv::GC_PR_FGD, body & (saliency > 0.08));
  trimap.setTo(cv::GC_PR_FGD, around & (saliency > 0.65));
  // The spine: neck and the middle of the chest are hidden by nothing but clothes.
  const int cx = face.x + face.width / 2;
  const int chin = face.y + face.height;
  const cv::Rect spine = cv::Rect(cx - face.width / 5, chin, face.width * 2 / 5, face.height) & everything;
  if (!spine.empty()) trimap(spine).setTo(cv::GC_FGD);
  trimap.setTo(cv::GC_FGD, face_ellipse(face, rgb.size()));
  cv::Mat mask = grab_cut(rgb, trimap, 5);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(3));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(7));
  keep_components(mask, 1);
  fill_small_gaps(mask, 0.02);
  return mask;
}

}  // namespace

cv::Mat person_mask(const cv::Mat& rgb, const cv::Mat& saliency, const std::vector<Face>& faces) {
  cv::Mat all(rgb.size(), CV_8UC1, cv::Scalar(0));
  constexpr std::size_t most_faces = 8;
  for (std::size_t i = 0; i < std::min(faces.size(), most_faces); ++i) all |= one_person(rgb, saliency, faces[i]);
  return all;
}

cv::Mat thing_mask(const cv::Mat& rgb, const cv::Mat& saliency) {
  // Photographers put things near the middle, and upright photos no less than wide ones.
  cv::Mat weighed(rgb.size(), CV_8UC1);
  for (int y = 0; y < rgb.rows; ++y) {
    for (int x = 0; x < rgb.cols; ++x) {
      const double dx = (x + 0.5) / rgb.cols - 0.5;
      const double dy = (y + 0.5) / rgb.rows - 0.5;
      const double middle = std::exp(-(dx * dx + dy * dy) / (2 * 0.3 * 0.3));
      weighed.at<std::uint8_t>(y, x) = cv::saturate_cast<std::uint8_t>(255 * middle * saliency.at<float>(y, x));
    }
  }
  cv::Mat mask;
  cv::threshold(weighed, mask, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(9));
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(7));
  keep_components(mask, 0.3);
  const double area = static_cast<double>(cv::countNonZero(mask)) / static_cast<double>(mask.total());
  const double contrast = cv::mean(saliency, mask)[0] - cv::mean(saliency, ~mask)[0];
  std::vector<std::vector<cv::Point>> outlines;
  cv::findContours(mask, outlines, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
  std::vector<cv::Point> hull;
  std::vector<cv::Point> points;
  for (const auto& outline : outlines) points.insert(points.end(), outline.begin(), outline.end());
  if (!points.empty()) cv::convexHull(points, hull);
  // One thing is compact and stands out; a cluttered room gives ragged patches.
  const double solidity = hull.empty() ? 0 : cv::countNonZero(mask) / std::max(1.0, cv::contourArea(hull));
  const bool clear = area > 0.05 && area < 0.5 && contrast > 0.5 && solidity > 0.8;
  if (!clear) return cv::Mat::zeros(rgb.size(), CV_8UC1);
  const int reach = std::max(2, std::max(mask.cols, mask.rows) / 25);
  cv::Mat trimap(mask.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap.setTo(cv::GC_PR_BGD, grown(mask, reach));
  trimap.setTo(cv::GC_PR_FGD, mask);
  mask = grab_cut(rgb, trimap, 3);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(5));
  fill_small_gaps(mask, 0.05);
  return mask;
}

}  // namespace v1
}  // namespace relievo
