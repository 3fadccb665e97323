#include "torch/layers.hpp"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/hardswish.h>
#include <ATen/ops/hardtanh.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/upsample_bilinear2d.h>

#include "torch/onednn.hpp"

namespace relievo {
inline namespace v1 {
namespace {

at::Tensor activated(at::Tensor x, Activation activation) {
  switch (activation) {
    case Activation::none:
      return x;
    case Activation::relu:
      return at::relu_(x);
    case Activation::relu6:
      return at::hardtanh_(x, 0, 6);
    case Activation::gelu:
      return at::gelu_(x);
    case Activation::hard_swish:
      return at::hardswish_(x);
  }
  return x;
}

}  // namespace

Linear::Linear(const at::Tensor& plain, const at::Tensor& plain_bias)
    : weight(onednn::linear_weight(plain)), bias(plain_bias) {}

Linear::Linear(const WeightScope& weights, int in, int out)
    : Linear(weights("weight", {out, in}), weights("bias", {out})) {}

at::Tensor Linear::operator()(const at::Tensor& x, Activation activation) const {
  if (weight.is_mkldnn()) return onednn::linear(x, weight, bias, activation);
  return activated(at::linear(x, weight, bias), activation);
}

at::Tensor Linear::plus(const at::Tensor& x, const at::Tensor& other) const {
  if (weight.is_mkldnn()) return onednn::linear_plus(x, weight, bias, other);
  return at::linear(x, weight, bias).add_(other);
}

Conv::Conv(const at::Tensor& plain, const at::Tensor& plain_bias, const Shape& of) : shape(of), bias(plain_bias) {
  if (plain.is_cuda()) {
    weight = plain.contiguous(at::MemoryFormat::ChannelsLast);
  } else if (of.kernel <= of.stride && of.padding == 0 && of.groups == 1 && onednn::usable(plain)) {
    of_windows.emplace(plain.permute({0, 2, 3, 1}).reshape({of.out, -1}), bias);
  } else if (of.large && of.stride == 1 && of.padding == 1 && of.groups == 1 && Winograd::suits(plain)) {
    winograd.emplace(plain, bias);
  } else {
    weight = onednn::conv_weight(plain, of.stride, of.padding, of.groups);
  }
}

Conv::Conv(const WeightScope& weights, const Shape& of)
    : Conv(weights("weight", of.sizes()), of.bias ? weights("bias", {of.out}) : at::Tensor(), of) {}

at::Tensor Conv::operator()(const at::Tensor& in, Activation activation) const {
  if (winograd) {
    const bool relu = activation == Activation::relu;
    return activated((*winograd)(in, relu), relu ? Activation::none : activation);
  }
  const at::Tensor x = shape.same ? pad_same(in, shape.kernel, shape.stride) : in;
  if (of_windows) {
    const at::Tensor windows = shape.stride == 1 ? x.permute({0, 2, 3, 1})
                                                 : x.unfold(2, shape.kernel, shape.stride)
                                                       .unfold(3, shape.kernel, shape.stride)
                                                       .permute({0, 2, 3, 4, 5, 1})
                                                       .flatten(3);
    return (*of_windows)(windows, activation).permute({0, 3, 1, 2});
  }
  if (weight.is_mkldnn()) {
    return onednn::conv(x, weight, bias, shape.stride, shape.padding, shape.groups, activation);
  }
  return activated(at::conv2d(x, weight, bias, shape.stride, shape.padding, 1, shape.groups), activation);
}

TransposedConv::TransposedConv(const WeightScope& weights, int in, int out, int kernel)
    : weight(weights("weight", {in, out, kernel, kernel})), bias(weights("bias", {out})), stride(kernel) {}

at::Tensor TransposedConv::operator()(const at::Tensor& x) const {
  return at::conv_transpose2d(x, weight, bias, stride);
}

LayerNorm::LayerNorm(const WeightScope& weights, int width)
    : weight(weights("weight", {width})), bias(weights("bias", {width})) {}

at::Tensor LayerNorm::operator()(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon);
}

at::Tensor pad_same(const at::Tensor& x, int kernel, int stride, double value) {
  const auto missing = [&](std::int64_t side) {
    return std::max<std::int64_t>(0, ((side + stride - 1) / stride - 1) * stride + kernel - side);
  };
  const std::int64_t rows = missing(x.size(2)), columns = missing(x.size(3));
  if (rows == 0 && columns == 0) return x;
  return at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2}, value);
}

at::Tensor upsample(const at::Tensor& x, std::int64_t height, std::int64_t width, bool align_corners) {
  return at::upsample_bilinear2d(x, {height, width}, align_corners);
}

}  // namespace v1
}  // namespace relievo
