// The persons that faces belong to; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// u8 mask, 255 = one of the persons whose faces are given, by a head-and-shoulders prior refined
/// along colours. Empty mask (all 0) without faces.
cv::Mat person_mask(const cv::Mat& rgb, const cv::Mat& saliency, const std::vector<Face>& faces);
/// u8 mask of the thing that stands out from the border near the middle; all 0 where none is clear.
cv::Mat thing_mask(const cv::Mat& rgb, const cv::Mat& saliency);

}  // namespace v1
}  // namespace relievo
