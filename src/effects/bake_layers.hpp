// A photo cut into layers where depth has steps, with what they hide filled in.
#pragma once

#include "effects/scene.hpp"

namespace relievo {
inline namespace v1 {

/// Fills `scene`, whose size, format and device are set, with the layers of a photo (1 or 3 channels) of this relative
/// disparity. A matte (u8; empty = none) says where its subject ends. All in the device's memory; what the host does
/// there takes a copy of at most 125,000 cells. What layers hide is filled by `fill`, or where that does not by
/// patches.
void bake_layers(LayeredScene::Impl& scene, Image color, Image disparity, const Image& matte,
                 const BakeOptions& options, const Fill& fill, const Progress& progress);

}  // namespace v1
}  // namespace relievo
