#include "torch/vit.hpp"

#include <cmath>

#include <ATen/ops/cat.h>
#include <ATen/ops/upsample_bicubic2d.h>

#include "torch/attention.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// With layer scale (Touvron et al., ICCV 2021), where there is one, folded into it.
Linear scaled(const WeightScope& weights, int in, int out, bool scaled, const WeightScope& scale) {
  if (!scaled) return Linear(weights, in, out);
  const at::Tensor gamma = scale("gamma", {out});
  return Linear(weights("weight", {out, in}).mul(gamma.unsqueeze(1)), weights("bias", {out}).mul(gamma));
}

// With queries that are scaled already, as attention wants them.
Linear scaled_queries(const WeightScope& weights, int width, int heads) {
  const double scale = 1 / std::sqrt(static_cast<double>(width) / heads);
  const at::Tensor weight = weights("weight", {3 * width, width}).clone(), bias = weights("bias", {3 * width}).clone();
  weight.narrow(0, 0, width).mul_(scale);
  bias.narrow(0, 0, width).mul_(scale);
  return Linear(weight, bias);
}

}  // namespace

VitBlock::VitBlock(const WeightScope& weights, const VitShape& shape)
    : norm1(weights / "norm1", shape.width),
      norm2(weights / "norm2", shape.width),
      qkv(scaled_queries(weights / "attn.qkv", shape.width, shape.heads)),
      proj(scaled(weights / "attn.proj", shape.width, shape.width, shape.layer_scale, weights / "ls1")),
      fc1(weights / "mlp.fc1", shape.width, 4 * shape.width),
      fc2(scaled(weights / "mlp.fc2", 4 * shape.width, shape.width, shape.layer_scale, weights / "ls2")) {}

at::Tensor VitBlock::operator()(const at::Tensor& tokens, int heads) const {
  const at::Tensor x = proj.plus(attention(qkv(norm1(tokens)), heads), tokens);
  return fc2.plus(fc1(norm2(x), Activation::gelu), x);
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
