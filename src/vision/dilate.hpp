// Morphology on masks.
#pragma once

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

/// u8 mask, 255 where `matte` (u8, 1 channel) is above `threshold` after growing by an ellipse of
/// diameter `size`, `times` times.
Image dilate(const ImageView& matte, int threshold, int size, int times);

}  // namespace v1
}  // namespace relievo
