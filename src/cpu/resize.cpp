// Another size: nearest, bilinear or by area.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/resize.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>

#include "core/with_scalar.hpp"
#include "kernels/sampling.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

template <class T>
HWY_INLINE T FromDouble(double v) {
  if constexpr (std::is_integral_v<T>) {
    return static_cast<T>(v + 0.5);
  } else {
    return from_float<T>(static_cast<float>(v));
  }
}

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

// Adds `row_weight` times the weighted sums along one row of input.
template <class T>
void AreaColumns(const T* in, const int* begin, const int* end, const double* first, const double* last, int width,
                 int channels, double row_weight, double* sums) {
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < channels; ++c) {
      double sum = first[x] * to_float(in[begin[x] * channels + c]);
      for (int i = begin[x] + 1; i + 1 < end[x]; ++i) sum += to_float(in[i * channels + c]);
      if (end[x] - begin[x] > 1) sum += last[x] * to_float(in[(end[x] - 1) * channels + c]);
      sums[channels * x + c] += row_weight * sum;
    }
  }
}

template <class T>
void AreaRows(const double* sums, const double* column_area, double row_area, int width, int channels, T* out) {
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < channels; ++c) {
      out[channels * x + c] = FromDouble<T>(sums[channels * x + c] / (column_area[x] * row_area));
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

void AreaColumnsOf(Scalar scalar, const void* in, const int* begin, const int* end, const double* first,
                   const double* last, int width, int channels, double row_weight, double* sums) {
  with_scalar(scalar, [&](auto s) {
    AreaColumns(static_cast<const decltype(s)*>(in), begin, end, first, last, width, channels, row_weight, sums);
  });
}

void AreaRowsOf(Scalar scalar, const double* sums, const double* column_area, double row_area, int width, int channels,
                void* out) {
  with_scalar(scalar,
              [&](auto s) { AreaRows(sums, column_area, row_area, width, channels, static_cast<decltype(s)*>(out)); });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <cmath>
#include <cstring>
#include <vector>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(LinearColumnsOf);
HWY_EXPORT(LinearRowsOf);
HWY_EXPORT(AreaColumnsOf);
HWY_EXPORT(AreaRowsOf);

struct LinearTaps {
  std::vector<int> left, right;
  std::vector<float> t;

  LinearTaps(int in, int out, int step) : left(out), right(out), t(out) {
    for (int i = 0; i < out; ++i) {
      const double at = std::clamp((i + 0.5) * in / out - 0.5, 0.0, in - 1.0);
      const int whole = static_cast<int>(at);
      left[i] = whole * step;
      right[i] = std::min(whole + 1, in - 1) * step;
      t[i] = static_cast<float>(at - whole);
    }
  }
};

// Output i covers inputs begin .. end - 1: the first and the last in part, those between in whole.
struct AreaTaps {
  std::vector<int> begin, end;
  std::vector<double> first, last, area;

  AreaTaps(int in, int out) : begin(out), end(out), first(out), last(out), area(out) {
    for (std::int64_t i = 0; i < out; ++i) {
      // In units of 1/out of an input pixel everything is an integer.
      const std::int64_t from = i * in;
      const std::int64_t to = from + in;
      begin[i] = static_cast<int>(from / out);
      end[i] = static_cast<int>((to + out - 1) / out);
      const std::int64_t first_end = std::min<std::int64_t>(to, (begin[i] + std::int64_t{1}) * out);
      first[i] = double(first_end - from) / out;
      last[i] = double(to - (end[i] - std::int64_t{1}) * out) / out;
      area[i] = double(in) / out;
    }
  }

  double weight(int i, int tap) const { return tap == begin[i] ? first[i] : tap + 1 == end[i] ? last[i] : 1.0; }
};

void resize_nearest(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const std::size_t bytes = static_cast<std::size_t>(in.format.bytes());
  const auto source = [](std::int64_t i, int from, int to) { return static_cast<int>((2 * i + 1) * from / (2 * to)); };
  std::vector<std::size_t> columns(out.width);
  for (int x = 0; x < out.width; ++x) columns[x] = static_cast<std::size_t>(source(x, in.width, out.width)) * bytes;
  engine.parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const char* const from = in.row<char>(source(y, in.height, out.height));
      char* const to = out.row<char>(y);
      for (int x = 0; x < out.width; ++x) std::memcpy(to + bytes * x, from + columns[x], bytes);
    }
  });
}

void resize_bilinear(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const int channels = in.format.channels;
  const LinearTaps columns(in.width, out.width, channels);
  const LinearTaps rows(in.height, out.height, 1);
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
        along(in.format.scalar, in.row<char>(y), columns.left.data(), columns.right.data(), columns.t.data(), out.width,
              channels, kept[slot]);
        kept_row[slot] = y;
      }
      return kept[slot];
    };
    for (int y = first; y < last; ++y) {
      const float* const above = row_of(rows.left[y]);
      const float* const below = row_of(rows.right[y]);
      across(out.format.scalar, above, below, rows.t[y], out.width * channels, out.row<char>(y));
    }
  });
}

void resize_area(CpuEngine& engine, const ImageView& in, const MutableImageView& out) {
  const int channels = in.format.channels;
  const AreaTaps columns(in.width, out.width);
  const AreaTaps rows(in.height, out.height);
  const auto along = HWY_DYNAMIC_DISPATCH(AreaColumnsOf);
  const auto across = HWY_DYNAMIC_DISPATCH(AreaRowsOf);
  engine.parallel_rows(out.height, 8, [&](int first, int last, ThreadScratch& scratch) {
    const std::size_t n = std::size_t(out.width) * channels;
    double* const sums = scratch.take<double>(n);
    for (int y = first; y < last; ++y) {
      std::fill_n(sums, n, 0.0);
      for (int row = rows.begin[y]; row < rows.end[y]; ++row) {
        along(in.format.scalar, in.row<char>(row), columns.begin.data(), columns.end.data(), columns.first.data(),
              columns.last.data(), out.width, channels, rows.weight(y, row), sums);
      }
      across(out.format.scalar, sums, columns.area.data(), rows.area[y], out.width, channels, out.row<char>(y));
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
    case ResizeFilter::area:
      return resize_area(*this, in, out);
  }
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
