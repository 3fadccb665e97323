// relievo-tiny: the depth network that comes with relievo, small enough to be trained on a CPU.
#pragma once

#include <array>
#include <vector>

#include "torch/normalised_conv.hpp"

namespace relievo {
inline namespace v1 {

/// Two convolutions of 3 x 3 around a shortcut (He et al., CVPR 2016).
struct ResidualBlock {
  NormalisedConv first, second;

  ResidualBlock(const WeightScope& weights, int width);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// A wide filter of each channel, then two products over channels, around a shortcut (Liu et al., "A ConvNet for the
/// 2020s", CVPR 2022, with batch normalisation).
struct WideBlock {
  NormalisedConv filter, expand, contract;

  WideBlock(const WeightScope& weights, int width);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Attention and two products over channels, each after its normalisation and around a shortcut (Xiong et al., ICML
/// 2020).
struct TokenBlock {
  LayerNorm norm1, norm2;
  Linear qkv, out, expand, contract;

  TokenBlock(const WeightScope& weights, int width);
  /// x: N x tokens x width.
  at::Tensor operator()(const at::Tensor& x) const;
};

/// An encoder of five maps, of 1/2 to 1/32 of the size, whose smallest is looked at as a whole by attention, and a
/// decoder that adds one map after the other. Every pixel is told its place in the picture, since what lies lower is
/// mostly nearer.
struct RelievoTiny {
  static constexpr std::array<int, 5> widths{24, 32, 64, 112, 160};

  explicit RelievoTiny(const WeightScope& weights);
  /// x: N x 3 x H x W, normalised, sides of at least 32. Relative disparity, N x H x W, f32.
  at::Tensor operator()(const at::Tensor& x) const;

 private:
  /// Brings the map above to the size of the one below and adds them.
  struct Join {
    NormalisedConv above, below, both;

    Join(const WeightScope& weights, int above_width, int below_width, int width);
    at::Tensor operator()(const at::Tensor& coarse, const at::Tensor& fine) const;
  };

  NormalisedConv stem, halve1, halve2, halve3, halve4;
  std::vector<ResidualBlock> stage1, stage2;
  std::vector<WideBlock> stage3;
  Linear place;
  std::vector<TokenBlock> stage4;
  std::vector<Join> joins;
  Conv out;
};

/// How the network is asked: the mean of what it says of a picture and of its mirror image, with a share of "lower is
/// nearer", to which what it is not sure of falls back. Training goes without either.
struct RelievoTinyEstimate {
  RelievoTiny network;

  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
