#include "torch/layers.hpp"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/conv_transpose2d.h>
#include <ATen/ops/gelu.h>
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

Conv::Conv(const at::Tensor& plain, const at::Tensor& plain_bias, const Shape& of)
    : shape(of),
      weight(plain.is_cuda() ? plain.contiguous(at::MemoryFormat::ChannelsLast)
                             : onednn::conv_weight(plain, of.stride, of.padding, of.groups)),
      bias(plain_bias) {}

Conv::Conv(const WeightScope& weights, const Shape& of)
    : Conv(weights("weight", of.sizes()), of.bias ? weights("bias", {of.out}) : at::Tensor(), of) {}

at::Tensor Conv::operator()(const at::Tensor& in, Activation activation) const {
  const at::Tensor x = shape.same ? pad_same(in, shape.kernel, shape.stride) : in;
  if (weight.is_mkldnn()) {
    return onednn::conv(x, weight, bias, shape.stride, shape.padding, shape.groups, activation);
  }
  return activated(at::conv2d(x, weight, bias, shape.stride, shape.padding, 1, shape.groups), activation);
}

TransposedConv::TransposedConv(const WeightScope& weights, int channels, int kernel)
    : weight(weights("weight", {channels, channels, kernel, kernel})),
      bias(weights("bias", {channels})),
      stride(kernel) {}

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
