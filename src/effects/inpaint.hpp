// Filling what a subject hides.
#pragma once

#include <relievo/inpainter.hpp>

namespace relievo {
inline namespace v1 {

/// Photo and mask in host memory, checked. The photo with its hole filled.
Image inpaint_photo(const ImageView& photo, const ImageView& mask, const InpaintOptions& options, int threads,
                    const Progress& progress);

}  // namespace v1
}  // namespace relievo
