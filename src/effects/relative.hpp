// Relative disparity of a depth map, made where effects need it.
#pragma once

#include <relievo/depth_map.hpp>
#include <relievo/device.hpp>

namespace relievo {
inline namespace v1 {

/// Which values of a map fall on 0 and 1: quantiles, as DepthMap::relative documents, or the extremes.
enum class DisparityRange { robust, whole };

/// Relative disparity, and the values (metres as 1/metres) that 0 and 1 stand for.
struct RelativeDisparity {
  Image image;
  double at_zero = 0, at_one = 1;
};

/// In the device's memory; the map is not empty.
RelativeDisparity relative_disparity(const Device& device, const DepthMap& depth,
                                     DisparityRange range = DisparityRange::robust);

}  // namespace v1
}  // namespace relievo
