// What a Sequence remembers.
#pragma once

#include <relievo/sequence.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

struct Sequence::State {
  float smoothing = 0;
  int frames = 0;
  bool was_cut = false;
  Image thumbnail;  ///< u8 grey of the last frame.
  Image depth;      ///< f32 disparity of the last frame, smoothed.
};

/// Takes the next frame and its own disparity (f32, 0..1); returns the disparity to show. Forgets the
/// past at a cut or a change of size.
Image smooth_over_time(Sequence::State& state, Engine& engine, const ImageView& frame, Image disparity);

}  // namespace v1
}  // namespace relievo
