// Filling what a subject hides.
#pragma once

#include <relievo/inpainter.hpp>

namespace relievo {
inline namespace v1 {

/// The photo with its hole filled, in `device`'s memory as the photo. The mask lies in host memory, where `threads`
/// threads fill the hole. Both are checked.
Image inpaint_photo(const Device& device, const ImageView& photo, const ImageView& mask, const InpaintOptions& options,
                    int threads, const Progress& progress);

}  // namespace v1
}  // namespace relievo
