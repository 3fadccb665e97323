// The subject as a mask.
#pragma once

#include <vector>

#include <relievo/segmenter.hpp>

namespace relievo {
inline namespace v1 {

/// Relative disparity (f32) to a matte (u8): Otsu threshold, open, close, largest component, Gaussian.
/// Constant disparity gives 0.
Image otsu_matte(const ImageView& disparity, const SegmentOptions& options);

/// A coarse mask (u8, 0 or 255) of the subject in a small photo (u8 RGB) by its disparity (f32, same
/// size), refined along colours. All 0 where nothing stands before the rest. `scale` is the size of
/// the small photo to that of the whole, `faces` are in pixels of the small one.
Image subject_mask(const ImageView& rgb, const ImageView& disparity, const std::vector<Face>& faces, double scale,
                   const SegmentOptions& options);

}  // namespace v1
}  // namespace relievo
