// How little a pixel belongs to the photo's border; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <opencv2/core.hpp>

namespace relievo {
inline namespace v1 {

/// Minimum barrier distance of each pixel of u8 RGB to the top and side borders, f32 0..1 (Zhang,
/// Sclaroff, Lin, Shen, Price and Mech, ICCV 2015). The bottom border is no background: what stands
/// near stands on it.
cv::Mat barrier_saliency(const cv::Mat& rgb);

/// Values mapped linearly so that their 5 % and 95 % quantiles fall on 0 and 1, then clamped;
/// constant values give 0.
cv::Mat spread(const cv::Mat& values);

}  // namespace v1
}  // namespace relievo
