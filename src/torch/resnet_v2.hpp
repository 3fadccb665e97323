// The convolutional stem of DPT-Hybrid: ResNet-50 with weight standardisation and group normalisation (Kolesnikov et
// al., Big Transfer, ECCV 2020), its first three stages.
#pragma once

#include <optional>
#include <vector>

#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

struct GroupNorm {
  at::Tensor weight, bias;

  GroupNorm() = default;
  GroupNorm(const WeightScope& weights, int channels);
  at::Tensor operator()(const at::Tensor& x, Activation activation) const;
};

struct Bottleneck {
  Conv conv1, conv2, conv3;
  GroupNorm norm1, norm2, norm3;
  std::optional<Conv> shortcut;
  std::optional<GroupNorm> shortcut_norm;

  Bottleneck(const WeightScope& weights, int in, int out, int stride);
  at::Tensor operator()(const at::Tensor& x) const;
};

struct ResNetV2 {
  Conv stem;
  GroupNorm stem_norm;
  std::vector<std::vector<Bottleneck>> stages;

  explicit ResNetV2(const WeightScope& weights);
  /// x: N x 3 x H x W. What each of the three stages leaves: 256, 512 and 1024 channels at 1/4, 1/8 and 1/16 of the
  /// size.
  std::vector<at::Tensor> operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
