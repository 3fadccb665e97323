// The persons that faces belong to; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <vector>

#include <opencv2/core.hpp>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// u8 mask, 255 = one of the persons whose faces are given, by a head-and-shoulders prior refined
/// along colours. Empty mask (all 0) without faces.
cv::Mat person_mask(const cv::Mat& rgb, const std::vector<Face>& faces);

}  // namespace v1
}  // namespace relievo
