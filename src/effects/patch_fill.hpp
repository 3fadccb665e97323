// Filling a hole by patches of the rest of the photo, from coarse to fine.
#pragma once

#include <relievo/device.hpp>
#include <relievo/progress.hpp>

namespace relievo {
inline namespace v1 {

/// Gives the pixels of `filled` that hide something patches of `photo` that are as far away as that or farther. Pixels
/// show what has `rank` (u8) and hide what has `behind` (u8), where that is smaller (kernels/patch.hpp). All lie in
/// device memory; both pictures have one format of 1, 3 or 4 channels, alpha is untouched, and they may be the same
/// where `rank` has two values and `behind` is the smaller. With `guessed` holes hold a smooth guess, which stays where
/// there is no patch. False, and nothing is done, where there is none at all.
bool patch_fill(const Device& device, const ImageView& photo, const ImageView& rank, const ImageView& behind,
                const MutableImageView& filled, bool guessed, const Progress& progress);

}  // namespace v1
}  // namespace relievo
