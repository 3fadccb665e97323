// Dense prediction transformers: DPT-Hybrid and DPT-Large of MiDaS v3, Depth Anything V1 and V2, Depth Anything 3 mono.
#pragma once

#include <array>
#include <optional>

#include "torch/dpt_head.hpp"
#include "torch/resnet_v2.hpp"
#include "torch/vit.hpp"

namespace relievo {
inline namespace v1 {

/// Whose tensor names a network has, and whose habits.
enum class DptFamily { midas, depth_anything, depth_anything_3 };

/// What the network's last number is turned into.
enum class DepthActivation {
  relu,     ///< disparity
  sigmoid,  ///< metres, as a part of the farthest
  exp,      ///< distance up to scale
};

struct DptShape {
  DptFamily family = DptFamily::depth_anything;
  VitShape vit;
  int patch = 14;
  bool convolutional_stem = false;  ///< patches and the two largest maps come from a ResNet
  std::array<int, 4> taps{};        ///< blocks whose tokens become maps; with a stem the last two count
  std::array<int, 4> channels{};    ///< of the four maps
  int features = 256;               ///< of the refiner
  DepthActivation activation = DepthActivation::relu;
  float farthest = 1;  ///< metres that a sigmoid of 1 stands for
};

/// Depth whose sky (where `sky` is at least 0.3) is as far as the farthest of the rest, its quantile of 0.99; N x H x
/// W. As it is where either part has no more than 10 pixels.
at::Tensor with_sky_far(const at::Tensor& depth, const at::Tensor& sky);

struct Dpt {
  DptShape shape;
  std::optional<ResNetV2> stem;
  Conv patch_embed;
  Vit vit;
  std::optional<LayerNorm> norm;
  std::array<Reassemble, 4> reassemble;
  Refiner refiner;
  Conv neck;
  DepthOutput depth_output;
  std::optional<DepthOutput> sky_output;

  Dpt(const WeightScope& weights, const DptShape& shape);
  /// x: N x 3 x H x W, normalised, sides multiples of the patch. The result: N x H x W, f32, disparity for `relu`,
  /// metres for `sigmoid`, distance up to scale for `exp`.
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
