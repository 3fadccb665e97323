// Guided filter (He, Sun and Tang, TPAMI 2013): moments of guide and input over a window slide down the
// columns and along the rows, in doubles; a band keeps its own linear coefficients only.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/guided_filter.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

// Of a guide of G channels: I, p, I I^T (upper triangle), I p.
template <int G>
inline constexpr int moment_count = G == 1 ? 4 : 13;

template <int G>
void AddMoments(const float* guide, const float* in, int width, double sign, double* sums) {
  constexpr int m = moment_count<G>;
  for (int x = 0; x < width; ++x) {
    double* const s = sums + m * x;
    const double p = in[x];
    if constexpr (G == 1) {
      const double i = guide[x];
      s[0] += sign * i;
      s[1] += sign * p;
      s[2] += sign * (i * i);
      s[3] += sign * (i * p);
    } else {
      const double r = guide[3 * x], g = guide[3 * x + 1], b = guide[3 * x + 2];
      const double moments[13] = {r, g, b, p, r * r, r * g, r * b, g * g, g * b, b * b, r * p, g * p, b * p};
      for (int k = 0; k < 13; ++k) s[k] += sign * moments[k];
    }
  }
}

// a and b of q = a I + b from the means of one window.
HWY_INLINE void SolveGrey(const double* mean, double epsilon, float* ab) {
  const double variance = mean[2] - mean[0] * mean[0];
  const double covariance = mean[3] - mean[0] * mean[1];
  const double a = covariance / (variance + epsilon);
  ab[0] = static_cast<float>(a);
  ab[1] = static_cast<float>(mean[1] - a * mean[0]);
}

// (Sigma + epsilon U) a = covariance by the adjugate.
HWY_INLINE void SolveColor(const double* mean, double epsilon, float* ab) {
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

// Means over the windows of one row from its column sums; body(x, mean).
template <int M, class Body>
HWY_INLINE void SlideAlong(const double* columns, int width, int radius, int window_rows, const Body& body) {
  double sums[M] = {};
  for (int x = 0; x < width && x < radius; ++x) {
    for (int k = 0; k < M; ++k) sums[k] += columns[M * x + k];
  }
  for (int x = 0; x < width; ++x) {
    if (x + radius < width) {
      for (int k = 0; k < M; ++k) sums[k] += columns[M * (x + radius) + k];
    }
    if (x > radius) {
      for (int k = 0; k < M; ++k) sums[k] -= columns[M * (x - radius - 1) + k];
    }
    const int left = x > radius ? x - radius : 0;
    const int right = x + radius < width ? x + radius : width - 1;
    const double count = double(right - left + 1) * window_rows;
    double mean[M];
    for (int k = 0; k < M; ++k) mean[k] = sums[k] / count;
    body(x, mean);
  }
}

template <int G>
void SolveRow(const double* columns, int width, int radius, int window_rows, double epsilon, float* ab) {
  SlideAlong<moment_count<G>>(columns, width, radius, window_rows, [&](int x, const double* mean) HWY_ATTR {
    if constexpr (G == 1) {
      SolveGrey(mean, epsilon, ab + 2 * x);
    } else {
      SolveColor(mean, epsilon, ab + 4 * x);
    }
  });
}

template <int G>
void ApplyRow(const double* columns, const float* guide, int width, int radius, int window_rows, float* out) {
  SlideAlong<G + 1>(columns, width, radius, window_rows, [&](int x, const double* mean) HWY_ATTR {
    double q = mean[G];
    for (int c = 0; c < G; ++c) q += mean[c] * guide[G * x + c];
    out[x] = static_cast<float>(q);
  });
}

void AddMoments1(const float* guide, const float* in, int width, double sign, double* sums) {
  AddMoments<1>(guide, in, width, sign, sums);
}
void AddMoments3(const float* guide, const float* in, int width, double sign, double* sums) {
  AddMoments<3>(guide, in, width, sign, sums);
}
void SolveRow1(const double* columns, int width, int radius, int window_rows, double epsilon, float* ab) {
  SolveRow<1>(columns, width, radius, window_rows, epsilon, ab);
}
void SolveRow3(const double* columns, int width, int radius, int window_rows, double epsilon, float* ab) {
  SolveRow<3>(columns, width, radius, window_rows, epsilon, ab);
}
void ApplyRow1(const double* columns, const float* guide, int width, int radius, int window_rows, float* out) {
  ApplyRow<1>(columns, guide, width, radius, window_rows, out);
}
void ApplyRow3(const double* columns, const float* guide, int width, int radius, int window_rows, float* out) {
  ApplyRow<3>(columns, guide, width, radius, window_rows, out);
}

void AddCoefficients(const float* ab, int n, double sign, double* sums) {
  for (int i = 0; i < n; ++i) sums[i] += sign * ab[i];
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(AddMoments1);
HWY_EXPORT(AddMoments3);
HWY_EXPORT(SolveRow1);
HWY_EXPORT(SolveRow3);
HWY_EXPORT(ApplyRow1);
HWY_EXPORT(ApplyRow3);
HWY_EXPORT(AddCoefficients);

// Walks windows of rows y - radius .. y + radius, cut off at the image, over y = first .. last - 1:
// add(row, sign) for rows that enter and leave, then visit(y, rows in the window).
template <class Add, class Visit>
void slide_down(int first, int last, int height, int radius, const Add& add, const Visit& visit) {
  int top = std::max(0, first - radius);
  int bottom = top;
  for (int y = first; y < last; ++y) {
    for (; bottom <= std::min(height - 1, y + radius); ++bottom) add(bottom, 1.0);
    for (; top < y - radius; ++top) add(top, -1.0);
    visit(y, bottom - top);
  }
}

}  // namespace

void CpuEngine::guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                              float epsilon) {
  const bool grey = guide.format.channels == 1;
  const int width = in.width;
  const int height = in.height;
  const int moments = grey ? 4 : 13;
  const int coefficients = grey ? 2 : 4;
  const auto add_moments = grey ? HWY_DYNAMIC_DISPATCH(AddMoments1) : HWY_DYNAMIC_DISPATCH(AddMoments3);
  const auto solve = grey ? HWY_DYNAMIC_DISPATCH(SolveRow1) : HWY_DYNAMIC_DISPATCH(SolveRow3);
  const auto apply = grey ? HWY_DYNAMIC_DISPATCH(ApplyRow1) : HWY_DYNAMIC_DISPATCH(ApplyRow3);
  const auto add_coefficients = HWY_DYNAMIC_DISPATCH(AddCoefficients);
  const int band = std::max(64, 4 * radius);

  parallel_rows(height, band, [&](int first, int last, ThreadScratch& scratch) {
    const std::size_t n = std::size_t(width) * coefficients;
    const int ab_first = std::max(0, first - radius);
    const int ab_last = std::min(height, last + radius);
    float* const ab = scratch.take<float>(n * std::size_t(ab_last - ab_first));
    double* const moment_sums = scratch.take<double>(std::size_t(width) * moments);
    std::fill_n(moment_sums, std::size_t(width) * moments, 0.0);
    slide_down(
        ab_first, ab_last, height, radius,
        [&](int y, double sign) { add_moments(guide.row<float>(y), in.row<float>(y), width, sign, moment_sums); },
        [&](int y, int rows) { solve(moment_sums, width, radius, rows, double(epsilon), ab + n * (y - ab_first)); });

    double* const sums = scratch.take<double>(n);
    std::fill_n(sums, n, 0.0);
    slide_down(
        first, last, height, radius,
        [&](int y, double sign) { add_coefficients(ab + n * (y - ab_first), int(n), sign, sums); },
        [&](int y, int rows) { apply(sums, guide.row<float>(y), width, radius, rows, out.row<float>(y)); });
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
