#include "torch/dpt_head.hpp"

#include <string>

#include <ATen/ops/cat.h>
#include <ATen/ops/relu.h>

namespace relievo {
inline namespace v1 {
namespace {

Conv::Shape three_by_three(int in, int out, bool large, bool bias = true) {
  return {.in = in, .out = out, .kernel = 3, .padding = 1, .bias = bias, .large = large};
}

}  // namespace

ResidualUnit::ResidualUnit(const WeightScope& weights, int features, bool large)
    : conv1(weights / "conv1", three_by_three(features, features, large)),
      conv2(weights / "conv2", three_by_three(features, features, large)) {}

at::Tensor ResidualUnit::operator()(const at::Tensor& x) const {
  return conv2(conv1(at::relu(x), Activation::relu)).add_(x);
}

RefineBlock::RefineBlock(const WeightScope& weights, int features, int out_features, int map)
    : main(weights / "resConfUnit2", features, map < 2),
      out(weights / "out_conv", {.in = features, .out = out_features, .kernel = 1}) {
  if (map < 3) {
    side.emplace(weights / "resConfUnit1", features, map < 2);
  } else {
    weights.ignore("resConfUnit1.");
  }
}

at::Tensor RefineBlock::operator()(at::Tensor x, const at::Tensor& from_side, std::int64_t height,
                                   std::int64_t width) const {
  if (side) x = (*side)(from_side).add_(x);
  // Weights of a bilinear sample add up to 1, so a kernel of 1 x 1 may come before it, on a quarter of the pixels.
  return upsample(out(main(x)), height, width, true);
}

Refiner::Refiner(const WeightScope& scratch, const std::array<int, 4>& in, const std::array<int, 4>& features) {
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i + 1);
    enter[i] = Conv(scratch / ("layer" + number + "_rn"), three_by_three(in[i], features[i], i < 2, false));
    const int passed_on = features[i > 0 ? i - 1 : 0];
    blocks[i] = RefineBlock(scratch / ("refinenet" + number), features[i], passed_on, static_cast<int>(i));
  }
}

at::Tensor Refiner::operator()(const std::array<at::Tensor, 4>& maps) const {
  at::Tensor x;
  for (int i = 3; i >= 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    const at::Tensor entered = enter[at](maps[at]);
    const bool last = i == 3;
    const std::int64_t height = i > 0 ? maps[at - 1].size(2) : 2 * entered.size(2);
    const std::int64_t width = i > 0 ? maps[at - 1].size(3) : 2 * entered.size(3);
    x = blocks[at](last ? entered : x, last ? at::Tensor() : entered, height, width);
  }
  return x;
}

at::Tensor Reassemble::operator()(const at::Tensor& tokens, std::int64_t rows, std::int64_t columns) const {
  const std::int64_t batch = tokens.size(0), width = tokens.size(2);
  at::Tensor patches = tokens.narrow(1, 1, rows * columns);
  if (readout) {
    const at::Tensor whole = tokens.narrow(1, 0, 1).expand_as(patches);
    patches = (*readout)(at::cat({patches, whole}, 2), Activation::gelu);
  }
  const at::Tensor map = project(patches.reshape({batch, rows, columns, width}).permute({0, 3, 1, 2}));
  if (larger) return (*larger)(map);
  return smaller ? (*smaller)(map) : map;
}

DepthOutput::DepthOutput(const WeightScope& first, const WeightScope& second, int in)
    : conv1(first, three_by_three(in, 32, true)),
      conv2(second("weight", {1, 32, 1, 1}).to(at::kFloat), second("bias", {1}).to(at::kFloat),
            {.in = 32, .out = 1, .kernel = 1}) {}

at::Tensor DepthOutput::operator()(const at::Tensor& x) const {
  return conv2(conv1(x, Activation::relu).to(at::kFloat)).squeeze(1);
}

}  // namespace v1
}  // namespace relievo
