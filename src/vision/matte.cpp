#include "vision/matte.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <opencv2/imgproc.hpp>

#include "vision/figure.hpp"
#include "vision/mat.hpp"
#include "vision/raised.hpp"
#include "vision/regions.hpp"
#include "vision/saliency.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// By how much a raised figure's step must exceed that of all that is near to be preferred.
constexpr double clearer = 1.15;

// Persons that cover this part of the photo are its subject, whatever depth says; smaller ones where they and the
// subject by depth share this part of what either covers.
constexpr double least_persons = 0.05;
constexpr double least_agreement = 0.5;
// A face of which this part is in a mask belongs to it, else to somebody else.
constexpr double cut_face = 0.3;

// To the eye, which has 256 levels.
bool constant(const ImageView& disparity) {
  cv::Mat levels;
  mat_of(disparity).convertTo(levels, CV_8U, 255);
  double low = 0;
  double high = 0;
  cv::minMaxLoc(levels, &low, &high);
  return low == high;
}

double shared_part(const cv::Mat& a, const cv::Mat& b) {
  return cv::countNonZero(a & b) / std::max(1.0, static_cast<double>(cv::countNonZero(a | b)));
}

RaisedParts most_raised(const cv::Mat& depth, double scale, const SegmentOptions& options) {
  RaisedParts all = above_threshold(depth, depth, scale, options);
  RaisedParts raised = above_threshold(above_ground(depth), depth, scale, options);
  return raised.step > clearer * all.step ? raised : all;
}

// Gaps within a person's outline are the person's, unless depth shows there what is behind.
void close_gaps(cv::Mat& persons, const cv::Mat& depth) {
  cv::Mat filled = persons.clone();
  fill_small_gaps(filled, 1);
  cv::Mat labels;
  const int count = cv::connectedComponents(filled & ~persons, labels, 4, CV_32S);
  for (int i = 1; i < count; ++i) {
    const cv::Mat gap = labels == i;
    const cv::Mat rim = grown(gap, 3) & persons;
    if (cv::mean(depth, rim)[0] - cv::mean(depth, gap)[0] < least_step) persons |= gap;
  }
}

}  // namespace

void keep_largest_component(const MutableImageView& mask) {
  with_opencv("Finding the subject", [&] {
    cv::Mat mat = interop::as_mat(mask);
    keep_components(mat, 1);
  });
}

Image subject_mask(const ImageView& rgb, const ImageView& disparity, const People& people, double scale,
                   const SegmentOptions& options) {
  return with_opencv("Finding the subject", [&] {
    Image out(rgb.width, rgb.height, {Scalar::u8, 1});
    cv::Mat result = mat_of(out);
    const cv::Mat photo = mat_of(rgb), depth = mat_of(disparity);
    result.setTo(0);
    if (constant(disparity)) return out;
    const cv::Mat persons = matted_persons(photo, people);
    const auto take_persons = [&] {
      persons.copyTo(result);
      close_gaps(result, depth);
    };
    if (area_of(persons) >= least_persons) {
      take_persons();
      return out;
    }
    const RaisedParts best = most_raised(depth, scale, options);
    if (best.step < least_step) {
      thing_mask(photo, barrier_saliency(photo)).copyTo(result);
    } else if (shared_part(persons, best.mask) >= least_agreement) {
      take_persons();
    } else {
      along_colours(photo, best.mask).copyTo(result);
    }
    return out;
  });
}

Image take_faces_whole(const MutableImageView& mask, const std::vector<Face>& faces) {
  return with_opencv("Finding the subject", [&] {
    cv::Mat subject = interop::as_mat(mask);
    Image out(mask.width, mask.height, {Scalar::u8, 1});
    cv::Mat taken = mat_of(out);
    taken.setTo(0);
    for (const Face& face : faces) {
      const cv::Mat inner = face_ellipse(face, subject.size());
      if (cv::countNonZero(inner & subject) >= cut_face * cv::countNonZero(inner)) taken |= inner;
    }
    subject |= taken;
    return out;
  });
}

}  // namespace v1
}  // namespace relievo
