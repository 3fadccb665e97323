// Weights of a separable Gaussian of odd size, sigma = 0.3 ((size - 1) / 2 - 1) + 0.8, right half, centre first.
#pragma once

#include <cmath>
#include <cstdint>

namespace relievo {
inline namespace v1 {

inline constexpr int largest_gaussian = 255;

struct GaussianWeights {
  int half = 0;
  float exact[largest_gaussian / 2 + 1] = {};
  /// In 1/256; they add up to 256.
  std::int16_t fixed[largest_gaussian / 2 + 1] = {};
};

/// `fixed` is what OpenCV's fixed-point kernels have, which results are compared with: from the edge inwards, each
/// weight rounds what the last one left; the centre takes the rest, so the sum is exact.
inline GaussianWeights gaussian_weights(int size) {
  // As OpenCV 4's getGaussianKernel has them for sigma 0.
  constexpr double small[][5] = {{1},
                                 {0.5, 0.25},
                                 {0.375, 0.25, 0.0625},
                                 {0.28125, 0.21875, 0.109375, 0.03125},
                                 {0.234375, 0.19921875, 0.1171875, 0.05078125, 0.015625}};
  GaussianWeights weights;
  weights.half = size / 2;
  double kernel[largest_gaussian / 2 + 1] = {};
  if (size <= 9) {
    for (int k = 0; k <= weights.half; ++k) kernel[k] = small[weights.half][k];
  } else {
    const double sigma = 0.3 * ((size - 1) * 0.5 - 1) + 0.8;
    double sum = 0;
    for (int k = 0; k <= weights.half; ++k) {
      kernel[k] = std::exp(-0.5 * k * k / (sigma * sigma));
      sum += k == 0 ? kernel[k] : 2 * kernel[k];
    }
    for (int k = 0; k <= weights.half; ++k) kernel[k] /= sum;
  }
  int centre = 256;
  double left = 0;
  for (int k = weights.half; k > 0; --k) {
    const double wanted = kernel[k] * 256 + left;
    const int weight = static_cast<int>(std::nearbyint(wanted));
    left = wanted - weight;
    centre -= 2 * weight;
    weights.fixed[k] = static_cast<std::int16_t>(weight);
  }
  weights.fixed[0] = static_cast<std::int16_t>(centre);
  for (int k = 0; k <= weights.half; ++k) weights.exact[k] = static_cast<float>(kernel[k]);
  return weights;
}

}  // namespace v1
}  // namespace relievo
