// Filling holes from what surrounds them.
#pragma once

#include <relievo/inpainter.hpp>

namespace relievo {
inline namespace v1 {

/// Fills the pixels of `image` (host memory; 1, 3 or 4 channels, alpha untouched) where `mask` (u8) is
/// not 0. The mask is neither empty nor full. Uses up to `threads` threads.
void fill_hole(const MutableImageView& image, const ImageView& mask, InpaintMethod method, float radius, int threads,
               const Progress& progress);

/// Pixels from (x, y) on.
struct HoleRegion {
  int x, y, width, height;
};
/// All that filling the holes of a mask reads; filling them within it alone gives the same pixels. The mask is not
/// empty.
HoleRegion region_of_hole(const ImageView& mask, float radius);

}  // namespace v1
}  // namespace relievo
