// Filling a hole by patches of the rest of the photo, from coarse to fine.
#pragma once

#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// Fills the pixels of `photo` (device memory; 1, 3 or 4 channels, alpha untouched) where `hole` (u8, device memory) is
/// not 0 by patches without a pixel that is hole or where `forbidden` (u8, device memory; empty = nowhere) is not 0.
/// False, and nothing is done, where there is no such patch.
bool patch_fill(const Device& device, const MutableImageView& photo, const ImageView& hole, const ImageView& forbidden,
                const Progress& progress);

}  // namespace v1
}  // namespace relievo
