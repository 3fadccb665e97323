// Red-cyan anaglyph by least squares over display and filter spectra.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// One pixel in linear light, 0..1: out = clip(clip(ML left) + clip(MR right)) with the matrices for
/// sRGB displays and red-cyan glasses (Dubois, A projection method to generate anaglyph stereo
/// images, ICASSP 2001; values from the author's tables).
RELIEVO_HD inline void anaglyph_pixel(const float left[3], const float right[3], float out[3]) {
  constexpr float from_left[3][3] = {
      {0.437f, 0.449f, 0.164f}, {-0.062f, -0.062f, -0.024f}, {-0.048f, -0.050f, -0.017f}};
  constexpr float from_right[3][3] = {
      {-0.011f, -0.032f, -0.007f}, {0.377f, 0.761f, 0.009f}, {-0.026f, -0.093f, 1.234f}};
  for (int c = 0; c < 3; ++c) {
    const float* a = from_left[c];
    const float* b = from_right[c];
    const float l = std::fmin(std::fmax(a[0] * left[0] + a[1] * left[1] + a[2] * left[2], 0.0f), 1.0f);
    const float r = std::fmin(std::fmax(b[0] * right[0] + b[1] * right[1] + b[2] * right[2], 0.0f), 1.0f);
    out[c] = std::fmin(l + r, 1.0f);
  }
}

}  // namespace v1
}  // namespace relievo
