// Grain of a photo: how much there is at each brightness, and a pixel's share of it.
#pragma once

#include <cstdint>

#include "kernels/blend.hpp"
#include "kernels/host_device.hpp"
#include "kernels/noise.hpp"
#include "kernels/rounding.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {

/// Standard deviation of the code values' noise, 0..1, at luma 0, 1/8 .. 1.
struct Grain {
  static constexpr int steps = 8;
  float sigma[steps + 1] = {};
};

/// Noise of a pixel, of mean 0 and variance 1: the sum of four even ones.
RELIEVO_HD inline float grain_noise(int x, int y) {
  const std::uint32_t a = scenes::cell_hash(x, y, 0, 0x6772616eu), b = scenes::mixed(a + 0x9e3779b9u);
  const auto sum = static_cast<float>((a >> 16) + (a & 0xffffu) + (b >> 16) + (b & 0xffffu));
  // Four of 0..65535 have a variance of 4 * 65536^2 / 12.
  return (sum - 131070.0f) * (1.0f / 37837.2268f);
}

RELIEVO_HD inline float grain_sigma(const Grain& grain, float luma) {
  const float at = clamp_unit(luma) * Grain::steps;
  const int i = at < Grain::steps - 1 ? static_cast<int>(at) : Grain::steps - 1;
  return lerp(grain.sigma[i], grain.sigma[i + 1], at - static_cast<float>(i));
}

/// What is added to the code values, 0..1, of a pixel of 1 or 3 channels, `blur` of which is out of focus.
RELIEVO_HD inline float grain_of(const Grain& grain, const float* code, int channels, float blur, int x, int y) {
  const float luma = channels == 1 ? code[0] : luma_709(code[0], code[1], code[2]);
  return blur * grain_sigma(grain, luma) * grain_noise(x, y);
}

}  // namespace v1
}  // namespace relievo
