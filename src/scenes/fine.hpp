// Where a picture needs several rays a pixel, though the centres of pixels may miss what is there.
#pragma once

#include <relievo/image.hpp>

#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// u8: 255 along rods under two pixels wide, 0 elsewhere. In host memory.
Image fine_parts(const Scene& scene, const Camera& camera, int width, int height);

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
