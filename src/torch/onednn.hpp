// oneDNN's layers out of LibTorch, with weights laid out once and with what follows a layer done within it. Its matrix
// products are faster than those of the BLAS that `at::linear` calls: on AMD's processors by three times and more, and
// by forty where a plain BLAS that OpenCV brings along answers LibTorch's calls.
#pragma once

#include <optional>

#include <ATen/core/Tensor.h>

#include "torch/activation.hpp"

namespace relievo {
inline namespace v1 {
namespace onednn {

/// Whether `linear` can take tensors such as this one: on the CPU, f32 or, where the CPU can do it,
/// bf16, where no gradients are wanted.
bool usable(const at::Tensor& tensor);

/// The weights of a linear layer (out x in) or of a convolution in oneDNN's own layout; as they are where they are
/// not usable. A tensor so laid out says `is_mkldnn()` and can only be used here.
at::Tensor linear_weight(const at::Tensor& weight);
at::Tensor conv_weight(const at::Tensor& weight, int stride, int padding, int groups);

/// activation(x weight^T + bias); `bias` may be undefined, `weight` plain or laid out.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                  Activation activation = Activation::none);
/// x weight^T + bias + other.
at::Tensor linear_plus(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& other);

at::Tensor conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int stride, int padding,
                int groups, Activation activation);

}  // namespace onednn
}  // namespace v1
}  // namespace relievo
