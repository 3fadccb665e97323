#include "torch/midas_small.hpp"

namespace relievo {
inline namespace v1 {

MidasSmall::MidasSmall(const WeightScope& weights)
    : encoder(weights / "pretrained"),
      refiner(weights / "scratch", {32, 48, 136, 384}, {64, 128, 256, 512}),
      neck(weights / "scratch.output_conv.0", {.in = 64, .out = 32, .kernel = 3, .padding = 1}),
      output(weights / "scratch.output_conv.2", weights / "scratch.output_conv.4", 32) {}

at::Tensor MidasSmall::operator()(const at::Tensor& x) const {
  const at::Tensor features = upsample(neck(refiner(encoder(x))), x.size(2), x.size(3), false);
  return output(features).relu_();
}

}  // namespace v1
}  // namespace relievo
