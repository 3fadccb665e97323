// A convolution with batch normalisation (Ioffe and Szegedy, ICML 2015).
#pragma once

#include <ATen/core/Tensor.h>

#include "torch/layers.hpp"

namespace relievo {
inline namespace v1 {

/// Of what a network has learnt the normalisation is one multiplication and one addition for a channel, which the
/// convolution takes in. While it learns, its weight asking for gradients, it normalises by each batch and keeps
/// account of means and variances in place.
class NormalisedConv {
 public:
  NormalisedConv() = default;
  /// `conv` has a weight and no bias, `norm` weight, bias, running_mean and running_var.
  NormalisedConv(const WeightScope& conv, const WeightScope& norm, Conv::Shape shape, double epsilon = 1e-3);
  at::Tensor operator()(const at::Tensor& x, Activation activation = Activation::none) const;

 private:
  Conv conv_;
  struct Learning {
    at::Tensor weight, bias, mean, variance;
    double epsilon = 0;
  };
  std::optional<Learning> learning_;
};

}  // namespace v1
}  // namespace relievo
