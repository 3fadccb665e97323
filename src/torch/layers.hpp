// The layers that networks are made of: plain structs of tensors.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "torch/activation.hpp"
#include "torch/weight_source.hpp"
#include "torch/winograd.hpp"

namespace relievo {
inline namespace v1 {

struct Linear {
  at::Tensor weight, bias;

  Linear() = default;
  Linear(const at::Tensor& weight, const at::Tensor& bias);
  Linear(const WeightScope& weights, int in, int out);
  /// x: ... x in. The result: ... x out.
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
  /// The same plus `other`.
  at::Tensor plus(const at::Tensor& x, const at::Tensor& other) const;
};

/// Square kernels. Tensors are N x C x H x W, best laid out channels last.
struct Conv {
  struct Shape {
    int in, out, kernel;
    int stride = 1, padding = 0, groups = 1;
    bool bias = true;
    /// Pads as TensorFlow does: ceil(side / stride) pixels come out, and odd padding has its larger part right and
    /// below.
    bool same = false;
    /// Of maps so large, 32 px a side and more, that it pays to transform them (winograd.hpp).
    bool large = false;

    std::array<std::int64_t, 4> sizes() const { return {out, in / groups, kernel, kernel}; }
  };
  Shape shape{};
  at::Tensor weight, bias;
  /// Windows that do not overlap, taken one by one as a linear layer takes them.
  std::optional<Linear> of_windows;
  std::optional<Winograd> winograd;

  Conv() = default;
  /// `bias` may be undefined.
  Conv(const at::Tensor& weight, const at::Tensor& bias, const Shape& shape);
  Conv(const WeightScope& weights, const Shape& shape);
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;
};

/// A kernel as large as its stride, so that outputs do not overlap.
struct TransposedConv {
  at::Tensor weight, bias;
  int stride = 1;

  TransposedConv() = default;
  TransposedConv(const WeightScope& weights, int in, int out, int kernel);
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
