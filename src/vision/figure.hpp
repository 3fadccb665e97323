// The persons that faces belong to; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <opencv2/core.hpp>

#include "vision/people.hpp"

namespace relievo {
inline namespace v1 {

/// u8 mask, 255 = one of the persons whose faces are given, by the matte, or where it does not show that person by a
/// head-and-shoulders prior refined along colours. Empty mask (all 0) without faces.
cv::Mat person_mask(const cv::Mat& rgb, const cv::Mat& saliency, const People& people);
/// The persons of the matte that have a face among those given, refined along colours; all 0 without a matte.
cv::Mat matted_persons(const cv::Mat& rgb, const People& people);
/// u8 mask of the thing that stands out from the border near the middle; all 0 where none is clear.
cv::Mat thing_mask(const cv::Mat& rgb, const cv::Mat& saliency);

}  // namespace v1
}  // namespace relievo
