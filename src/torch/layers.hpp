// The layers that networks are made of: plain structs of tensors.
#pragma once

#include <ATen/core/Tensor.h>

#include "torch/weight_source.hpp"

namespace relievo {
inline namespace v1 {

/// What a layer does to its result before it returns it.
enum class Activation { none, relu, relu6, gelu };

struct Linear {
  at::Tensor weight, bias;

  Linear() = default;
  Linear(const WeightScope& weights, int in, int out);
  /// x: ... x in. The result: ... x out.
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
};

/// Square kernels. Tensors are N x C x H x W, best laid out channels last.
struct Conv {
  at::Tensor weight, bias;
  int stride = 1, padding = 0, groups = 1;

  struct Shape {
    int in, out, kernel;
    int stride = 1, padding = 0, groups = 1;
    bool bias = true;
  };
  Conv() = default;
  Conv(const WeightScope& weights, const Shape& shape);
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
};

/// A kernel as large as its stride, so that outputs do not overlap.
struct TransposedConv {
  at::Tensor weight, bias;
  int stride = 1;

  TransposedConv() = default;
  TransposedConv(const WeightScope& weights, int channels, int kernel);
  at::Tensor operator()(const at::Tensor& x) const;
};

struct LayerNorm {
  at::Tensor weight, bias;
  double epsilon = 1e-6;

  LayerNorm() = default;
  LayerNorm(const WeightScope& weights, int width);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Pads as TensorFlow's "same": the output has ceil(side / stride) pixels, the odd pixel of padding lies right and
/// below.
at::Tensor pad_same(const at::Tensor& x, int kernel, int stride, double value = 0);

/// Bilinear, corners aligned or not. At least 1 x 1 pixels.
at::Tensor upsample(const at::Tensor& x, std::int64_t height, std::int64_t width, bool align_corners);

}  // namespace v1
}  // namespace relievo
