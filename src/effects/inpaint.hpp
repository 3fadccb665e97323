// Filling what a subject hides.
#pragma once

#include <relievo/inpainter.hpp>

namespace relievo {
inline namespace v1 {

/// The photo with its hole filled, in `device`'s memory. Photo and mask lie there or in host memory and are checked;
/// what the host does there takes `threads` threads.
Image inpaint_photo(const Device& device, const ImageView& photo, const ImageView& mask, const InpaintOptions& options,
                    int threads, const Progress& progress);

}  // namespace v1
}  // namespace relievo
