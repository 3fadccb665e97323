// How wrong a depth is of which neither scale nor shift is known.
#pragma once

#include <cstdint>
#include <string_view>

#include <ATen/core/Tensor.h>
#include <relievo/fields.hpp>

namespace tool {

/// Pictures beside one another: N x H x W.
struct DepthTargets {
  at::Tensor disparity;  ///< f32; any number where unknown
  at::Tensor known;      ///< bool
  at::Tensor measured;   ///< N, f32: 1 = disparity, 0 = only which is nearer
};

/// What a prediction is compared as.
enum class LossAlignment : std::uint8_t {
  truth = 0,        ///< As it is: the network has to say disparity of median 0 and mean absolute deviation 1 itself.
  scale_shift = 1,  ///< After its own median and mean absolute deviation became 0 and 1.
};

struct DepthLossOptions {
  LossAlignment align = LossAlignment::truth;
  double gradient = 0.5;  ///< weight beside that of `value`, 1
  double order = 0.1;     ///< the same; 1 where only the order is known
};

/// Scalars, means over the pictures.
struct DepthLoss {
  at::Tensor total;
  at::Tensor value, gradient, order;
};

/// `value` is the mean absolute difference of disparities, of which the truth, and by `align` the prediction, was
/// brought to median 0 and mean absolute deviation 1 over the known pixels; `gradient` that of their differences
/// between neighbours, at four scales (both Ranftl et al., TPAMI 2022, 5); `order` of pairs at random distances, as
/// `seed` says, log(1 + exp(-s (a - b))), s = 1 where the first is nearer, -1 where it is farther (Chen et al., NeurIPS
/// 2016), pairs that are level left out. Where only the order is known, value and gradient are none.
DepthLoss depth_loss(const at::Tensor& predicted, const DepthTargets& targets, const DepthLossOptions& options,
                     std::uint64_t seed);

}  // namespace tool

namespace relievo {
inline namespace v1 {
template <>
struct EnumNames<tool::LossAlignment> {
  static constexpr std::string_view names[] = {"truth", "scale-shift"};
};
}  // namespace v1
}  // namespace relievo
