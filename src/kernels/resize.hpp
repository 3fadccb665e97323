// What an output pixel of another size is made of. Pixel centres at +0.5; borders are repeated.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/host_device.hpp"
#include "kernels/sampling.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// The pixel under the centre of output i.
RELIEVO_HD inline int nearest_tap(std::int64_t i, int in, int out) {
  return static_cast<int>((2 * i + 1) * in / (2 * std::int64_t{out}));
}

/// Inputs `left` and `right` with weight t of the second.
struct LinearTap {
  int left, right;
  float t;
};

RELIEVO_HD inline LinearTap linear_tap(int i, int in, int out) {
  const double wanted = (i + 0.5) * in / out - 0.5;
  const double at = wanted < 0 ? 0 : wanted > in - 1.0 ? in - 1.0 : wanted;
  const int whole = static_cast<int>(at);
  return {whole, whole + 1 < in ? whole + 1 : in - 1, static_cast<float>(at - whole)};
}

/// Inputs first - 1 .. first + 2, of which each may lie outside; the weight of `first` is what the others leave of 1.
struct CubicTap {
  int first;
  float before, next, after;
};

/// Cubic convolution with a = -0.5, the one parameter that reproduces parabolas (Keys, Cubic convolution interpolation
/// for digital image processing, IEEE TASSP 1981), which makes it the Catmull-Rom spline; PIL has it too. OpenCV and
/// PyTorch take -0.75, sharper with more ringing.
RELIEVO_HD inline CubicTap cubic_tap(int i, int in, int out) {
  const double at = (i + 0.5) * in / out - 0.5;
  const double whole = std::floor(at);
  const double t = at - whole;
  return {static_cast<int>(whole), static_cast<float>(((-0.5 * t + 1) * t - 0.5) * t),
          static_cast<float>(((-1.5 * t + 2) * t + 0.5) * t), static_cast<float>((0.5 * t - 0.5) * t * t)};
}

/// Differences to one pixel keep a constant image constant bit for bit.
RELIEVO_HD inline float cubic(float before, float first, float next, float after, const CubicTap& tap) {
  return first + ((tap.before * (before - first) + tap.next * (next - first)) + tap.after * (after - first));
}

/// Output i covers inputs begin .. end - 1: the first and the last in part, those between in whole. Everything is an
/// integer in units of 1 / out of an input pixel: the parts add up to `in`.
struct AreaTap {
  int begin, end;
  int first, last;

  RELIEVO_HD int weight(int tap, int out) const { return tap == begin ? first : tap + 1 == end ? last : out; }
};

/// Sides are at most 65535 px, so that products of two fit 32 bits.
RELIEVO_HD inline AreaTap area_tap(std::uint32_t i, std::uint32_t in, std::uint32_t out) {
  const std::uint32_t from = i * in;
  const std::uint32_t to = from + in;
  const std::uint32_t begin = from / out;
  const std::uint32_t end = (to + out - 1) / out;
  const std::uint32_t first_end = (begin + 1) * out;
  AreaTap tap;
  tap.begin = static_cast<int>(begin);
  tap.end = static_cast<int>(end);
  tap.first = static_cast<int>((to < first_end ? to : first_end) - from);
  tap.last = static_cast<int>(to - (end - 1) * out);
  return tap;
}

/// sum / area rounded to nearest, halves up, exactly, for sums below 2^50, of 32 bits below 2^30; `inverse` is
/// 1.0 / area.
template <class Signed>
RELIEVO_HD inline std::uint32_t area_mean(Signed sum, Signed area, double inverse) {
  const Signed rounded = sum + area / 2;
  // The quotient of doubles is off by one at most.
  auto mean = static_cast<Signed>(static_cast<double>(rounded) * inverse);
  const Signed rest = rounded - mean * area;
  mean += (rest >= area ? 1 : 0) - (rest < 0 ? 1 : 0);
  return static_cast<std::uint32_t>(mean);
}

/// The same from doubles, for floats.
template <class T>
RELIEVO_HD T area_mean(double sum, double column_area, double row_area) {
  return from_float<T>(static_cast<float>(sum / (column_area * row_area)));
}

}  // namespace v1
}  // namespace relievo
