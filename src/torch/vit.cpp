#include "torch/vit.hpp"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_bicubic2d.h>

#include "torch/attention.hpp"

namespace relievo {
inline namespace v1 {
namespace {

Linear linear(const at::Tensor& weight, const at::Tensor& bias, const VitShape& shape) {
  const at::ScalarType type = shape.products.value_or(weight.scalar_type());
  return Linear(weight.to(type), bias.to(type));
}

Linear linear(const WeightScope& weights, int in, int out, const VitShape& shape) {
  return linear(weights("weight", {out, in}), weights("bias", {out}), shape);
}

// With layer scale (Touvron et al., ICCV 2021), where there is one, folded into it.
Linear scaled(const WeightScope& weights, int in, int out, const WeightScope& scale, const VitShape& shape) {
  if (!shape.layer_scale) return linear(weights, in, out, shape);
  const at::Tensor gamma = scale("gamma", {out});
  return linear(weights("weight", {out, in}).mul(gamma.unsqueeze(1)), weights("bias", {out}).mul(gamma), shape);
}

// With queries that are scaled already, as attention wants them.
Linear scaled_queries(const WeightScope& weights, const VitShape& shape) {
  const int width = shape.width;
  const double scale = 1 / std::sqrt(static_cast<double>(width) / shape.heads);
  const at::Tensor weight = weights("weight", {3 * width, width}).clone(), bias = weights("bias", {3 * width}).clone();
  weight.narrow(0, 0, width).mul_(scale);
  bias.narrow(0, 0, width).mul_(scale);
  return linear(weight, bias, shape);
}

at::Tensor typed(const at::Tensor& x, const Linear& layer) { return x.to(layer.bias.scalar_type()); }

// Tokens are added up in their own type.
at::Tensor plus(const Linear& layer, const at::Tensor& x, const at::Tensor& tokens) {
  return x.scalar_type() == tokens.scalar_type() ? layer.plus(x, tokens) : tokens.add(layer(x));
}

}  // namespace

VitBlock::VitBlock(const WeightScope& weights, const VitShape& shape)
    : norm1(weights / "norm1", shape.width),
      norm2(weights / "norm2", shape.width),
      qkv(scaled_queries(weights / "attn.qkv", shape)),
      proj(scaled(weights / "attn.proj", shape.width, shape.width, weights / "ls1", shape)),
      fc1(linear(weights / "mlp.fc1", shape.width, 4 * shape.width, shape)),
      fc2(scaled(weights / "mlp.fc2", 4 * shape.width, shape.width, weights / "ls2", shape)) {}

at::Tensor VitBlock::operator()(const at::Tensor& tokens, int heads) const {
  const at::Tensor x = plus(proj, attention(qkv(typed(norm1(tokens), qkv)), heads), tokens);
  return plus(fc2, fc1(typed(norm2(x), fc1), Activation::gelu), x);
}

Vit::Vit(const WeightScope& weights, const VitShape& of)
    : shape(of),
      cls_token(weights("cls_token", {1, 1, of.width})),
      pos_embed(weights("pos_embed", {1, 1 + of.learnt_side * of.learnt_side, of.width})) {
  blocks.reserve(static_cast<std::size_t>(shape.depth));
  for (int i = 0; i < shape.depth; ++i) blocks.emplace_back(weights / "blocks" / i, shape);
}

at::Tensor Vit::positions(std::int64_t rows, std::int64_t columns) const {
  const std::int64_t side = shape.learnt_side;
  if (rows == side && columns == side) return pos_embed;
  // Few values, and what is rounded here shifts everything.
  const at::Tensor grid =
      pos_embed.narrow(1, 1, side * side).to(at::kFloat).view({1, side, side, shape.width}).permute({0, 3, 1, 2});
  at::Tensor resized;
  if (shape.resize == PositionResize::dinov2) {
    const auto factor = [&](std::int64_t patches) {
      return (static_cast<double>(patches) + 0.1) / static_cast<double>(side);
    };
    resized = at::upsample_bicubic2d(grid, {rows, columns}, false, factor(rows), factor(columns));
  } else {
    resized = upsample(grid, rows, columns, false);
  }
  resized = resized.permute({0, 2, 3, 1}).reshape({1, rows * columns, shape.width}).to(pos_embed.scalar_type());
  return at::cat({pos_embed.narrow(1, 0, 1), resized}, 1);
}

std::vector<at::Tensor> Vit::operator()(const at::Tensor& patches, const std::vector<int>& taps) const {
  const at::Tensor grid = patches.flatten(2).transpose(1, 2);
  at::Tensor x = at::cat({cls_token.expand({grid.size(0), 1, shape.width}), grid}, 1)
                     .add_(positions(patches.size(2), patches.size(3)));
  std::vector<at::Tensor> tapped;
  tapped.reserve(taps.size());
  for (int i = 0; i < shape.depth && tapped.size() < taps.size(); ++i) {
    x = blocks[static_cast<std::size_t>(i)](x, shape.heads);
    if (i == taps[tapped.size()]) tapped.push_back(x);
  }
  return tapped;
}

}  // namespace v1
}  // namespace relievo
