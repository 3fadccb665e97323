// LibTorch's tensors and relievo's views onto the same pixels: nothing is copied. C++20, as LibTorch is.
//
// Layout: height x width x channels, as the pixels lie; say tensor.permute({2, 0, 1}) for what networks
// read, which moves no memory either. Channel order: RGB or RGBA. Integers stay integers (0 to 255 or
// 65535); divide by the maximum for 0 to 1.
#pragma once

#include <cstdint>
#include <string>

#include <ATen/core/Tensor.h>
#include <ATen/ops/from_blob.h>

#include <relievo/error.hpp>
#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {
namespace interop {

/// The tensor's type of a scalar: u8 is kByte, u16 kUInt16, f16 kHalf, f32 kFloat.
inline at::ScalarType torch_type(Scalar scalar) {
  switch (scalar) {
    case Scalar::u8:
      return at::kByte;
    case Scalar::u16:
      return at::kUInt16;
    case Scalar::f16:
      return at::kHalf;
    default:
      return at::kFloat;
  }
}

/// A tensor over host or CUDA pixels; the view's owner must outlive it and every tensor that shares
/// its storage. An empty view gives a tensor without elements. Throws Error{invalid_argument} for rows
/// whose stride is no multiple of the scalar.
inline at::Tensor as_tensor(const MutableImageView& view) {
  const std::int64_t bytes = bytes_of(view.format.scalar);
  const auto device = view.device.kind == DeviceKind::cuda
                          ? at::Device(at::kCUDA, static_cast<at::DeviceIndex>(view.device.index))
                          : at::Device(at::kCPU);
  const auto options = at::TensorOptions().dtype(torch_type(view.format.scalar)).device(device);
  const std::int64_t channels = view.format.channels;
  if (view.empty()) return at::from_blob(view.data, {0, 0, channels}, options);
  if (view.stride % bytes != 0) {
    throw Error(ErrorCode::invalid_argument, "as_tensor needs a stride that is a multiple of " + std::to_string(bytes) +
                                                 " bytes, not " + std::to_string(view.stride));
  }
  return at::from_blob(view.data, {view.height, view.width, channels}, {view.stride / bytes, channels, 1}, options);
}

/// The same over pixels that are only read; a tensor cannot say const, so do not write through it.
inline at::Tensor as_tensor(const ImageView& view) {
  return as_tensor(MutableImageView{const_cast<void*>(view.data), view.width, view.height, view.stride, view.format,
                                    view.color, view.device});
}

/// The pixels of a tensor of height x width x channels (or height x width) whose type is kByte,
/// kUInt16, kHalf or kFloat and whose pixels lie contiguously in each row, meaning `color`. The tensor
/// must outlive the view. Throws Error{invalid_argument} that names any other type, shape or stride.
inline MutableImageView as_mutable_view(const at::Tensor& tensor, Color color = {}) {
  if (!tensor.defined() || tensor.numel() == 0) return {};
  if (tensor.layout() != at::kStrided) {
    throw Error(ErrorCode::invalid_argument, "a tensor that is not dense: allowed are strided ones; call to_dense()");
  }
  Scalar scalar = Scalar::u8;
  switch (tensor.scalar_type()) {
    case at::kByte:
      scalar = Scalar::u8;
      break;
    case at::kUInt16:
      scalar = Scalar::u16;
      break;
    case at::kHalf:
      scalar = Scalar::f16;
      break;
    case at::kFloat:
      scalar = Scalar::f32;
      break;
    default:
      throw Error(ErrorCode::invalid_argument, std::string("a tensor of ") + at::toString(tensor.scalar_type()) +
                                                   ": allowed are Byte, UInt16, Half and Float");
  }
  if (tensor.dim() != 2 && tensor.dim() != 3) {
    throw Error(ErrorCode::invalid_argument,
                "a tensor of " + std::to_string(tensor.dim()) +
                    " dimensions: allowed are height x width and height x width x channels");
  }
  const std::int64_t channels = tensor.dim() == 3 ? tensor.size(2) : 1;
  if (channels != 1 && channels != 3 && channels != 4) {
    throw Error(ErrorCode::invalid_argument,
                "a tensor of " + std::to_string(channels) + " channels in its last dimension: allowed are 1, 3 and 4");
  }
  if (tensor.size(0) > max_image_side || tensor.size(1) > max_image_side) {
    throw Error(ErrorCode::invalid_argument, "a tensor of " + std::to_string(tensor.size(1)) + " x " +
                                                 std::to_string(tensor.size(0)) + " pixels: a side may have up to " +
                                                 std::to_string(max_image_side));
  }
  // A single column, row or channel may carry any stride; it is never stepped over.
  const bool packed = (channels == 1 || tensor.stride(2) == 1) &&
                      (tensor.size(1) == 1 || tensor.stride(1) == channels) &&
                      (tensor.size(0) == 1 || tensor.stride(0) >= tensor.size(1) * channels);
  if (!packed) {
    throw Error(ErrorCode::invalid_argument,
                "the pixels of a tensor must lie contiguously in each row, top to bottom; call contiguous() first");
  }
  if (!tensor.is_cpu() && !tensor.is_cuda()) {
    throw Error(ErrorCode::invalid_argument, "a tensor on " + tensor.device().str() + ": allowed are cpu and cuda");
  }
  const auto bytes = static_cast<std::int64_t>(bytes_of(scalar));
  const std::int64_t row = tensor.size(0) == 1 ? tensor.size(1) * channels : tensor.stride(0);
  return {tensor.data_ptr(),
          static_cast<std::int32_t>(tensor.size(1)),
          static_cast<std::int32_t>(tensor.size(0)),
          row * bytes,
          {scalar, static_cast<std::uint8_t>(channels)},
          color,
          {tensor.is_cuda() ? DeviceKind::cuda : DeviceKind::cpu, tensor.is_cuda() ? tensor.get_device() : 0}};
}

/// The same, read only.
inline ImageView as_view(const at::Tensor& tensor, Color color = {}) { return as_mutable_view(tensor, color); }

}  // namespace interop
}  // namespace v1
}  // namespace relievo
