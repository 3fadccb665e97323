// What a Sequence remembers.
#pragma once

#include <relievo/device.hpp>
#include <relievo/sequence.hpp>

namespace relievo {
inline namespace v1 {

struct Sequence::State {
  float smoothing = 0;
  int frames = 0;
  bool was_cut = false;
  Image thumbnail;  ///< u8 grey of the last frame.
  Image depth;      ///< f32 disparity of the last frame, smoothed.
};

/// Takes the next frame, in the device's memory, and its own disparity (f32, 0..1) in the host's; returns the disparity
/// to show. Forgets the past at a cut or a change of size.
Image smooth_over_time(Sequence::State& state, const Device& device, const ImageView& frame, Image disparity);

}  // namespace v1
}  // namespace relievo
