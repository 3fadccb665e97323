// The depth networks that can be built, and what each expects of its input.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <relievo/depth_map.hpp>

#include "core/networks.hpp"
#include "torch/dpt.hpp"

namespace relievo {
inline namespace v1 {

struct DepthArchitecture {
  std::string name;
  NetworkInput input;
  DepthKind kind = DepthKind::disparity;
  /// Without blocks of those networks that are no DPT.
  DptShape dpt;
};

inline constexpr const char* relievo_tiny = "relievo-tiny";

std::span<const DepthArchitecture> depth_architectures();
/// Null where there is none of that name.
const DepthArchitecture* find_depth_architecture(std::string_view name);
/// Throws Error{invalid_argument} where there is none of that name.
const DepthArchitecture& depth_architecture(std::string_view name);

/// N x 3 x H x W, normalised, to N x H x W.
using DepthForward = std::function<at::Tensor(const at::Tensor&)>;
DepthForward build_depth(const DepthArchitecture& architecture, const WeightScope& weights);

}  // namespace v1
}  // namespace relievo
