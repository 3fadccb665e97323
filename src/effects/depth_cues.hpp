// Depth from a single photo without a network.
#pragma once

#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// Relative disparity (f32, 0..1) of the photo's size. Device memory in and out; the host sees small copies.
Image depth_from_cues(const Device& device, const ImageView& photo, int resolution, bool edge_aware,
                      const Progress& progress);

}  // namespace v1
}  // namespace relievo
