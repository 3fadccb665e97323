// MediaPipe's selfie segmentation, the general model: MobileNetV3 (Howard et al., ICCV 2019) with its LR-ASPP head, and
// a decoder that weighs what the encoder saw at each size.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

/// Side of the square that the network sees.
inline constexpr int selfie_side = 256;

struct SelfieSegmentation {
  /// Channels weighed by what they hold of the whole picture (Hu et al., CVPR 2018).
  struct Gate {
    Conv reduce, expand;
    /// N x C x H x W to N x C x 1 x 1.
    at::Tensor operator()(const at::Tensor& x) const;
  };
  struct Block {
    Conv expand, depthwise;
    std::optional<Gate> gate;
    Conv contract;
    Activation activation = Activation::none;
    bool residual = false;

    at::Tensor operator()(const at::Tensor& x) const;
  };
  struct Merge {
    Conv lateral;
    Gate gate;
    Conv mix, depthwise;

    /// `x` at half the size of `skip`.
    at::Tensor operator()(const at::Tensor& x, const at::Tensor& skip) const;
  };

  Conv stem;
  std::vector<Block> blocks;
  Conv head, head_gate;
  std::array<Merge, 3> merges;
  TransposedConv segment;

  /// Names are those of the original's layers: `conv2d`, `conv2d_1`, ..., `depthwise_conv2d`, ..., `segment`.
  explicit SelfieSegmentation(const WeightScope& weights);
  /// x: N x 3 x 256 x 256, RGB code values in 0..1. The result: N x 1 x 256 x 256 in 0..1, 1 = person.
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
