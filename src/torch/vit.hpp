// The vision transformer (Dosovitskiy et al., ICLR 2021) of DPT and, with layer scale, of DINOv2.
#pragma once

#include <optional>
#include <vector>

#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

/// How position embeddings are brought to a grid that they were not learnt on.
enum class PositionResize {
  bilinear,  ///< to the grid's size (DPT)
  dinov2,    ///< bicubic, by the factor (side + 0.1) / learnt side (DINOv2 before registers)
};

struct VitShape {
  int width = 0, depth = 0, heads = 0;
  int learnt_side = 0;  ///< patches along a side of the grid that position embeddings were learnt on
  bool layer_scale = false;
  PositionResize resize = PositionResize::bilinear;
  /// What linear layers and attention compute in, where that is not the type of all else.
  std::optional<at::ScalarType> products = std::nullopt;
};

struct VitBlock {
  LayerNorm norm1, norm2;
  Linear qkv, proj, fc1, fc2;

  VitBlock(const WeightScope& weights, const VitShape& shape);
  at::Tensor operator()(const at::Tensor& tokens, int heads) const;
};

struct Vit {
  VitShape shape;
  at::Tensor cls_token, pos_embed;
  std::vector<VitBlock> blocks;

  Vit(const WeightScope& weights, const VitShape& shape);
  /// patches: N x width x rows x columns. The tokens (N x 1 + rows * columns x width, the class token first) after each
  /// of the blocks whose numbers `taps` lists, in rising order.
  std::vector<at::Tensor> operator()(const at::Tensor& patches, const std::vector<int>& taps) const;

  /// The learnt position embeddings on a grid of rows x columns patches: 1 x 1 + rows * columns x width.
  at::Tensor positions(std::int64_t rows, std::int64_t columns) const;
};

}  // namespace v1
}  // namespace relievo
