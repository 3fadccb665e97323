// MiDaS v2.1 small (Ranftl et al., TPAMI 2022).
#pragma once

#include "torch/dpt_head.hpp"
#include "torch/efficientnet_lite.hpp"

namespace relievo {
inline namespace v1 {

struct MidasSmall {
  EfficientNetLite3 encoder;
  Refiner refiner;
  Conv neck;
  DepthOutput output;

  explicit MidasSmall(const WeightScope& weights);
  /// x: N x 3 x H x W, normalised, sides multiples of 32. Disparity, N x H x W, f32.
  at::Tensor operator()(const at::Tensor& x) const;
};

}  // namespace v1
}  // namespace relievo
