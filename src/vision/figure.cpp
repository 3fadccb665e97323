#include "vision/figure.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
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

Silhouette silhouette_of(const Face& face, int bottom) {
  const double w = face.width;
  const double h = face.height;
  const double cx = face.x + w / 2;
  const double chin = face.y + h;
  const auto at = [&](double x, double y) { return cv::Point(static_cast<int>(cx + x * w), static_cast<int>(y)); };
  const double reach = std::min<double>(bottom, chin + 3.6 * h);
  return {{static_cast<int>(cx), static_cast<int>(face.y + 0.45 * h)},
          {std::max(1, static_cast<int>(0.62 * w)), std::max(1, static_cast<int>(0.78 * h))},
          {at(-0.3, chin - 0.1 * h), at(0.3, chin - 0.1 * h), at(1.3, chin + 0.75 * h), at(1.5, chin + 1.6 * h),
           at(1.5, reach), at(-1.5, reach), at(-1.5, chin + 1.6 * h), at(-1.3, chin + 0.75 * h)}};
}

// Log odds that a pixel is the person, by its place alone: even at the silhouette's border, falling off
// on either side in units of the face. Arms and hats reach beyond a plain body, seldom by two faces.
cv::Mat odds_of_place(const Face& face, cv::Size size) {
  constexpr float gain_inside = 4;
  constexpr float gain_outside = 2;
  constexpr float most_inside = 2.5f;
  constexpr float most_outside = 4;
  const Silhouette shape = silhouette_of(face, size.height);
  cv::Mat body(size, CV_8UC1, cv::Scalar(0));
  cv::ellipse(body, shape.head, shape.head_axes, 0, 0, 360, 255, cv::FILLED);
  cv::fillPoly(body, std::vector<std::vector<cv::Point>>{shape.torso}, 255);
  cv::Mat inside;
  cv::Mat outside;
  cv::distanceTransform(body, inside, cv::DIST_L2, 5);
  cv::distanceTransform(~body, outside, cv::DIST_L2, 5);
  inside *= gain_inside / static_cast<float>(face.width);
  outside *= gain_outside / static_cast<float>(face.width);
  // Below the chest who sits, leans or stands behind something leaves the plain shape.
  const float chest = static_cast<float>(face.y) + 2.2f * static_cast<float>(face.height);
  const float lap = chest + 1.5f * static_cast<float>(face.height);
  for (int y = std::max(0, static_cast<int>(chest)); y < size.height; ++y) {
    const float sure = std::max(0.0f, (lap - static_cast<float>(y)) / (lap - chest));
    inside.row(y) = cv::min(inside.row(y), most_inside) * sure;
  }
  return cv::min(inside, most_inside) - cv::min(outside, most_outside);
}

// How often each colour occurs, in bins of CIELAB, smoothed to the neighbouring bins.
class ColourCounts {
 public:
  static cv::Mat bins_of(const cv::Mat& rgb) {
    cv::Mat lab;
    cv::cvtColor(rgb, lab, cv::COLOR_RGB2Lab);
    cv::Mat bins(rgb.size(), CV_32S);
    for (int y = 0; y < rgb.rows; ++y) {
      for (int x = 0; x < rgb.cols; ++x) {
        const auto& v = lab.at<cv::Vec3b>(y, x);
        bins.at<int>(y, x) = (v[0] * tones / 256 * chromas + v[1] * chromas / 256) * chromas + v[2] * chromas / 256;
      }
    }
    return bins;
  }

  ColourCounts(const cv::Mat& bins, const cv::Mat& weights) : counts_(tones * chromas * chromas, 0.0f) {
    for (int y = 0; y < bins.rows; ++y) {
      for (int x = 0; x < bins.cols; ++x) {
        counts_[static_cast<std::size_t>(bins.at<int>(y, x))] += weights.at<float>(y, x);
      }
    }
    smooth(1, chromas);
    smooth(chromas, chromas);
    smooth(chromas * chromas, tones);
    float sum = 0;
    for (const float count : counts_) sum += count;
    for (float& count : counts_) count /= std::max(sum, 1.0f);
  }

  float operator[](int bin) const { return counts_[static_cast<std::size_t>(bin)]; }

 private:
  static constexpr int tones = 12;
  static constexpr int chromas = 32;

  void smooth(int stride, int length) {
    const std::vector<float> from = counts_;
    for (int i = 0; i < static_cast<int>(from.size()); ++i) {
      const int at = i / stride % length;
      const auto value = [&](int step) { return from[static_cast<std::size_t>(i + step * stride)]; };
      counts_[static_cast<std::size_t>(i)] =
          (value(at > 0 ? -1 : 0) + 2 * value(0) + value(at + 1 < length ? 1 : 0)) / 4;
    }
  }

  std::vector<float> counts_;
};

// Log odds by place and colour together; colours are learned where the odds stand and tell them anew.
cv::Mat odds_of_person(const cv::Mat& rgb, const cv::Mat& saliency, const Face& face) {
  constexpr int rounds = 3;
  constexpr float rare = 2e-5f;  // a colour seen less often than this says nothing
  constexpr float most_by_colour = 2.5f;
  cv::Mat place = odds_of_place(face, rgb.size()) + 1.5 * (saliency - 0.4);
  const cv::Mat bins = ColourCounts::bins_of(rgb);
  cv::Mat odds = place.clone();
  for (int round = 0; round < rounds; ++round) {
    cv::Mat person;
    cv::exp(-odds, person);
    person = 1 / (1 + person);
    const ColourCounts ours(bins, person);
    const ColourCounts others(bins, 1 - person);
    for (int y = 0; y < rgb.rows; ++y) {
      for (int x = 0; x < rgb.cols; ++x) {
        const int bin = bins.at<int>(y, x);
        const float colour = std::log((ours[bin] + rare) / (others[bin] + rare));
        odds.at<float>(y, x) = std::clamp(colour, -most_by_colour, most_by_colour);
      }
    }
    cv::GaussianBlur(odds, odds, {}, std::max(0.8, 0.03 * face.width));
    odds += place;
  }
  return odds;
}

// Drops what hangs on by less than `width` and what is not joined to `root`; the rest keeps its outline.
void keep_body(cv::Mat& mask, const cv::Mat& root, int width) {
  const cv::Mat opened = grown(shrunk(mask, width / 2), width / 2);
  cv::Mat labels;
  const int count = cv::connectedComponents(opened, labels, 8, CV_32S);
  cv::Mat body = cv::Mat::zeros(mask.size(), CV_8UC1);
  for (int i = 1; i < count; ++i) {
    const cv::Mat part = labels == i;
    if (cv::countNonZero(part & root) > 0) body |= part;
  }
  if (cv::countNonZero(body) > 0) mask &= grown(body, width / 2);
}

cv::Mat one_person(const cv::Mat& rgb, const cv::Mat& saliency, const Face& face) {
  const cv::Rect everything(0, 0, rgb.cols, rgb.rows);
  // What lies further than this from a face is somebody else's, or nobody's.
  const cv::Rect zone =
      cv::Rect(face.x - 3 * face.width, face.y - face.height * 3 / 2, 7 * face.width, face.height * 8) & everything;
  cv::Mat mask(rgb.size(), CV_8UC1, cv::Scalar(0));
  mask(zone).setTo(255, odds_of_person(rgb, saliency, face)(zone) > 0);
  // The spine: neck and the middle of the chest are hidden by nothing but clothes.
  const int cx = face.x + face.width / 2;
  const int chin = face.y + face.height;
  const cv::Rect spine = cv::Rect(cx - face.width / 5, chin, face.width * 2 / 5, face.height) & everything;
  cv::Mat core = face_ellipse(face, rgb.size());
  if (!spine.empty()) core(spine).setTo(255);
  mask |= core;
  const int notch = std::max(2, face.width / 10);
  mask = shrunk(grown(mask, notch), notch);
  fill_small_gaps(mask, 0.02);
  keep_body(mask, core, std::max(3, face.width / 4));

  // The outline moves onto the photo's edges, but no further than the odds may err.
  const int reach = std::max(2, face.width / 14);
  cv::Mat trimap(rgb.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap.setTo(cv::GC_PR_BGD, grown(mask, reach));
  trimap.setTo(cv::GC_PR_FGD, mask);
  trimap.setTo(cv::GC_FGD, shrunk(mask, reach));
  trimap.setTo(cv::GC_FGD, core);
  mask = grab_cut(rgb, trimap, 2);
  keep_body(mask, core, 3);
  fill_small_gaps(mask, 0.02);
  return mask;
}

}  // namespace

cv::Mat matted_persons(const cv::Mat& rgb, const People& people) {
  cv::Mat all(rgb.size(), CV_8UC1, cv::Scalar(0));
  if (people.matte.empty()) return all;
  const cv::Mat matte = mat_of(people.matte);
  cv::Mat labels;
  cv::connectedComponents(matte > 0.5, labels, 8, CV_32S);
  for (const Face& face : people.faces) {
    const cv::Mat inner = face_ellipse(face, rgb.size());
    // What covers more of the face than any other component, and than the background.
    std::map<int, int> pixels;
    for (int y = 0; y < rgb.rows; ++y) {
      for (int x = 0; x < rgb.cols; ++x) {
        if (inner.at<std::uint8_t>(y, x) != 0) ++pixels[labels.at<int>(y, x)];
      }
    }
    const auto most = std::max_element(pixels.begin(), pixels.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != pixels.end() && most->first > 0) all |= labels == most->first;
  }
  if (cv::countNonZero(all) == 0) return all;
  // Colours decide at the outline, which the matte has to a pixel or two of its own, and where the network hesitates.
  const int longer = std::max(rgb.cols, rgb.rows);
  const int reach = std::max(2, longer / 130);
  const cv::Mat sure = shrunk(all, reach);
  const cv::Mat open = (grown(all, reach) & ~sure) | ((matte > 0.1) & (matte < 0.9) & grown(all, longer / 10));
  cv::Mat trimap(rgb.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
  trimap.setTo(cv::GC_FGD, all);
  trimap.setTo(cv::GC_PR_BGD, open);
  trimap.setTo(cv::GC_PR_FGD, open & all);
  cv::Mat refined = grab_cut(rgb, trimap, 3);
  keep_body(refined, sure, 3);
  fill_small_gaps(refined, 0.01);
  return refined;
}

cv::Mat person_mask(const cv::Mat& rgb, const cv::Mat& saliency, const People& people) {
  cv::Mat all = matted_persons(rgb, people);
  constexpr std::size_t most_faces = 8;
  for (std::size_t i = 0; i < std::min(people.faces.size(), most_faces); ++i) {
    const Face& face = people.faces[i];
    const cv::Point middle(std::min(face.x + face.width / 2, rgb.cols - 1),
                           std::min(face.y + face.height / 2, rgb.rows - 1));
    if (all.at<std::uint8_t>(middle) == 0) all |= one_person(rgb, saliency, face);
  }
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
