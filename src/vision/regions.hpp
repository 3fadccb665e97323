// What masks are made of; for the vision room alone, since it speaks OpenCV.
#pragma once

#include <opencv2/core.hpp>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Structuring element of odd diameter.
cv::Mat ellipse(int diameter);
/// The mask grown or shrunk by `radius` px; the photo's border does not shrink it.
cv::Mat grown(const cv::Mat& mask, int radius);
cv::Mat shrunk(const cv::Mat& mask, int radius);
/// Keeps the 8-connected components with at least `part` of the largest one's area (1: the first largest alone).
void keep_components(cv::Mat& mask, double part);
/// Closes holes that cover less than `part` of the photo.
void fill_small_gaps(cv::Mat& mask, double part);
/// GrabCut (Rother, Kolmogorov and Blake, SIGGRAPH 2004) of u8 RGB from a trimap; 255 = foreground.
/// Deterministic. Returns the trimap's foreground where colours cannot be modelled.
cv::Mat grab_cut(const cv::Mat& rgb, const cv::Mat& trimap, int iterations);
/// A coarse mask whose outline moves onto that of colours, by GrabCut; the mask itself where colours lose it.
cv::Mat along_colours(const cv::Mat& rgb, const cv::Mat& mask);
/// The inner ellipse of a face box.
cv::Mat face_ellipse(const Face& face, cv::Size size);

}  // namespace v1
}  // namespace relievo
