// Colours by which people read depth.
#pragma once

#include <cstdint>

namespace relievo {
inline namespace v1 {

/// RGB of a value from 0 to 1 in the Turbo colour map (A. Mikhailov, "Turbo, An Improved Rainbow Colormap for
/// Visualization", 2019; polynomial of degree 5 by R. Du).
inline void turbo(float x, std::uint8_t* rgb) {
  constexpr float coefficients[3][6] = {
      {0.13572138f, 4.61539260f, -42.66032258f, 132.13108234f, -152.94239396f, 59.28637943f},
      {0.09140261f, 2.19418839f, 4.84296658f, -14.18503333f, 4.27729857f, 2.82956604f},
      {0.10667330f, 12.64194608f, -60.58204836f, 110.36276771f, -89.90310912f, 27.34824973f}};
  for (int c = 0; c < 3; ++c) {
    float value = 0;
    for (int i = 5; i >= 0; --i) value = value * x + coefficients[c][i];
    rgb[c] = static_cast<std::uint8_t>((value < 0 ? 0 : value > 1 ? 1 : value) * 255.0f + 0.5f);
  }
}

}  // namespace v1
}  // namespace relievo
