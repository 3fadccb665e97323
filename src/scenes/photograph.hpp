// From exact light and depth to what a camera would have stored.
#pragma once

#include <cstdint>

#include <relievo/image.hpp>

#include "kernels/scene.hpp"
#include "scenes/random.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// A camera's lens and what it does to light.
struct Lens {
  float focus = 1;       ///< 1/m: disparity that is sharp
  float blur = 0;        ///< radius of the circle of confusion in px for each 1/m away from `focus`
  float blur_limit = 8;  ///< px
  float exposure = 1;    ///< times what makes the mean of the logarithms middle grey
  Vec3 white{1, 1, 1};   ///< gains
  float vignette = 0;    ///< loss of light in the corners, 0 to 1
  float noise = 0;       ///< standard deviation at middle grey, of code values 0 to 1
  float contrast = 1;    ///< exponent of the curve around middle grey
  float saturation = 1;
  float softness = 0;      ///< share of the neighbours in a pixel, 0 to 0.25
  float compression = 0;   ///< step of the 8 x 8 cosine coefficients in code values 0 to 255; 0 = none
  std::uint32_t seed = 0;  ///< of the noise
};

/// A lens as cameras of today and of before have it, focussed at disparity `focus`; `near` is that of what is near,
/// 1/m.
Lens any_lens(Random& random, float near, float focus);

/// u8, 3 channels, sRGB. `color` and `depth` are a frame's; all in host memory. Deterministic.
Image photograph(const ImageView& color, const ImageView& depth, const Lens& lens);

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
