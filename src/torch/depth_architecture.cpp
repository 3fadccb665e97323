#include "torch/depth_architecture.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "core/check.hpp"
#include "torch/midas_small.hpp"
#include "torch/relievo_tiny.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr std::array<float, 3> imagenet_mean{0.485f, 0.456f, 0.406f};
constexpr std::array<float, 3> imagenet_deviation{0.229f, 0.224f, 0.225f};
constexpr std::array<float, 3> half{0.5f, 0.5f, 0.5f};
constexpr NetworkInput dinov2_input{14, 518, NetworkInput::Fit::cover, false, imagenet_mean, imagenet_deviation};
constexpr NetworkInput mono_input{14, 504, NetworkInput::Fit::contain, true, imagenet_mean, imagenet_deviation};
constexpr NetworkInput dpt_input{32, 384, NetworkInput::Fit::nearest, false, half, half};

struct Size {
  std::string_view suffix;
  int width, depth, heads;
  std::array<int, 4> spread, last;  // the blocks that V2 and V1 take tokens from
  std::array<int, 4> channels;
  int features;
};
constexpr Size sizes[] = {
    {"small", 384, 12, 6, {2, 5, 8, 11}, {8, 9, 10, 11}, {48, 96, 192, 384}, 64},
    {"base", 768, 12, 12, {2, 5, 8, 11}, {8, 9, 10, 11}, {96, 192, 384, 768}, 128},
    {"large", 1024, 24, 16, {4, 11, 17, 23}, {20, 21, 22, 23}, {256, 512, 1024, 1024}, 256},
};

DptShape depth_anything(const Size& size, const std::array<int, 4>& taps) {
  DptShape shape;
  shape.vit = {size.width, size.depth, size.heads, 37, true, PositionResize::dinov2};
  shape.taps = taps;
  shape.channels = size.channels;
  shape.features = size.features;
  return shape;
}

DptShape midas(const VitShape& vit, const std::array<int, 4>& taps, const std::array<int, 4>& channels) {
  DptShape shape;
  shape.family = DptFamily::midas;
  shape.vit = vit;
  shape.patch = 16;
  shape.taps = taps;
  shape.channels = channels;
  return shape;
}

std::vector<DepthArchitecture> made() {
  std::vector<DepthArchitecture> all;
  all.push_back({"midas-small",
                 {32, 256, NetworkInput::Fit::contain, false, imagenet_mean, imagenet_deviation},
                 DepthKind::disparity,
                 {}});
  all.push_back({relievo_tiny,
                 {16, 192, NetworkInput::Fit::contain, false, {0.45f, 0.45f, 0.45f}, {0.25f, 0.25f, 0.25f}, 32},
                 DepthKind::disparity,
                 {}});
  DptShape hybrid = midas({768, 12, 12, 24}, {0, 0, 8, 11}, {256, 512, 768, 768});
  hybrid.convolutional_stem = true;
  all.push_back({"dpt-hybrid", dpt_input, DepthKind::disparity, hybrid});
  all.push_back({"dpt-large", dpt_input, DepthKind::disparity,
                 midas({1024, 24, 16, 24}, {5, 11, 17, 23}, {256, 512, 1024, 1024})});
  const auto add = [&](std::string name, const Size& size, DepthKind kind, const DptShape& shape,
                       const NetworkInput& input = dinov2_input) {
    name += size.suffix;
    all.push_back({std::move(name), input, kind, shape});
  };
  for (const Size& size : sizes) {
    add("depth-anything-", size, DepthKind::disparity, depth_anything(size, size.last));
    add("depth-anything-v2-", size, DepthKind::disparity, depth_anything(size, size.spread));
    DptShape metric = depth_anything(size, size.spread);
    metric.activation = DepthActivation::sigmoid;
    metric.farthest = 20;
    add("depth-anything-v2-metric-indoor-", size, DepthKind::metres, metric);
    metric.farthest = 80;
    add("depth-anything-v2-metric-outdoor-", size, DepthKind::metres, metric);
  }
  DptShape mono = depth_anything(sizes[2], sizes[2].spread);
  mono.family = DptFamily::depth_anything_3;
  mono.activation = DepthActivation::exp;
  add("depth-anything-3-mono-", sizes[2], DepthKind::disparity, mono, mono_input);
  return all;
}

}  // namespace

std::span<const DepthArchitecture> depth_architectures() {
  static const auto* all = new std::vector<DepthArchitecture>(made());
  return *all;
}

const DepthArchitecture* find_depth_architecture(std::string_view name) {
  const auto all = depth_architectures();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& known) { return known.name == name; });
  return found != all.end() ? &*found : nullptr;
}

const DepthArchitecture& depth_architecture(std::string_view name) {
  if (const DepthArchitecture* found = find_depth_architecture(name)) return *found;
  std::string all;
  for (const DepthArchitecture& known : depth_architectures()) all += (all.empty() ? "" : ", ") + known.name;
  fail(ErrorCode::invalid_argument, "architecture is \"", name, "\"; allowed are ", all, ".");
}

DepthForward build_depth(const DepthArchitecture& architecture, const WeightScope& weights) {
  if (architecture.name == relievo_tiny) return RelievoTinyEstimate{RelievoTiny(weights)};
  if (architecture.name == "midas-small") return MidasSmall(weights);
  return Dpt(weights, architecture.dpt);
}

}  // namespace v1
}  // namespace relievo
