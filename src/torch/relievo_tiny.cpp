#include "torch/relievo_tiny.hpp"

#include <string>

#include <ATen/ops/cat.h>
#include <ATen/ops/linspace.h>
#include <ATen/ops/relu.h>

#include "torch/attention.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int heads = 4, wide_kernel = 5, wide_expansion = 3, token_expansion = 2;
constexpr std::array<int, 4> blocks{1, 2, 4, 2};
// Of a ramp from -2 to 2, whose mean absolute deviation is that of the disparities the network learns. Chosen on the
// validation sets: still lifes and people gain, rooms lose nothing, streets a little.
constexpr double lower_is_nearer = 0.25;

NormalisedConv norm_conv(const WeightScope& weights, const Conv::Shape& shape) {
  return NormalisedConv(weights / "conv", weights / "norm", shape);
}

NormalisedConv three_by_three(const WeightScope& weights, int in, int out, int stride = 1) {
  return norm_conv(weights, {.in = in, .out = out, .kernel = 3, .stride = stride, .padding = 1});
}

NormalisedConv one_by_one(const WeightScope& weights, int in, int out) {
  return norm_conv(weights, {.in = in, .out = out, .kernel = 1});
}

// Down and right of each pixel, -1 to 1 over the picture: 1 x 2 x height x width.
at::Tensor places(std::int64_t height, std::int64_t width, const at::TensorOptions& options) {
  const at::Tensor y = at::linspace(-1, 1, height, options).view({1, 1, height, 1}).expand({1, 1, height, width});
  const at::Tensor x = at::linspace(-1, 1, width, options).view({1, 1, 1, width}).expand({1, 1, height, width});
  return at::cat({y, x}, 1);
}

template <class Block>
std::vector<Block> stack(const WeightScope& weights, int width, int count) {
  std::vector<Block> all;
  for (int i = 0; i < count; ++i) all.emplace_back(weights / i, width);
  return all;
}

template <class Block>
at::Tensor through(const std::vector<Block>& all, at::Tensor x) {
  for (const Block& block : all) x = block(x);
  return x;
}

}  // namespace

ResidualBlock::ResidualBlock(const WeightScope& weights, int width)
    : first(three_by_three(weights / "first", width, width)),
      second(three_by_three(weights / "second", width, width)) {}

at::Tensor ResidualBlock::operator()(const at::Tensor& x) const {
  return at::relu(second(first(x, Activation::relu)).add(x));
}

WideBlock::WideBlock(const WeightScope& weights, int width)
    : filter(
          norm_conv(weights / "filter",
                    {.in = width, .out = width, .kernel = wide_kernel, .padding = wide_kernel / 2, .groups = width})),
      expand(one_by_one(weights / "expand", width, wide_expansion * width)),
      contract(one_by_one(weights / "contract", wide_expansion * width, width)) {}

at::Tensor WideBlock::operator()(const at::Tensor& x) const {
  return contract(expand(filter(x), Activation::relu)).add(x);
}

TokenBlock::TokenBlock(const WeightScope& weights, int width)
    : norm1(weights / "norm1", width),
      norm2(weights / "norm2", width),
      qkv(weights / "qkv", width, 3 * width),
      out(weights / "out", width, width),
      expand(weights / "expand", width, token_expansion * width),
      contract(weights / "contract", token_expansion * width, width) {}

at::Tensor TokenBlock::operator()(const at::Tensor& x) const {
  const at::Tensor seen = out(attention(qkv(norm1(x)), heads)).add(x);
  return contract(expand(norm2(seen), Activation::relu)).add(seen);
}

RelievoTiny::Join::Join(const WeightScope& weights, int above_width, int below_width, int width)
    : above(one_by_one(weights / "above", above_width, width)),
      below(one_by_one(weights / "below", below_width, width)),
      both(three_by_three(weights / "both", width, width)) {}

at::Tensor RelievoTiny::Join::operator()(const at::Tensor& coarse, const at::Tensor& fine) const {
  const at::Tensor enlarged = upsample(above(coarse, Activation::relu), fine.size(2), fine.size(3), false);
  return both(enlarged.add(below(fine, Activation::relu)), Activation::relu);
}

RelievoTiny::RelievoTiny(const WeightScope& weights)
    : stem(three_by_three(weights / "stem", 5, widths[0], 2)),
      halve1(three_by_three(weights / "halve1", widths[0], widths[1], 2)),
      halve2(three_by_three(weights / "halve2", widths[1], widths[2], 2)),
      halve3(three_by_three(weights / "halve3", widths[2], widths[3], 2)),
      halve4(three_by_three(weights / "halve4", widths[3], widths[4], 2)),
      stage1(stack<ResidualBlock>(weights / "stage1", widths[1], blocks[0])),
      stage2(stack<ResidualBlock>(weights / "stage2", widths[2], blocks[1])),
      stage3(stack<WideBlock>(weights / "stage3", widths[3], blocks[2])),
      place(weights / "place", 2, widths[4]),
      stage4(stack<TokenBlock>(weights / "stage4", widths[4], blocks[3])),
      out(weights / "out", {.in = 16, .out = 1, .kernel = 3, .padding = 1}) {
  constexpr std::array<int, 4> wide{64, 64, 32, 16};
  int above = widths[4];
  for (std::size_t i = 0; i < wide.size(); ++i) {
    joins.emplace_back(weights / ("join" + std::to_string(3 - i)), above, widths[3 - i], wide[i]);
    above = wide[i];
  }
}

at::Tensor RelievoTiny::operator()(const at::Tensor& x) const {
  const std::int64_t height = x.size(2), width = x.size(3);
  const at::Tensor placed = at::cat({x, places(height, width, x.options()).expand({x.size(0), 2, height, width})}, 1);
  std::array<at::Tensor, 4> maps;
  maps[0] = stem(placed.contiguous(at::MemoryFormat::ChannelsLast), Activation::relu);
  maps[1] = through(stage1, halve1(maps[0], Activation::relu));
  maps[2] = through(stage2, halve2(maps[1], Activation::relu));
  maps[3] = through(stage3, halve3(maps[2], Activation::relu));
  const at::Tensor smallest = halve4(maps[3], Activation::relu);
  const std::int64_t rows = smallest.size(2), columns = smallest.size(3);
  const at::Tensor tokens = smallest.permute({0, 2, 3, 1}).reshape({x.size(0), rows * columns, widths[4]});
  const at::Tensor where = places(rows, columns, x.options()).permute({0, 2, 3, 1}).reshape({1, rows * columns, 2});
  at::Tensor y = through(stage4, tokens.add(place(where)));
  y = y.view({x.size(0), rows, columns, widths[4]}).permute({0, 3, 1, 2});
  for (std::size_t i = 0; i < joins.size(); ++i) y = joins[i](y, maps[3 - i]);
  return upsample(out(y).to(at::kFloat), height, width, false).squeeze(1);
}

at::Tensor RelievoTinyEstimate::operator()(const at::Tensor& x) const {
  const std::int64_t count = x.size(0), height = x.size(2);
  const at::Tensor answers = network(at::cat({x, x.flip(3)}));
  const at::Tensor mirrored = answers.narrow(0, count, count).flip(2);
  const at::Tensor ramp = at::linspace(-2 * lower_is_nearer, 2 * lower_is_nearer, height, answers.options());
  return answers.narrow(0, 0, count).add(mirrored).mul(0.5).add(ramp.view({1, height, 1}));
}

}  // namespace v1
}  // namespace relievo
