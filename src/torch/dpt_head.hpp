// The head of dense prediction transformers (Ranftl, Bochkovskiy and Koltun, ICCV 2021) and its refine block, which
// MiDaS small has too.
#pragma once

#include <array>
#include <optional>

#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

struct ResidualUnit {
  Conv conv1, conv2;

  ResidualUnit() = default;
  /// `large`: of large maps (Conv::Shape).
  ResidualUnit(const WeightScope& weights, int features, bool large);
  at::Tensor operator()(const at::Tensor& x) const;
};

/// Adds what comes from the side, refines, brings to the next size.
struct RefineBlock {
  std::optional<ResidualUnit> side;
  ResidualUnit main;
  Conv out;

  RefineBlock() = default;
  /// `map`: which of the four, the largest being 0. Nothing comes from the side of the last.
  RefineBlock(const WeightScope& weights, int features, int out_features, int map);
  at::Tensor operator()(at::Tensor x, const at::Tensor& from_side, std::int64_t height, std::int64_t width) const;
};

/// Four maps, each half the size of the one before, to one of twice the size of the first.
struct Refiner {
  std::array<Conv, 4> enter;
  std::array<RefineBlock, 4> blocks;

  Refiner() = default;
  /// Channels of the maps as they come, and as they are refined; each block passes on those of the next.
  Refiner(const WeightScope& scratch, const std::array<int, 4>& in, const std::array<int, 4>& features);
  at::Tensor operator()(const std::array<at::Tensor, 4>& maps) const;
};

/// Tokens of a transformer's block to a map of features.
struct Reassemble {
  std::optional<Linear> readout;  ///< joins the class token to every patch
  Conv project;
  /// At most one of them.
  std::optional<TransposedConv> larger;
  std::optional<Conv> smaller;

  /// tokens: N x 1 + rows * columns x width.
  at::Tensor operator()(const at::Tensor& tokens, std::int64_t rows, std::int64_t columns) const;
};

/// Features to one channel, f32: in fewer bits depth would come in steps.
struct DepthOutput {
  Conv conv1, conv2;

  DepthOutput() = default;
  DepthOutput(const WeightScope& conv1, const WeightScope& conv2, int in);
  /// The result: N x H x W, f32, before the last activation.
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
