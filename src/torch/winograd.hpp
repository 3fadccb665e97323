// Convolutions of 3 x 3 on the CPU with a quarter of the multiplications.
#pragma once

#include <array>

#include <ATen/core/Tensor.h>

namespace relievo {
inline namespace v1 {

/// Stride 1, one pixel of zeros around, f32: F(4 x 4, 3 x 3) of Winograd's minimal filtering (Lavin and Gray, CVPR
/// 2016), on the points 0, 1/sqrt 2, -1/sqrt 2, sqrt 2, -sqrt 2 and infinity, whose rounding errors are a third of
/// those of small integers (Barabasz et al., ACM TOMS 46, 2020).
struct Winograd {
  static constexpr int tile = 4, patch = tile + 2;

  /// For each value of a transformed patch: what weighs its channels, out x in, in oneDNN's layout.
  std::array<at::Tensor, patch * patch> weights;
  at::Tensor bias;
  int in = 0, out = 0;

  /// Whether it is the faster way for weights (out x in x 3 x 3) such as these, and possible: in and out are multiples
  /// of 16.
  static bool suits(const at::Tensor& weight);
  /// `bias` may be undefined.
  Winograd(const at::Tensor& weight, const at::Tensor& bias);
  /// x: N x in x H x W. The result: N x out x H x W, channels last; with `relu`, nothing below 0.
  at::Tensor operator()(const at::Tensor& x, bool relu) const;
};

}  // namespace v1
}  // namespace relievo
