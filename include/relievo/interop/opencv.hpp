// OpenCV's matrices and relievo's views onto the same pixels: nothing is copied.
//
// Channel order: relievo is RGB or RGBA, OpenCV's own functions read and write BGR. Nothing is
// swapped here; say cv::cvtColor(mat, mat, cv::COLOR_RGB2BGR) where OpenCV cares about it.
#pragma once

#include <cstdint>
#include <string>

#include <opencv2/core.hpp>

#include <relievo/error.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace interop {

/// OpenCV's type of a pixel format: u8 is CV_8U, u16 CV_16U, f16 CV_16F, f32 CV_32F.
inline int cv_type(PixelFormat format) {
  const int depth = format.scalar == Scalar::u8    ? CV_8U
                    : format.scalar == Scalar::u16 ? CV_16U
                    : format.scalar == Scalar::f16 ? CV_16F
                                                   : CV_32F;
  return CV_MAKETYPE(depth, format.channels);
}

/// A matrix header over host pixels; the view's owner must outlive it and every copy of the header.
/// An empty view gives an empty matrix. Throws Error{invalid_argument} for device memory.
inline cv::Mat as_mat(const MutableImageView& view) {
  if (view.device.kind != DeviceKind::cpu) {
    throw Error(ErrorCode::invalid_argument, "as_mat needs host memory; download the image first");
  }
  if (view.empty()) return {};
  return cv::Mat(view.height, view.width, cv_type(view.format), view.data, static_cast<std::size_t>(view.stride));
}

/// The same over pixels that are only read; cv::Mat cannot say const, so do not write through it.
inline cv::Mat as_mat(const ImageView& view) {
  return as_mat(MutableImageView{const_cast<void*>(view.data), view.width, view.height, view.stride, view.format,
                                 view.color, view.device});
}

/// Mutable pixels of a matrix of 2 dimensions with 1, 3 or 4 channels of CV_8U, CV_16U, CV_16F or
/// CV_32F, meaning `color`. The matrix must outlive the view; regions of interest keep their stride.
/// Throws Error{invalid_argument} that names any other type or shape.
inline MutableImageView as_mutable_view(cv::Mat& mat, Color color = {}) {
  if (mat.empty()) return {};
  Scalar scalar = Scalar::u8;
  switch (mat.depth()) {
    case CV_8U:
      scalar = Scalar::u8;
      break;
    case CV_16U:
      scalar = Scalar::u16;
      break;
    case CV_16F:
      scalar = Scalar::f16;
      break;
    case CV_32F:
      scalar = Scalar::f32;
      break;
    default:
      throw Error(ErrorCode::invalid_argument,
                  "cv::Mat of depth " + std::to_string(mat.depth()) + ": allowed are CV_8U, CV_16U, CV_16F and CV_32F");
  }
  if (mat.dims != 2) {
    throw Error(ErrorCode::invalid_argument, "cv::Mat of " + std::to_string(mat.dims) + " dimensions: allowed is 2");
  }
  const int channels = mat.channels();
  if (channels != 1 && channels != 3 && channels != 4) {
    throw Error(ErrorCode::invalid_argument,
                "cv::Mat of " + std::to_string(channels) + " channels: allowed are 1, 3 and 4");
  }
  if (mat.cols > max_image_side || mat.rows > max_image_side) {
    throw Error(ErrorCode::invalid_argument, "cv::Mat of " + std::to_string(mat.cols) + " x " +
                                                 std::to_string(mat.rows) + ": a side may have up to " +
                                                 std::to_string(max_image_side) + " pixels");
  }
  return {mat.data,
          mat.cols,
          mat.rows,
          static_cast<std::int64_t>(mat.step[0]),
          {scalar, static_cast<std::uint8_t>(channels)},
          color,
          {}};
}

/// The same, read only.
inline ImageView as_view(const cv::Mat& mat, Color color = {}) {
  cv::Mat header = mat;
  return as_mutable_view(header, color);
}

}  // namespace interop
}  // namespace v1
}  // namespace relievo
