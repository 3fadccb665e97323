// What stands before the rest, by depth; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <opencv2/core.hpp>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// A subject ends in a step of disparity at least this high; a plane seen at a slant does not.
inline constexpr double least_step = 0.08;

struct RaisedParts {
  cv::Mat mask;     ///< u8, 255 = one of them
  double step = 0;  ///< the highest in which one ends
};

/// Part of a photo that a mask covers.
double area_of(const cv::Mat& mask);

/// How much nearer a mask is than what lies just outside it: the step that two thirds of its outline reach, since a
/// threshold across sloping ground makes the rest. The photo's border is no outline, nor is what `hidden` (empty =
/// nowhere) covers.
double step_at_outline(const cv::Mat& mask, const cv::Mat& disparity, const cv::Mat& hidden = {});

/// What rises above ground and background: above the plane that has three tenths of the disparities below it, fitted by
/// reweighting (quantile regression; Koenker and Bassett, Econometrica 1978), so that neither what is raised nor holes
/// in the depth tilt it.
cv::Mat above_ground(const cv::Mat& disparity);

/// The parts above Otsu's threshold of `values` that end in the highest steps of disparity. What `hidden` (empty =
/// nowhere) covers is none of them.
RaisedParts above_threshold(const cv::Mat& values, const cv::Mat& disparity, double scale,
                            const SegmentOptions& options, const cv::Mat& hidden = {});

}  // namespace v1
}  // namespace relievo
