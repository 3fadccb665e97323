// Eigen's maps onto relievo's pixels and cameras: pixels are never copied.
#pragma once

#include <string>

#include <Eigen/Core>

#include <relievo/camera.hpp>
#include <relievo/error.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace interop {

using RowMajorMatrixXf = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
/// One f32 channel as a matrix: row y, column x; the outer stride is the image's.
using MatrixMap = Eigen::Map<RowMajorMatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;
using ConstMatrixMap = Eigen::Map<const RowMajorMatrixXf, Eigen::Unaligned, Eigen::OuterStride<>>;

namespace detail {
inline void require_matrix(const ImageView& view) {
  if (view.device.kind != DeviceKind::cpu) {
    throw Error(ErrorCode::invalid_argument, "as_matrix needs host memory; download the image first");
  }
  if (view.format != PixelFormat{Scalar::f32, 1}) {
    throw Error(ErrorCode::invalid_argument, "as_matrix needs one channel of f32, not " +
                                                 std::to_string(view.format.channels) + " channels of " +
                                                 std::to_string(8 * bytes_of(view.format.scalar)) + " bits");
  }
  if (view.stride % static_cast<std::int64_t>(sizeof(float)) != 0) {
    throw Error(ErrorCode::invalid_argument,
                "as_matrix needs a stride that is a multiple of 4 bytes, not " + std::to_string(view.stride));
  }
}
}  // namespace detail

/// The pixels of a one-channel f32 host image, such as depth, as a matrix that writes through. The
/// image must outlive it. Throws Error{invalid_argument} for any other format or for device memory.
inline MatrixMap as_matrix(const MutableImageView& view) {
  detail::require_matrix(view);
  return MatrixMap(static_cast<float*>(view.data), view.height, view.width,
                   Eigen::OuterStride<>(view.stride / static_cast<std::int64_t>(sizeof(float))));
}
/// The same, read only.
inline ConstMatrixMap as_matrix(const ImageView& view) {
  detail::require_matrix(view);
  return ConstMatrixMap(static_cast<const float*>(view.data), view.height, view.width,
                        Eigen::OuterStride<>(view.stride / static_cast<std::int64_t>(sizeof(float))));
}

/// The camera matrix K of square pixels without skew: pixel = K * (x/z, y/z, 1), pixel centres at
/// +0.5 (Hartley and Zisserman, Multiple View Geometry, 6.1).
inline Eigen::Matrix3f as_matrix(const Intrinsics& camera) {
  Eigen::Matrix3f k;
  k << camera.focal_px, 0, camera.center_x,  //
      0, camera.focal_px, camera.center_y,   //
      0, 0, 1;
  return k;
}

/// The inverse of the above. Throws Error{invalid_argument} for skew or pixels that are not square.
inline Intrinsics as_intrinsics(const Eigen::Matrix3f& k) {
  const float scale = k(2, 2);
  if (!(scale > 0 && k(0, 0) > 0) || k(0, 0) != k(1, 1) || k(0, 1) != 0 || k(1, 0) != 0 || k(2, 0) != 0 ||
      k(2, 1) != 0) {
    throw Error(ErrorCode::invalid_argument,
                "a camera matrix must be upper triangular with equal positive focal lengths and no skew");
  }
  return {k(0, 0) / scale, k(0, 2) / scale, k(1, 2) / scale};
}

}  // namespace interop
}  // namespace v1
}  // namespace relievo
