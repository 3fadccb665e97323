// Guided filter (He, Sun and Tang, TPAMI 2013): what is averaged over windows and what is made of the means.
#pragma once

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {

/// Of a guide I of G channels and an input p: I, p, I I^T (upper triangle), I p.
template <int G>
inline constexpr int moment_count = G == 1 ? 4 : 13;

template <int G>
RELIEVO_HD inline void guided_moments(const float* guide, float in, double* moments) {
  const double p = in;
  if constexpr (G == 1) {
    const double i = guide[0];
    moments[0] = i;
    moments[1] = p;
    moments[2] = i * i;
    moments[3] = i * p;
  } else {
    const double r = guide[0], g = guide[1], b = guide[2];
    moments[0] = r;
    moments[1] = g;
    moments[2] = b;
    moments[3] = p;
    moments[4] = r * r;
    moments[5] = r * g;
    moments[6] = r * b;
    moments[7] = g * g;
    moments[8] = g * b;
    moments[9] = b * b;
    moments[10] = r * p;
    moments[11] = g * p;
    moments[12] = b * p;
  }
}

/// a (G values) and b of q = a I + b from the mean moments of one window.
template <int G>
RELIEVO_HD inline void guided_coefficients(const double* mean, double epsilon, float* ab) {
  if constexpr (G == 1) {
    const double variance = mean[2] - mean[0] * mean[0];
    const double covariance = mean[3] - mean[0] * mean[1];
    const double a = covariance / (variance + epsilon);
    ab[0] = static_cast<float>(a);
    ab[1] = static_cast<float>(mean[1] - a * mean[0]);
  } else {
    // (Sigma + epsilon U) a = covariance by the adjugate.
    const double *i = mean, p = mean[3];
    const double rr = mean[4] - i[0] * i[0] + epsilon, rg = mean[5] - i[0] * i[1], rb = mean[6] - i[0] * i[2];
    const double gg = mean[7] - i[1] * i[1] + epsilon, gb = mean[8] - i[1] * i[2];
    const double bb = mean[9] - i[2] * i[2] + epsilon;
    const double r = mean[10] - i[0] * p, g = mean[11] - i[1] * p, b = mean[12] - i[2] * p;
    const double c00 = gg * bb - gb * gb, c01 = gb * rb - rg * bb, c02 = rg * gb - gg * rb;
    const double c11 = rr * bb - rb * rb, c12 = rg * rb - rr * gb, c22 = rr * gg - rg * rg;
    const double determinant = rr * c00 + rg * c01 + rb * c02;
    const double a0 = (c00 * r + c01 * g + c02 * b) / determinant;
    const double a1 = (c01 * r + c11 * g + c12 * b) / determinant;
    const double a2 = (c02 * r + c12 * g + c22 * b) / determinant;
    ab[0] = static_cast<float>(a0);
    ab[1] = static_cast<float>(a1);
    ab[2] = static_cast<float>(a2);
    ab[3] = static_cast<float>(p - (a0 * i[0] + a1 * i[1] + a2 * i[2]));
  }
}

/// q from the mean coefficients around a pixel.
template <int G>
RELIEVO_HD inline float guided_value(const double* mean, const float* guide) {
  double q = mean[G];
  for (int c = 0; c < G; ++c) q += mean[c] * guide[c];
  return static_cast<float>(q);
}

}  // namespace v1
}  // namespace relievo
