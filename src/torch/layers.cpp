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

Linear::Linear(const WeightScope& weights, int in, int out)
    : weight(weights("weight", {out, in})), bias(weights("bias", {out})) {}

at::Tensor Linear::operator()(const at::Tensor& x, Activation activation) const {
  return activated(at::linear(x, weight, bias), activation);
}

Conv::Conv(const WeightScope& weights, const Shape& shape)
    : weight(weights("weight", {shape.out, shape.in / shape.groups, shape.kernel, shape.kernel})),
      stride(shape.stride),
      padding(shape.padding),
      groups(shape.groups) {
  if (shape.bias) bias = weights("bias", {shape.out});
}

at::Tensor Conv::operator()(const at::Tensor& x, Activation activation) const {
  return activated(at::conv2d(x, weight, bias, stride, padding, 1, groups), activation);
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
