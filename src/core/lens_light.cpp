#include "core/lens_light.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/lens.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

LensLight::LensLight(Scalar of, Transfer curve, float most)
    : scalar(of), transfer(curve), gain(most), one(of == Scalar::u8 ? std::min(4095.0f, 32767 / most) : lens_one) {
  const int index = static_cast<int>(curve);
  if (of == Scalar::u8) {
    for (int i = 0; i < 256; ++i) {
      const float light = expand_highlights(to_linear(index, static_cast<float>(i) / 255.0f), gain);
      const int rounded = round_positive(light * one);
      // The darkest codes of a pure gamma share a value; kept apart, they survive the way back.
      narrow.push_back(
          static_cast<std::int16_t>(i == 0 ? 0 : std::max(rounded, narrow[static_cast<std::size_t>(i) - 1] + 1)));
    }
    for (int i = 0; i < codes; ++i) {
      const float light = compress_highlights(static_cast<float>(i) / (codes_of_one * one), gain);
      code.push_back(from_unit<std::uint8_t>(from_linear(index, light)));
    }
    for (int i = 0; i < 256; ++i) {
      const auto light = static_cast<std::size_t>(narrow[static_cast<std::size_t>(i)] * codes_of_one);
      code[light] = static_cast<std::uint8_t>(i);
    }
    return;
  }
  if (of != Scalar::f32) {
    for (int i = 0; i < 65536; ++i) {
      const auto bits = static_cast<std::uint16_t>(i);
      const float value = of == Scalar::u16 ? to_unit(bits) : half_to_float(bits);
      wide.push_back(lens_light(index, value, gain));
    }
  }
  for (int i = 0; i <= roots; ++i) {
    const double root = static_cast<double>(i) / roots;
    const float light = compress_highlights(static_cast<float>(root * root * gain), gain);
    code_of_root.push_back(from_linear(index, light));
  }
}

}  // namespace v1
}  // namespace relievo
