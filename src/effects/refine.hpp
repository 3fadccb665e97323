// A matte brought onto the photo's edges at the photo's size.
#pragma once

#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// A photo (device memory) as small as a matte is coarse, in which the matte's outline is right to a pixel or two.
/// u8 RGB in host memory. `pixel` is the length of its pixels in the photo's; 0 takes a 256th of the longer side.
Image photo_for_refining(const Device& device, const ImageView& photo, int pixel);

/// The matte (u8, host memory) of the photo (device memory) of which `small` is the copy, from a coarse `matte` of
/// any size (u8, host). `sure` (u8, of the matte's size; empty = nowhere) is not 0 where the subject is. What lies
/// around the outline is looked at on the host.
Image refined_matte(const Device& device, const ImageView& photo, const Image& small, const ImageView& matte,
                    const ImageView& sure, const Progress& progress);

}  // namespace v1
}  // namespace relievo
