// OpenCV headers over our pixels, without a copy, and the wall its exceptions stop at.
#pragma once

#include <opencv2/core.hpp>

#include <relievo/image.hpp>
#include <relievo/interop/opencv.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// Borrows host pixels; the caller does not write through a header of an ImageView.
inline cv::Mat mat_of(const ImageView& view) { return interop::as_mat(view); }
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
