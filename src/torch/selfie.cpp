#include "torch/selfie.hpp"

#include <string>

#include <ATen/ops/mean.h>
#include <ATen/ops/sigmoid.h>

namespace relievo {
inline namespace v1 {
namespace {

// The original numbers its layers in the order in which it makes them.
class Layers {
 public:
  explicit Layers(const WeightScope& weights) : weights_(weights) {}

  Conv conv(int in, int out, int kernel = 1, int stride = 1) {
    return {next("conv2d", convs_), {.in = in, .out = out, .kernel = kernel, .stride = stride, .same = true}};
  }
  Conv depthwise(int channels, int kernel, int stride = 1) {
    return {next("depthwise_conv2d", depthwises_),
            {.in = channels, .out = channels, .kernel = kernel, .stride = stride, .groups = channels, .same = true}};
  }
  SelfieSegmentation::Gate gate(int channels, int inner) {
    Conv reduce = conv(channels, inner);
    return {reduce, conv(inner, channels)};
  }

 private:
  WeightScope next(const std::string& name, int& count) {
    const int number = count++;
    return weights_ / (number > 0 ? name + "_" + std::to_string(number) : name);
  }

  WeightScope weights_;
  int convs_ = 0, depthwises_ = 0;
};

struct Stage {
  int in, inner, gate, out, kernel, stride;  // gate: channels within it, 0 = without
  Activation activation;
};
constexpr Stage stages[] = {
    {16, 16, 8, 16, 3, 2, Activation::relu},         {16, 72, 0, 24, 3, 2, Activation::relu},
    {24, 88, 0, 24, 3, 1, Activation::relu},         {24, 96, 24, 32, 5, 2, Activation::hard_swish},
    {32, 128, 32, 32, 5, 1, Activation::hard_swish}, {32, 128, 32, 32, 5, 1, Activation::hard_swish},
    {32, 96, 24, 32, 5, 1, Activation::hard_swish},  {32, 96, 24, 32, 5, 1, Activation::hard_swish},
};
// Blocks whose results the decoder sees again, at 1/4 and 1/8 of the size.
constexpr std::size_t quarter = 0, eighth = 2;

at::Tensor twice(const at::Tensor& x) { return upsample(x, 2 * x.size(2), 2 * x.size(3), false); }

at::Tensor pooled(const at::Tensor& x) { return at::mean(x, {2, 3}, true); }

}  // namespace

at::Tensor SelfieSegmentation::Gate::operator()(const at::Tensor& x) const {
  return expand(reduce(pooled(x), Activation::relu)).sigmoid_();
}

at::Tensor SelfieSegmentation::Block::operator()(const at::Tensor& x) const {
  at::Tensor y = depthwise(expand(x, activation), activation);
  if (gate) y = y.mul((*gate)(y));
  y = contract(y);
  return residual ? y.add_(x) : y;
}

at::Tensor SelfieSegmentation::Merge::operator()(const at::Tensor& x, const at::Tensor& skip) const {
  const at::Tensor above = lateral(twice(x));
  const at::Tensor y = mix(skip.mul(gate(skip.add(above))).add_(above), Activation::relu);
  return depthwise(y, Activation::relu).add_(y);
}

SelfieSegmentation::SelfieSegmentation(const WeightScope& weights) {
  Layers layers(weights);
  stem = layers.conv(3, 16, 3, 2);
  for (const Stage& stage : stages) {
    Block& block = blocks.emplace_back();
    block.activation = stage.activation;
    block.residual = stage.stride == 1 && stage.in == stage.out;
    block.expand = layers.conv(stage.in, stage.inner);
    block.depthwise = layers.depthwise(stage.inner, stage.kernel, stage.stride);
    if (stage.gate > 0) block.gate = layers.gate(stage.inner, stage.gate);
    block.contract = layers.conv(stage.inner, stage.out);
  }
  head = layers.conv(32, 128);
  head_gate = layers.conv(32, 128);
  int in = 128;
  for (std::size_t i = 0; i < merges.size(); ++i) {
    const int channels = i == 0 ? 24 : 16;
    Merge& merge = merges[i];
    merge.lateral = layers.conv(in, channels);
    merge.gate = layers.gate(channels, channels);
    merge.mix = layers.conv(channels, channels);
    merge.depthwise = layers.depthwise(channels, 3);
    in = channels;
  }
  segment = TransposedConv(weights / "segment", in, 1, 2);
}

at::Tensor SelfieSegmentation::operator()(const at::Tensor& x) const {
  const at::Tensor half = stem(x, Activation::hard_swish);
  std::vector<at::Tensor> maps;
  for (const Block& block : blocks) maps.push_back(block(maps.empty() ? half : maps.back()));
  const at::Tensor& last = maps.back();
  at::Tensor y = head(last, Activation::relu).mul_(head_gate(pooled(last)).sigmoid_());
  y = merges[0](y, maps[eighth]);
  y = merges[1](y, maps[quarter]);
  y = merges[2](y, half);
  return segment(y).sigmoid_();
}

}  // namespace v1
}  // namespace relievo
