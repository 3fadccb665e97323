// Another size: nearest, bilinear, bicubic or by area.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/resize.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/with_scalar.hpp"
#include "kernels/resize.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

// Two taps a pixel: from `left`, and weight `t` of the next one.
template <class T>
void LinearColumns(const T* in, const int* left, const int* right, const float* t, int width, int channels,
                   float* out) {
  for (int x = 0; x < width; ++x) {
    const T* const a = in + left[x];
    const T* const b = in + right[x];
    for (int c = 0; c < channels; ++c) out[channels * x + c] = lerp(to_float(a[c]), to_float(b[c]), t[x]);
  }
}

template <class T>
void LinearRows(const float* above, const float* below, float t, int n, T* out) {
  for (int i = 0; i < n; ++i) out[i] = from_float<T>(lerp(above[i], below[i], t));
}

// Four taps a pixel: `taps` are the offsets of all.
template <class T>
void CubicColumns(const T* in, const int* taps, const CubicTap* weights, int width, int channels, float* out) {
  for (int x = 0; x < width; ++x) {
    const T* const p[] = {in + taps[4 * x], in + taps[4 * x + 1], in + taps[4 * x + 2], in + taps[4 * x + 3]};
    for (int c = 0; c < channels; ++c) {
      out[channels * x + c] =
          cubic(to_float(p[0][c]), to_float(p[1][c]), to_float(p[2][c]), to_float(p[3][c]), weights[x]);
    }
  }
}

template <class T>
void CubicRows(const float* const* rows, CubicTap tap, int n, T* out) {
  const float *const a = rows[0], *const b = rows[1], *const c = rows[2], *const d = rows[3];
  for (int i = 0; i < n; ++i) out[i] = from_float<T>(cubic(a[i], b[i], c[i], d[i], tap));
}

// Weighted sums along each column of input: exact for integers, which fit because weights along a side of up to 65535
// px add up to that side.
template <class T>
void AddRow(const T* in, std::uint32_t weight, std::size_t n, std::uint32_t* sums) {
  for (std::size_t i = 0; i < n; ++i) sums[i] += weight * in[i];
}

// Weighted sums of those along a row.
template <int Channels, class Sum>
void AreaColumns(const std::uint32_t* in, const AreaTap* taps, int whole, int width, Sum* sums) {
  for (int x = 0; x < width; ++x) {
    const AreaTap& tap = taps[x];
    const std::uint32_t* const p = in + std::ptrdiff_t{tap.begin} * Channels;
    const int last = (tap.end - tap.begin - 1) * Channels;
    for (int c = 0; c < Channels; ++c) {
      Sum between = 0;
      for (int i = c + Channels; i < last; i += Channels) between += p[i];
      Sum sum = Sum(tap.first) * p[c] + Sum(whole) * between;
      if (last > 0) sum += Sum(tap.last) * p[last + c];
      sums[Channels * x + c] = sum;
    }
  }
}

template <class Sum, class T>
void AreaMeans(const ImageView& in, const AreaTap* columns, const std::uint32_t* column_sums, int width, void* scratch,
               T* out) {
  auto* const sums = static_cast<Sum*>(scratch);
  const int channels = in.format.channels;
  const auto along = channels == 1 ? AreaColumns<1, Sum> : channels == 3 ? AreaColumns<3, Sum> : AreaColumns<4, Sum>;
  along(column_sums, columns, width, width, sums);
  using Signed = std::make_signed_t<Sum>;
  const Signed area = Signed(in.width) * in.height;
  const double inverse = 1.0 / static_cast<double>(area);
  for (int i = 0; i < width * channels; ++i) out[i] = static_cast<T>(area_mean(Signed(sums[i]), area, inverse));
}

template <class T>
void AreaColumns(const T* in, const AreaTap* taps, int whole, int width, int channels, double row_weight,
                 double* sums) {
  for (int x = 0; x < width; ++x) {
    const AreaTap& tap = taps[x];
    const double first = double(tap.first) / whole, last = double(tap.last) / whole;
    for (int c = 0; c < channels; ++c) {
      double sum = first * to_float(in[tap.begin * channels + c]);
      for (int i = tap.begin + 1; i + 1 < tap.end; ++i) sum += to_float(in[i * channels + c]);
      if (tap.end - tap.begin > 1) sum += last * to_float(in[(tap.end - 1) * channels + c]);
      sums[channels * x + c] += row_weight * sum;
    }
  }
}

void LinearColumnsOf(Scalar scalar, const void* in, const int* left, const int* right, const float* t, int width,
                     int channels, float* out) {
  with_scalar(scalar, [&](auto s) {
    LinearColumns(static_cast<const decltype(s)*>(in), left, right, t, width, channels, out);
  });
}

void LinearRowsOf(Scalar scalar, const float* above, const float* below, float t, int n, void* out) {
  with_scalar(scalar, [&](auto s) { LinearRows(above, below, t, n, static_cast<decltype(s)*>(out)); });
}

void CubicColumnsOf(Scalar scalar, const void* in, const int* taps, const CubicTap* weights, int width, int channels,
                    float* out) {
  with_scalar(scalar,
              [&](auto s) { CubicColumns(static_cast<const decltype(s)*>(in), taps, weights, width, channels, out); });
}

void CubicRowsOf(Scalar scalar, const float* const* rows, const CubicTap& tap, int n, void* out) {
  with_scalar(scalar, [&](auto s) { CubicRows(rows, tap, n, static_cast<decltype(s)*>(out)); });
}

// Means under rows tap.begin .. tap.end - 1 of `in`; `scratch` holds a word a sample of `out`, then half a word a
// sample of a row of `in`.
template <class T>
void AreaRow(const ImageView& in, const AreaTap* columns, const AreaTap& rows, int width, int height, void* scratch,
             T* out) {
  const int channels = in.format.channels;
  const std::size_t n = std::size_t(width) * channels;
  if constexpr (std::is_integral_v<T>) {
    const std::size_t samples = std::size_t(in.width) * channels;
    auto* const column_sums = reinterpret_cast<std::uint32_t*>(static_cast<std::uint64_t*>(scratch) + n);
    std::fill_n(column_sums, samples, 0u);
    for (int y = rows.begin; y < rows.end; ++y) {
      AddRow(in.row<T>(y), std::uint32_t(rows.weight(y, height)), samples, column_sums);
    }
    const bool is_small = std::numeric_limits<T>::max() * double(in.width) * in.height < 1u << 30;
    const auto means = is_small ? AreaMeans<std::uint32_t, T> : AreaMeans<std::uint64_t, T>;
    means(in, columns, column_sums, width, scratch, out);
  } else {
    auto* const sums = static_cast<double*>(scratch);
    std::fill_n(sums, n, 0.0);
    for (int y = rows.begin; y < rows.end; ++y) {
      AreaColumns(in.row<T>(y), columns, width, width, channels, double(rows.weight(y, height)) / height, sums);
    }
    const double column_area = double(in.width) / width;
    const double row_area = double(in.height) / height;
    for (std::size_t i = 0; i < n; ++i) out[i] = area_mean<T>(sums[i], column_area, row_area);
  }
}

void AreaRowOf(const ImageView& in, const AreaTap* columns, const AreaTap& rows, int width, int height, void* scratch,
               void* out) {
  with_scalar(in.format.scalar,
              [&](auto s) { AreaRow(in, columns, rows, width, height, scratch, static_cast<decltype(s)*>(out)); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <cstring>
#include <vector>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(LinearColumnsOf);
HWY_EXPORT(LinearRowsOf);
HWY_EXPORT(CubicColumnsOf);
HWY_EXPORT(CubicRowsOf);
HWY_EXPORT(AreaRowOf);

void resize_nearest(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const std::size_t bytes = static_cast<std::size_t>(in.format.bytes());
  std::vector<std::size_t> columns(out.width);
  for (int x = 0; x < out.width; ++x)
    columns[x] = static_cast<std::size_t>(nearest_tap(x, in.width, out.width)) * bytes;
  engine.parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const char* const from = in.row<char>(nearest_tap(y, in.height, out.height));
      char* const to = out.row<char>(y);
      for (int x = 0; x < out.width; ++x) std::memcpy(to + bytes * x, from + columns[x], bytes);
    }
  });
}

void resize_bilinear(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const int channels = in.format.channels;
  std::vector<int> left(out.width), right(out.width);
  std::vector<float> t(out.width);
  for (int x = 0; x < out.width; ++x) {
    const LinearTap tap = linear_tap(x, in.width, out.width);
    left[x] = tap.left * channels;
    right[x] = tap.right * channels;
    t[x] = tap.t;
  }
  const auto along = HWY_DYNAMIC_DISPATCH(LinearColumnsOf);
  const auto across = HWY_DYNAMIC_DISPATCH(LinearRowsOf);
  engine.parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch& scratch) {
    // The two rows of input last used, already at the output's width.
    float* kept[2];
    int kept_row[2] = {-1, -1};
    for (float*& row : kept) row = scratch.take<float>(std::size_t(out.width) * channels);
    const auto row_of = [&](int y) {
      const int slot = y % 2;
      if (kept_row[slot] != y) {
        along(in.format.scalar, in.row<char>(y), left.data(), right.data(), t.data(), out.width, channels, kept[slot]);
        kept_row[slot] = y;
      }
      return kept[slot];
    };
    for (int y = first; y < last; ++y) {
      const LinearTap tap = linear_tap(y, in.height, out.height);
      const float* const above = row_of(tap.left);
      const float* const below = row_of(tap.right);
      across(out.format.scalar, above, below, tap.t, out.width * channels, out.row<char>(y));
    }
  });
}

void resize_bicubic(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const int channels = in.format.channels;
  std::vector<int> taps(4 * std::size_t(out.width));
  std::vector<CubicTap> weights(out.width);
  for (int x = 0; x < out.width; ++x) {
    weights[x] = cubic_tap(x, in.width, out.width);
    for (int k = 0; k < 4; ++k) taps[4 * x + k] = repeat_border(weights[x].first - 1 + k, in.width) * channels;
  }
  const auto along = HWY_DYNAMIC_DISPATCH(CubicColumnsOf);
  const auto across = HWY_DYNAMIC_DISPATCH(CubicRowsOf);
  engine.parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch& scratch) {
    float* kept[4];
    int kept_row[4] = {-1, -1, -1, -1};
    for (float*& row : kept) row = scratch.take<float>(std::size_t(out.width) * channels);
    for (int y = first; y < last; ++y) {
      const CubicTap tap = cubic_tap(y, in.height, out.height);
      const float* rows[4];
      for (int k = 0; k < 4; ++k) {
        const int row = repeat_border(tap.first - 1 + k, in.height);
        const int slot = row % 4;
        if (kept_row[slot] != row) {
          along(in.format.scalar, in.row<char>(row), taps.data(), weights.data(), out.width, channels, kept[slot]);
          kept_row[slot] = row;
        }
        rows[k] = kept[slot];
      }
      across(out.format.scalar, rows, tap, out.width * channels, out.row<char>(y));
    }
  });
}

void resize_area(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  std::vector<AreaTap> columns(out.width);
  for (int x = 0; x < out.width; ++x) columns[x] = area_tap(unsigned(x), unsigned(in.width), unsigned(out.width));
  const auto row_of = HWY_DYNAMIC_DISPATCH(AreaRowOf);
  engine.parallel_rows(out.height, 8, [&](int first, int last, ThreadScratch& scratch) {
    void* const sums =
        scratch.take<std::uint64_t>((std::size_t(out.width) + std::size_t(in.width)) * in.format.channels);
    for (int y = first; y < last; ++y) {
      row_of(in, columns.data(), area_tap(unsigned(y), unsigned(in.height), unsigned(out.height)), out.width,
             out.height, sums, out.row<char>(y));
    }
  });
}

}  // namespace

void CpuEngine::resize(const ImageView& in, const MutableImageView& out, ResizeFilter filter) {
  if (in.width == out.width && in.height == out.height) return copy(in, out);
  switch (filter) {
    case ResizeFilter::nearest:
      return resize_nearest(*this, in, out);
    case ResizeFilter::bilinear:
      return resize_bilinear(*this, in, out);
    case ResizeFilter::bicubic:
      return resize_bicubic(*this, in, out);
    case ResizeFilter::area:
      return resize_area(*this, in, out);
  }
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
