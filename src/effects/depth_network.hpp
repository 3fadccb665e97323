// Depth by a network.
#pragma once

#include <vector>

#include <relievo/depth_estimator.hpp>

#include "core/networks.hpp"

namespace relievo {
inline namespace v1 {

/// Depth of each photo (device memory, any format) in the network's kind, f32, at the photo's size. Photos whose
/// network sizes agree go through it together, at most `options.batch` at once.
std::vector<DepthMap> depth_by_network(const Device& device, DepthNetwork& network,
                                       const std::vector<ImageView>& photos, const DepthOptions& options,
                                       const Progress& progress);

}  // namespace v1
}  // namespace relievo
