// OpenCV headers over our pixels, without a copy, and the wall its exceptions stop at.
#pragma once

#include <opencv2/core.hpp>

#include <relievo/image.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

inline int cv_type(PixelFormat format) {
  static constexpr int depths[] = {CV_8U, CV_16U, CV_16F, CV_32F};
  return CV_MAKETYPE(depths[static_cast<int>(format.scalar)], format.channels);
}

/// Borrows host pixels; the caller does not write through a header of an ImageView.
inline cv::Mat mat_of(const ImageView& view) {
  return {view.height, view.width, cv_type(view.format), const_cast<void*>(view.data),
          static_cast<std::size_t>(view.stride)};
}
inline cv::Mat mat_of(Image& image) { return mat_of(image.view()); }

/// Runs `body`; an exception of OpenCV leaves as Error.
template <class Body>
auto with_opencv(const char* what, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) fail(ErrorCode::out_of_memory, "No memory left in ", what, ".");
    fail(ErrorCode::internal, what, " failed in OpenCV: ", error.err, ".");
  }
}

}  // namespace v1
}  // namespace relievo
