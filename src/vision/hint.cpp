#include "vision/hint.hpp"

#include <algorithm>
#include <cmath>

#include <opencv2/imgproc.hpp>

#include "vision/mat.hpp"
#include "vision/raised.hpp"
#include "vision/regions.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// A thing's disparity changes by less than this from pixel to pixel, and by less than this in all.
constexpr double slope = 0.015;
constexpr double thickness = 0.12;
// Depth says what is meant where at least this part of the outline it gives is a step of it.
constexpr double least_bounded = 0.6;

cv::Mat none(cv::Size size) { return {size, CV_8UC1, cv::Scalar(0)}; }

// What is joined to a point without a step of depth.
cv::Mat joined_to(const cv::Mat& depth, const SegmentPoint& point) {
  cv::Mat padded(depth.rows + 2, depth.cols + 2, CV_8UC1, cv::Scalar(0));
  cv::floodFill(depth, padded, {point.x, point.y}, {}, nullptr, slope, slope, 4 | cv::FLOODFILL_MASK_ONLY | 255 << 8);
  const cv::Mat reached = padded(cv::Rect(1, 1, depth.cols, depth.rows));
  const float here = depth.at<float>(point.y, point.x);
  return reached & (cv::abs(depth - here) < thickness);
}

// Whether a mask ends where depth does, and not where a plane at a slant crosses a limit, nor nowhere.
bool ends_in_steps(const cv::Mat& mask, const cv::Mat& depth, const cv::Mat& allowed) {
  const cv::Mat around = ellipse(2 * std::max(2, std::max(depth.cols, depth.rows) / 130) + 1);
  cv::Mat high, low;
  cv::dilate(depth, high, around);
  cv::erode(depth, low, around);
  const cv::Mat outline = grown(mask, 1) & ~mask & allowed;
  const int length = cv::countNonZero(outline);
  return length > 0 && cv::countNonZero(outline & (high - low >= least_step)) >= least_bounded * length;
}

// The side of each pixel by the colours between the marks on either: watershed (Meyer, 1992). Texture is no bound.
cv::Mat nearer_inside(const cv::Mat& rgb, const cv::Mat& inside, const cv::Mat& outside) {
  cv::Mat smooth;
  cv::medianBlur(rgb, smooth, 7);
  cv::Mat markers = cv::Mat::zeros(rgb.size(), CV_32S);
  markers.setTo(2, outside);
  markers.setTo(1, inside);
  cv::watershed(smooth, markers);
  return (markers == 1) | inside;
}

struct Marks {
  cv::Mat inside, outside;   // sure
  cv::Mat joined, kept_out;  // by depth to points of either side
};

Marks marks_of(const cv::Mat& depth, const SmallHint& hint) {
  const int radius = std::max(2, std::max(depth.cols, depth.rows) / 100);
  Marks marks{none(depth.size()), none(depth.size()), none(depth.size()), none(depth.size())};
  for (const SegmentPoint& point : hint.points) {
    const cv::Mat joined = joined_to(depth, point);
    cv::Mat disc = none(depth.size());
    cv::circle(disc, {point.x, point.y}, radius, 255, cv::FILLED);
    // A disc at an outline reaches over it; where depth has a step it ends there.
    disc &= joined;
    (point.inside ? marks.inside : marks.outside) |= disc;
    (point.inside ? marks.joined : marks.kept_out) |= joined;
  }
  marks.inside &= ~(marks.inside & marks.outside);
  return marks;
}

cv::Mat frame_of(const cv::Mat& allowed) {
  cv::Mat inner = allowed.clone();
  inner.row(0).setTo(0);
  inner.row(inner.rows - 1).setTo(0);
  inner.col(0).setTo(0);
  inner.col(inner.cols - 1).setTo(0);
  return allowed & ~shrunk(inner, 1);
}

// What is probably meant, before colours move its outline.
cv::Mat candidate_of(const cv::Mat& rgb, const cv::Mat& depth, const cv::Mat& allowed, const cv::Mat& rough,
                     const ImageView& automatic, const SmallHint& hint, const Marks& marks) {
  const double room = cv::countNonZero(allowed);
  if (!hint.shows_subject()) {
    const cv::Mat subject = mat_of(automatic) & allowed;
    cv::Mat rest = subject;
    if (cv::countNonZero(subject) < 0.05 * room) {
      // Of a box the nearer part, where it has one.
      double low = 0, high = 0;
      cv::minMaxLoc(depth, &low, &high, nullptr, nullptr, allowed);
      const cv::Mat near = (depth > (low + high) / 2) & allowed;
      const bool clear = cv::countNonZero(near) > 0.1 * room && ends_in_steps(near, depth, allowed);
      rest = clear ? near : shrunk(allowed, 1);
    }
    const cv::Mat away = marks.kept_out & rest;
    if (cv::countNonZero(away) == 0) return rest;
    if (ends_in_steps(away, depth, allowed)) return rest & ~away;
    return nearer_inside(rgb, shrunk(rest, 4) & ~grown(marks.outside, 8), marks.outside | ~rest) & rest;
  }
  cv::Mat candidate = rough.clone();
  if (cv::countNonZero(marks.inside) == 0) return candidate & ~marks.outside;
  cv::Mat joined = marks.joined & allowed;
  if (!ends_in_steps(joined, depth, allowed)) {
    joined = nearer_inside(rgb, marks.inside, marks.outside | frame_of(allowed) | ~allowed) & allowed;
  } else if (cv::countNonZero(joined & marks.kept_out) > 0) {
    joined &= ~marks.kept_out | nearer_inside(rgb, marks.inside, marks.outside | ~grown(joined, 2));
  }
  return candidate | joined;
}

}  // namespace

Image hinted_mask(const ImageView& rgb, const ImageView& disparity, const ImageView& automatic, const SmallHint& hint) {
  return with_opencv("Finding what a hint means", [&] {
    const cv::Mat photo = mat_of(rgb), depth = mat_of(disparity);
    cv::Mat allowed(photo.size(), CV_8UC1, cv::Scalar(255));
    if (hint.box.width > 0) {
      allowed.setTo(0);
      allowed(cv::Rect(hint.box.x, hint.box.y, hint.box.width, hint.box.height)).setTo(255);
    }
    Marks marks = marks_of(depth, hint);
    cv::Mat rough = none(photo.size());
    if (!hint.mask.empty()) {
      rough = (mat_of(hint.mask) > 127) & allowed;
      const int reach = std::max(2, static_cast<int>(std::sqrt(cv::countNonZero(rough)) / 8));
      marks.inside |= shrunk(rough, reach) & ~marks.outside;
      if (hint.points.empty()) allowed &= grown(rough, reach);
    }
    const cv::Mat candidate = candidate_of(photo, depth, allowed, rough, automatic, hint, marks) | marks.inside;
    const int reach = std::max(2, std::max(photo.cols, photo.rows) / 25);
    cv::Mat trimap(photo.size(), CV_8UC1, cv::Scalar(cv::GC_BGD));
    trimap.setTo(cv::GC_PR_BGD, grown(candidate, reach) & allowed);
    trimap.setTo(cv::GC_PR_FGD, candidate);
    trimap.setTo(cv::GC_BGD, marks.outside);
    trimap.setTo(cv::GC_FGD, marks.inside);
    cv::Mat mask = grab_cut(photo, trimap, 4);
    cv::morphologyEx(mask, mask, cv::MORPH_OPEN, ellipse(3));
    fill_small_gaps(mask, 0.01);
    const double before = cv::countNonZero(candidate), after = cv::countNonZero(mask);
    // Colours that do not tell the subject from the rest make GrabCut lose it; of a box they leave a part.
    if (after < (hint.shows_subject() ? 0.4 : 0.1) * before || after > 2 * before) mask = candidate;
    mask |= marks.inside;
    mask.setTo(0, marks.outside);
    if (hint.shows_subject()) {
      cv::Mat labels;
      const int count = cv::connectedComponents(mask, labels, 8, CV_32S);
      for (int i = 1; i < count; ++i) {
        const cv::Mat part = labels == i;
        if (cv::countNonZero(part & marks.inside) == 0) mask.setTo(0, part);
      }
    } else {
      keep_components(mask, 0.1);
    }
    Image out(rgb.width, rgb.height, {Scalar::u8, 1});
    mask.copyTo(mat_of(out));
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
