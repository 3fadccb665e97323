// Guided filter (He, Sun and Tang, TPAMI 2013): moments of guide and input over a window slide down the
// columns and along the rows, in doubles; a band keeps its own linear coefficients only.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/guided_filter.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "kernels/guided_filter.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

template <int G>
void AddMoments(const float* guide, const float* in, int width, double sign, double* sums) {
  constexpr int m = moment_count<G>;
  for (int x = 0; x < width; ++x) {
    double moments[m];
    guided_moments<G>(guide + G * x, in[x], moments);
    for (int k = 0; k < m; ++k) sums[m * x + k] += sign * moments[k];
  }
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
    guided_coefficients<G>(mean, epsilon, ab + (G + 1) * x);
  });
}

template <int G>
void ApplyRow(const double* columns, const float* guide, int width, int radius, int window_rows, float* out) {
  SlideAlong<G + 1>(columns, width, radius, window_rows,
                    [&](int x, const double* mean) HWY_ATTR { out[x] = guided_value<G>(mean, guide + G * x); });
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
