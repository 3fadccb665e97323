#include "torch/efficientnet_lite.hpp"

#include <string>
#include <string_view>

namespace relievo {
inline namespace v1 {
namespace {

constexpr int expansion = 6;

struct Stage {
  int layer;              // which of the four maps it belongs to
  std::string_view name;  // within the layer
  int count, kernel, stride, expansion, out;
};
constexpr Stage stages[] = {
    {0, "3", 1, 3, 1, 1, 24},          {0, "4", 3, 3, 2, expansion, 32},  {1, "0", 3, 5, 2, expansion, 48},
    {2, "0", 5, 3, 2, expansion, 96},  {2, "1", 5, 5, 1, expansion, 136}, {3, "0", 6, 5, 2, expansion, 232},
    {3, "1", 1, 3, 1, expansion, 384},
};

NormalisedConv normalised(const WeightScope& conv, const WeightScope& norm, Conv::Shape shape) {
  shape.same = true;
  return NormalisedConv(conv, norm, shape);
}

}  // namespace

InvertedResidual::InvertedResidual(const WeightScope& weights, const Shape& shape)
    : residual(shape.stride == 1 && shape.in == shape.out) {
  const int inner = shape.in * shape.expansion;
  int part = 1;
  const auto norm = [&] { return weights / ("bn" + std::to_string(part++)); };
  if (shape.expansion > 1) {
    expand = normalised(weights / "conv_pw", norm(), {.in = shape.in, .out = inner, .kernel = 1});
  }
  depthwise = normalised(weights / "conv_dw", norm(),
                         {.in = inner, .out = inner, .kernel = shape.kernel, .stride = shape.stride, .groups = inner});
  contract = normalised(weights / (shape.expansion > 1 ? "conv_pwl" : "conv_pw"), norm(),
                        {.in = inner, .out = shape.out, .kernel = 1});
}

at::Tensor InvertedResidual::operator()(const at::Tensor& x) const {
  const at::Tensor y = contract(depthwise(expand ? (*expand)(x, Activation::relu6) : x, Activation::relu6));
  return residual ? y.add_(x) : y;
}

EfficientNetLite3::EfficientNetLite3(const WeightScope& pretrained)
    : stem(normalised(pretrained / "layer1.0", pretrained / "layer1.1",
                      {.in = 3, .out = 32, .kernel = 3, .stride = 2})) {
  int in = 32;
  for (const Stage& stage : stages) {
    const WeightScope layer = pretrained / ("layer" + std::to_string(stage.layer + 1)) / stage.name;
    for (int i = 0; i < stage.count; ++i) {
      layers[static_cast<std::size_t>(stage.layer)].emplace_back(
          layer / i, InvertedResidual::Shape{in, stage.out, stage.kernel, i == 0 ? stage.stride : 1, stage.expansion});
      in = stage.out;
    }
  }
}

std::array<at::Tensor, 4> EfficientNetLite3::operator()(const at::Tensor& x) const {
  std::array<at::Tensor, 4> maps;
  at::Tensor y = stem(x, Activation::relu6);
  for (std::size_t i = 0; i < 4; ++i) {
    for (const InvertedResidual& block : layers[i]) y = block(y);
    maps[i] = y;
  }
  return maps;
}

}  // namespace v1
}  // namespace relievo
