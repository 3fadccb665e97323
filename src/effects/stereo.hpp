// Two views of a scene, and pictures that hold both.
#pragma once

#include <relievo/stereo_encoder.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// Pixels that a unit of disparity moves by in the left and in the right view.
struct StereoGains {
  float left, right;
};
StereoGains stereo_gains(const StereoOptions& options, int width);

/// The size of a packed picture.
struct PackedSize {
  int width, height;
};
PackedSize packed_size(StereoLayout layout, int width, int height);

/// Joins two views of one size and format into `out` of packed_size(); host or device memory of `engine`.
void pack_views(Engine& engine, StereoLayout layout, const ImageView& left, const ImageView& right,
                const MutableImageView& out);

}  // namespace v1
}  // namespace relievo
