#include "vision/figure.hpp"

#include <algorithm>

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

cv::Mat one_person(const cv::Mat& rgb, const Face& face) {
  const cv::Rect everything(0, 0, rgb.cols, rgb.rows);
  // What lies further than this from a face is somebody else's, or nobody's.
  const cv::Rect zone =
      cv::Rect(face.x - 3 * face.width, face.y - face.height * 3 / 2, 7 * face.width, face.height * 8) & everything;
  cv::Mat trimap(rgb.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap(zone).setTo(cv::GC_PR_BGD);
  draw(trimap, silhouette_of(face, 1.0, rgb.rows), cv::GC_PR_FGD);
  // The spine: neck and the middle of the chest are hidden by nothing but clothes.
  const int cx = face.x + face.width / 2;
  const int chin = face.y + face.height;
  const cv::Rect spine = cv::Rect(cx - face.width / 5, chin, face.width * 2 / 5, face.height) & everything;
  if (!spine.empty()) trimap(spine).setTo(cv::GC_FGD);
  trimap.setTo(cv::GC_FGD, face_ellipse(face, rgb.size()));
  // Beside the head lies background.
  cv::Mat mask = grab_cut(rgb, trimap, 5);
  cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(3));
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, ellipse(7));
  keep_components(mask, 1);
  fill_small_gaps(mask, 0.02);
  return mask;
}

}  // namespace

cv::Mat person_mask(const cv::Mat& rgb, const std::vector<Face>& faces) {
  cv::Mat all(rgb.size(), CV_8UC1, cv::Scalar(0));
  constexpr std::size_t most_faces = 8;
  for (std::size_t i = 0; i < std::min(faces.size(), most_faces); ++i) all |= one_person(rgb, faces[i]);
  return all;
}

}  // namespace v1
}  // namespace relievo
