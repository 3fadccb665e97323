// OpenCV as a peer: the same pixels, the same number of threads.
#pragma once

#include <opencv2/core.hpp>

#include "common/scenes.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {

/// The pixels of `view` (u8, u16 or f32) for OpenCV, which gets the engine's threads.
inline cv::Mat as_mat(const ImageView& view) {
  static const bool same_threads = [] {
    cv::setNumThreads(engine().threads());
    return true;
  }();
  static_cast<void>(same_threads);
  const int depth = view.format.scalar == Scalar::u8 ? CV_8U : view.format.scalar == Scalar::u16 ? CV_16U : CV_32F;
  return cv::Mat(view.height, view.width, CV_MAKETYPE(depth, view.format.channels), const_cast<void*>(view.data),
                 static_cast<std::size_t>(view.stride));
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo
