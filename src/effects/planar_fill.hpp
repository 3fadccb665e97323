// Filling a hole by the planes that its surroundings lie on.
#pragma once

#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// Fills the pixels of `image` (1, 3 or 4 channels, alpha untouched) where `mask` (u8) is not 0, each hole from the
/// known pixels around it, each channel for itself. All lie in host memory. First comes the surface that these lie on
/// (planar_surface.hpp). What they depart from it by goes on half as a mean of their values and half as one of the
/// planes through `radius` px around each (modified Shepard interpolation: Franke and Nielson, Int. J. Numerical
/// Methods in Engineering 1980), both by pull-push: together these give a curved surface its curvature. No value leaves
/// the range of those around its hole.
void planar_fill(const Device& host, const MutableImageView& image, const ImageView& mask, float radius,
                 const Progress& progress);

}  // namespace v1
}  // namespace relievo
