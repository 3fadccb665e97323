#include "torch/dpt.hpp"

#include <limits>
#include <string>
#include <vector>

#include <ATen/ops/exp.h>
#include <ATen/ops/nanquantile.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/where.h>

namespace relievo {
inline namespace v1 {
namespace {

WeightScope backbone(const WeightScope& weights, DptFamily family) {
  switch (family) {
    case DptFamily::midas:
      return weights / "pretrained.model";
    case DptFamily::depth_anything:
      return weights / "pretrained";
    case DptFamily::depth_anything_3:
      break;
  }
  return weights / "backbone.pretrained";
}

WeightScope head(const WeightScope& weights, DptFamily family) {
  return weights / (family == DptFamily::depth_anything_3 ? "head" : "depth_head");
}

WeightScope scratch(const WeightScope& weights, DptFamily family) {
  return family == DptFamily::midas ? weights / "scratch" : head(weights, family) / "scratch";
}

// The second and third convolution of an output.
DepthOutput output(const WeightScope& scratch, const DptShape& shape, const char* name, int second) {
  const WeightScope parts = scratch / name;
  return DepthOutput(parts / second, parts / (second + 2), shape.features / 2);
}

Reassemble reassembled(const WeightScope& weights, const DptShape& shape, int map) {
  const bool midas = shape.family == DptFamily::midas;
  const WeightScope midas_part = weights / ("pretrained.act_postprocess" + std::to_string(map + 1));
  const int channels = shape.channels[static_cast<std::size_t>(map)];
  Reassemble result;
  if (midas) result.readout = Linear(midas_part / "0.project.0", 2 * shape.vit.width, shape.vit.width);
  result.project = Conv(midas ? midas_part / 3 : head(weights, shape.family) / "projects" / map,
                        {.in = shape.vit.width, .out = channels, .kernel = 1});
  const WeightScope resize = midas ? midas_part / 4 : head(weights, shape.family) / "resize_layers" / map;
  if (map < 2) result.larger = TransposedConv(resize, channels, channels, map == 0 ? 4 : 2);
  if (map == 3)
    result.smaller = Conv(resize, {.in = channels, .out = channels, .kernel = 3, .stride = 2, .padding = 1});
  return result;
}

}  // namespace

Dpt::Dpt(const WeightScope& weights, const DptShape& of) : shape(of), vit(backbone(weights, of.family), of.vit) {
  const WeightScope body = backbone(weights, shape.family);
  const WeightScope parts = scratch(weights, shape.family);
  const bool midas = shape.family == DptFamily::midas;
  if (shape.convolutional_stem) {
    stem.emplace(body / "patch_embed.backbone");
    patch_embed = Conv(body / "patch_embed.proj", {.in = 1024, .out = shape.vit.width, .kernel = 1});
  } else {
    patch_embed = Conv(body / "patch_embed.proj",
                       {.in = 3, .out = shape.vit.width, .kernel = shape.patch, .stride = shape.patch});
  }
  if (midas) {
    // Of the classifier that the transformer once was.
    body.ignore("norm.");
    body.ignore("head.");
  } else {
    norm.emplace(body / "norm", shape.vit.width);
    if (shape.family == DptFamily::depth_anything_3) norm->epsilon = 1e-5;
    body.ignore("mask_token");
  }
  for (int map = stem ? 2 : 0; map < 4; ++map) {
    reassemble[static_cast<std::size_t>(map)] = reassembled(weights, shape, map);
  }
  refiner = Refiner(parts, shape.channels, {shape.features, shape.features, shape.features, shape.features});
  const Conv::Shape halving{.in = shape.features, .out = shape.features / 2, .kernel = 3, .padding = 1, .large = true};
  neck = Conv(midas ? parts / "output_conv" / 0 : parts / "output_conv1", halving);
  depth_output = midas ? output(parts, shape, "output_conv", 2) : output(parts, shape, "output_conv2", 0);
  if (shape.family == DptFamily::depth_anything_3) sky_output = output(parts, shape, "sky_output_conv2", 0);
}

at::Tensor Dpt::operator()(const at::Tensor& x) const {
  std::array<at::Tensor, 4> maps;
  std::vector<int> taps(shape.taps.begin(), shape.taps.end());
  at::Tensor features = x;
  if (stem) {
    const std::vector<at::Tensor> stages = (*stem)(x);
    maps[0] = stages[0];
    maps[1] = stages[1];
    features = stages[2];
    taps.erase(taps.begin(), taps.begin() + 2);
  }
  const at::Tensor patches = patch_embed(features);
  const std::vector<at::Tensor> tapped = vit(patches, taps);
  for (std::size_t i = 0; i < tapped.size(); ++i) {
    const std::size_t map = maps.size() - tapped.size() + i;
    maps[map] = reassemble[map](norm ? (*norm)(tapped[i]) : tapped[i], patches.size(2), patches.size(3));
  }
  const at::Tensor shared = upsample(neck(refiner(maps)), x.size(2), x.size(3), true);
  const at::Tensor depth = depth_output(shared);
  switch (shape.activation) {
    case DepthActivation::relu:
      return depth.relu();
    case DepthActivation::sigmoid:
      return at::sigmoid(depth).mul_(shape.farthest);
    case DepthActivation::exp:
      return with_sky_far(at::exp(depth), (*sky_output)(shared).relu_());
  }
  return depth;
}

at::Tensor with_sky_far(const at::Tensor& depth, const at::Tensor& sky) {
  constexpr double least_sky = 0.3, farthest = 0.99;
  constexpr std::int64_t too_few = 10;
  const at::Tensor is_sky = sky.ge(least_sky), counts = is_sky.flatten(1).sum(1);
  const at::Tensor rest = depth.masked_fill(is_sky, std::numeric_limits<double>::quiet_NaN()).flatten(1);
  const at::Tensor far = at::nanquantile(rest, farthest, 1).view({-1, 1, 1});
  const at::Tensor both = counts.gt(too_few).logical_and(counts.lt(rest.size(1) - too_few)).view({-1, 1, 1});
  return at::where(is_sky.logical_and(both), far, depth);
}

}  // namespace v1
}  // namespace relievo
