// Relative disparity of a depth map, made where effects need it.
#pragma once

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>

namespace relievo {
inline namespace v1 {

/// What DepthMap::relative documents, in the device's memory; the map is not empty.
Image relative_disparity(const Device& device, const DepthMap& depth);

}  // namespace v1
}  // namespace relievo
