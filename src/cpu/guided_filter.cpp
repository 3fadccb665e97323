// Guided filter (He, Sun and Tang, TPAMI 2013): moments of guide and input over a window slide down the
// columns and along the rows, in doubles; a band keeps the linear coefficients of one window only.
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

// Rows of sums hold one moment, or coefficient, of all columns after the other, so that columns fill vectors.
constexpr int block = 64;

template <int G>
void ExchangeMoments(const float* entering_guide, const float* entering, const float* leaving_guide,
                     const float* leaving, int width, double* sums) {
  constexpr int m = moment_count<G>;
#pragma GCC ivdep
  for (int x = 0; x < width; ++x) {
    double more[m], less[m];
    guided_moments<G>(entering_guide + G * x, entering[x], more);
    guided_moments<G>(leaving_guide + G * x, leaving[x], less);
#pragma GCC unroll 16
    for (int k = 0; k < m; ++k) sums[k * width + x] += more[k] - less[k];
  }
}

// Means over the windows of one row from its column sums; body(x, mean).
template <int M, class Body>
HWY_INLINE void SlideAlong(const double* columns, int width, int radius, int window_rows, const Body& body) {
  double sums[M] = {};
  for (int x = 0; x < width && x < radius; ++x) {
    for (int k = 0; k < M; ++k) sums[k] += columns[k * width + x];
  }
  for (int first = 0; first < width; first += block) {
    const int n = width - first < block ? width - first : block;
    double windows[M * block];
    for (int i = 0; i < n; ++i) {
      const double* const entering = columns + first + i + radius;
      const double* const leaving = columns + first + i - radius - 1;
      const bool enters = first + i + radius<width, leaves = first + i> radius;
      if (enters && leaves) {
#pragma GCC unroll 16
        for (int k = 0; k < M; ++k) sums[k] += entering[k * width] - leaving[k * width];
      } else if (enters) {
        for (int k = 0; k < M; ++k) sums[k] += entering[k * width];
      } else if (leaves) {
        for (int k = 0; k < M; ++k) sums[k] -= leaving[k * width];
      }
#pragma GCC unroll 16
      for (int k = 0; k < M; ++k) windows[k * block + i] = sums[k];
    }
#pragma GCC ivdep
    for (int i = 0; i < n; ++i) {
      const int x = first + i;
      const int left = x > radius ? x - radius : 0;
      const int right = x + radius < width ? x + radius : width - 1;
      const double part = 1 / (double(right - left + 1) * window_rows);
      double mean[M];
#pragma GCC unroll 16
      for (int k = 0; k < M; ++k) mean[k] = windows[k * block + i] * part;
      body(x, mean);
    }
  }
}

template <int G>
void SolveRow(const double* columns, int width, int radius, int window_rows, double epsilon, float* ab) {
  SlideAlong<moment_count<G>>(columns, width, radius, window_rows, [&](int x, const double* mean) HWY_ATTR {
    float solved[G + 1];
    guided_coefficients<G>(mean, epsilon, solved);
#pragma GCC unroll 4
    for (int k = 0; k <= G; ++k) ab[k * width + x] = solved[k];
  });
}

template <int G>
void ApplyRow(const double* columns, const float* guide, int width, int radius, int window_rows, float* out) {
  SlideAlong<G + 1>(columns, width, radius, window_rows,
                    [&](int x, const double* mean) HWY_ATTR { out[x] = guided_value<G>(mean, guide + G * x); });
}

void ExchangeMoments1(const float* entering_guide, const float* entering, const float* leaving_guide,
                      const float* leaving, int width, double* sums) {
  ExchangeMoments<1>(entering_guide, entering, leaving_guide, leaving, width, sums);
}
void ExchangeMoments3(const float* entering_guide, const float* entering, const float* leaving_guide,
                      const float* leaving, int width, double* sums) {
  ExchangeMoments<3>(entering_guide, entering, leaving_guide, leaving, width, sums);
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

void ExchangeCoefficients(const float* entering, const float* leaving, int n, double* sums) {
  for (int i = 0; i < n; ++i) sums[i] += double(entering[i]) - double(leaving[i]);
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

HWY_EXPORT(ExchangeMoments1);
HWY_EXPORT(ExchangeMoments3);
HWY_EXPORT(SolveRow1);
HWY_EXPORT(SolveRow3);
HWY_EXPORT(ApplyRow1);
HWY_EXPORT(ApplyRow3);
HWY_EXPORT(ExchangeCoefficients);

// Rows y - radius .. y + radius, cut off at the image, of a y that moves down.
class RowWindow {
 public:
  RowWindow(int first, int height, int radius)
      : height_(height), radius_(radius), top_(std::max(0, first - radius)), bottom_(top_) {}

  // exchange(row that enters, row that leaves), -1 where there is none. The number of rows then.
  template <class Exchange>
  int move_to(int y, const Exchange& exchange) {
    const int bottom = std::min(height_, y + radius_ + 1), top = std::max(0, y - radius_);
    while (bottom_ < bottom || top_ < top) {
      exchange(bottom_ < bottom ? bottom_++ : -1, top_ < top ? top_++ : -1);
    }
    return bottom_ - top_;
  }

 private:
  int height_, radius_, top_, bottom_;
};

}  // namespace

void CpuEngine::guided_filter(const ImageView& guide, const ImageView& in, const MutableImageView& out, int radius,
                              float epsilon) {
  const bool grey = guide.format.channels == 1;
  const int width = in.width;
  const int height = in.height;
  const int moments = grey ? 4 : 13;
  const int coefficients = grey ? 2 : 4;
  const auto exchange_moments = grey ? HWY_DYNAMIC_DISPATCH(ExchangeMoments1) : HWY_DYNAMIC_DISPATCH(ExchangeMoments3);
  const auto solve = grey ? HWY_DYNAMIC_DISPATCH(SolveRow1) : HWY_DYNAMIC_DISPATCH(SolveRow3);
  const auto apply = grey ? HWY_DYNAMIC_DISPATCH(ApplyRow1) : HWY_DYNAMIC_DISPATCH(ApplyRow3);
  const auto exchange_coefficients = HWY_DYNAMIC_DISPATCH(ExchangeCoefficients);
  // A band needs 2 radius rows of coefficients more than it has.
  const int band = std::max(64, 8 * radius);

  parallel_rows(height, band, [&](int first, int last, ThreadScratch& scratch) {
    const std::size_t n = std::size_t(width) * coefficients;
    const int kept = std::min(2 * radius + 2, height);  // rows of coefficients, with the one that leaves
    float* const ab = scratch.take<float>(n * std::size_t(kept));
    float* const zeros = scratch.take<float>(n);
    double* const moment_sums = scratch.take<double>(std::size_t(width) * moments);
    double* const sums = scratch.take<double>(n);
    std::fill_n(zeros, n, 0.0f);
    std::fill_n(moment_sums, std::size_t(width) * moments, 0.0);
    std::fill_n(sums, n, 0.0);
    const auto row_or_zeros = [&](const ImageView& image, int y) { return y < 0 ? zeros : image.row<float>(y); };
    const auto ab_of = [&](int y) { return y < 0 ? zeros : ab + n * std::size_t(y % kept); };

    RowWindow window(first, height, radius), window_of_moments(std::max(0, first - radius), height, radius);
    for (int y = first; y < last; ++y) {
      const int rows = window.move_to(y, [&](int entering, int leaving) {
        if (entering >= 0) {
          const int rows_of_moments = window_of_moments.move_to(entering, [&](int enters, int leaves) {
            exchange_moments(row_or_zeros(guide, enters), row_or_zeros(in, enters), row_or_zeros(guide, leaves),
                             row_or_zeros(in, leaves), width, moment_sums);
          });
          solve(moment_sums, width, radius, rows_of_moments, double(epsilon), ab_of(entering));
        }
        exchange_coefficients(ab_of(entering), ab_of(leaving), int(n), sums);
      });
      apply(sums, guide.row<float>(y), width, radius, rows, out.row<float>(y));
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
