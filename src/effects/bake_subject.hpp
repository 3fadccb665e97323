// A photo taken apart into its subject and all the rest, by a matte.
#pragma once

#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {

/// Coverage of a matte up to here is noise; from there on it is subject enough to tell its depth.
constexpr int faint_coverage = 8, solid_coverage = 200;

/// Whether a matte (u8) covers anything.
bool covers_something(const Device& device, const ImageView& matte);

/// Fills `scene`, whose size, format and device are set, with two layers of a photo (1 or 3 channels) of this relative
/// disparity: what the matte (u8) covers, and all the rest, filled where that hides it by `fill`, or where that does
/// not as `options` say. False, and there is one layer, where the matte is empty or nothing is left to fill from. All
/// in the device's memory.
bool bake_subject(LayeredScene::Impl& scene, Image color, Image disparity, Image matte, const BakeOptions& options,
                  const Fill& fill, const Progress& progress);

}  // namespace v1
}  // namespace relievo
