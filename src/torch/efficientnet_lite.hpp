// EfficientNet-Lite3 (Tan and Le, ICML 2019, without squeeze and swish), the encoder of MiDaS v2.1 small.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "torch/normalised_conv.hpp"

namespace relievo {
inline namespace v1 {

/// Expand by 1 x 1 (but for the first stage), filter each channel, contract by 1 x 1.
struct InvertedResidual {
  std::optional<NormalisedConv> expand;
  NormalisedConv depthwise, contract;
  bool residual = false;

  struct Shape {
    int in, out, kernel, stride, expansion;
  };
  InvertedResidual(const WeightScope& weights, const Shape& shape);
  at::Tensor operator()(const at::Tensor& x) const;
};

struct EfficientNetLite3 {
  NormalisedConv stem;
  /// What the four maps are made by.
  std::array<std::vector<InvertedResidual>, 4> layers;

  explicit EfficientNetLite3(const WeightScope& pretrained);
  /// x: N x 3 x H x W. Maps of 32, 48, 136 and 384 channels at 1/4, 1/8, 1/16 and 1/32 of the size.
  std::array<at::Tensor, 4> operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
