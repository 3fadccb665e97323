// What a lens is made of, row by row.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/lens_loops.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "cpu/lens_loops.hpp"
#include "kernels/lens.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

using namespace lens;

namespace hn = hwy::HWY_NAMESPACE;
using F32 = hn::ScalableTag<float>;

// Signed positions of a row in the table of radii, above 0 nearer than the focus; `nowhere` where nothing is seen.
// Widens *low .. *high to hold them.
void Positions(const float* disparity, const float* seen, const Curve& curve, float* to, int n, float* low,
               float* high) {
  const F32 d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f), none = hn::Set(d, nowhere);
  auto most = zero, least = none;
  for (int x = 0; x < n; x += lanes) {
    const auto off = hn::Abs(hn::Sub(hn::LoadU(d, disparity + x), hn::Set(d, curve.focus)));
    const auto beyond = hn::Sub(off, hn::Set(d, curve.range));
    const auto radius = hn::IfThenElseZero(hn::Gt(beyond, zero), hn::Mul(beyond, hn::Set(d, curve.scale)));
    hn::StoreU(radius, d, to + x);
    const auto there = hn::Gt(hn::LoadU(d, seen + x), zero);
    most = hn::Max(most, hn::IfThenElseZero(there, radius));
    least = hn::Min(least, hn::IfThenElse(there, radius, none));
  }
  // The steps of the table that radii of this row lie on.
  const float smallest = hn::GetLane(hn::MinOfLanes(d, least)), largest = hn::GetLane(hn::MaxOfLanes(d, most));
  int first = 1, last = 0;
  while (first < curve.count - 1 && curve.radii[first] <= smallest) ++first;
  last = first;
  while (last < curve.count - 1 && curve.radii[last] < largest) ++last;
  if (last > curve.count - 1) last = curve.count - 1;
  auto lowest = hn::Set(d, *low), highest = hn::Set(d, *high);
  for (int x = 0; x < n; x += lanes) {
    const auto radius = hn::LoadU(d, to + x);
    auto level = hn::Set(d, static_cast<float>(first - 1));
    for (int i = first; i <= last; ++i) {
      const auto step = hn::Mul(hn::Sub(radius, hn::Set(d, curve.radii[i - 1])), hn::Set(d, curve.inverse_steps[i]));
      level = hn::Add(level, hn::Min(hn::Max(step, zero), one));
    }
    const auto near = hn::Gt(hn::LoadU(d, disparity + x), hn::Set(d, curve.focus));
    const auto there = hn::Gt(hn::LoadU(d, seen + x), zero);
    const auto position = hn::IfThenElse(near, level, hn::Neg(level));
    lowest = hn::IfThenElse(there, hn::Min(lowest, position), lowest);
    highest = hn::IfThenElse(there, hn::Max(highest, position), highest);
    hn::StoreU(hn::IfThenElse(there, position, none), d, to + x);
  }
  *low = hn::GetLane(hn::MinOfLanes(d, lowest));
  *high = hn::GetLane(hn::MaxOfLanes(d, highest));
}

// Whether any of `rows` times n bytes is not 0, and whether all are 255.
void Covered(const std::uint8_t* from, std::ptrdiff_t stride, int n, int rows, bool* any, bool* all) {
  const hn::ScalableTag<std::uint8_t> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  auto some = hn::Zero(d), every = hn::Set(d, std::uint8_t{255});
  std::uint8_t rest_some = 0, rest_every = 255;
  for (int y = 0; y < rows; ++y) {
    const std::uint8_t* const row = from + y * stride;
    int x = 0;
    for (; x + lanes <= n; x += lanes) {
      const auto v = hn::LoadU(d, row + x);
      some = hn::Or(some, v);
      every = hn::And(every, v);
    }
    for (; x < n; ++x) {
      rest_some |= row[x];
      rest_every &= row[x];
    }
  }
  *any = rest_some != 0 || !hn::AllTrue(d, hn::Eq(some, hn::Zero(d)));
  *all = rest_every == 255 && hn::AllTrue(d, hn::Eq(every, hn::Set(d, std::uint8_t{255})));
}

// Code values of sums of light, where `seen` is what nothing covers: whole numbers to look up.
void Straight(const float* sum, const float* seen, float scale, int last, std::int32_t* to, int n) {
  const F32 d;
  const hn::Rebind<std::int32_t, F32> d32;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto zero = hn::Zero(d), one = hn::Set(d, 1.0f);
  for (int x = 0; x < n; x += lanes) {
    const auto cover = hn::Sub(one, hn::LoadU(d, seen + x));
    const auto light = hn::LoadU(d, sum + x);
    const auto straight = hn::IfThenElseZero(hn::Gt(cover, zero), hn::Div(light, cover));
    const auto rounded = hn::ConvertTo(d32, hn::Add(hn::Mul(straight, hn::Set(d, scale)), hn::Set(d, 0.5f)));
    hn::StoreU(hn::Min(rounded, hn::Set(d32, last)), d32, to + x);
  }
}

Box BoxOf(const float* position, std::ptrdiff_t pitch, int columns, int rows, float level) {
  const F32 d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto at = hn::Set(d, level), one = hn::Set(d, 1.0f);
  Box box{columns, 0, rows, 0};
  for (int y = 0; y < rows; ++y) {
    const float* const row = position + y * pitch;
    bool any = false;
    for (int block = 0; block < columns; block += block_columns) {
      bool here = false;
      for (int x = block; x < block + block_columns; x += lanes) {
        here = here || !hn::AllFalse(d, hn::Lt(hn::Abs(hn::Sub(hn::LoadU(d, row + x), at)), one));
      }
      if (!here) continue;
      any = true;
      if (block < box.left) box.left = block;
      if (block + block_columns > box.right) box.right = block + block_columns;
    }
    if (!any) continue;
    if (box.top == rows) box.top = y;
    box.bottom = y + 1;
  }
  return box;
}

template <class V>
HWY_INLINE V Weight(V position, V level) {
  const F32 d;
  return hn::Max(hn::Sub(hn::Set(d, 1.0f), hn::Abs(hn::Sub(position, level))), hn::Zero(d));
}

template <class Light>
HWY_INLINE void AddWeighted(const Light* light, const float* position, float level, float scale, float* to, int n) {
  const F32 d;
  const hn::Rebind<Light, F32> narrow;
  const hn::Rebind<std::int32_t, F32> d32;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto load = [&](int x) HWY_ATTR {
    if constexpr (sizeof(Light) == 2) {
      return hn::ConvertTo(d, hn::PromoteTo(d32, hn::LoadU(narrow, light + x)));
    } else if constexpr (std::is_same_v<Light, float>) {
      return hn::LoadU(d, light + x);
    } else {
      return hn::ConvertTo(d, hn::LoadU(d32, light + x));
    }
  };
  for (int x = 0; x < n; x += lanes) {
    const auto w = Weight(hn::LoadU(d, position + x), hn::Set(d, level));
    const auto v = hn::Mul(load(x), hn::Set(d, scale));
    hn::StoreU(hn::Add(hn::LoadU(d, to + x), hn::Mul(w, v)), d, to + x);
  }
}
void AddNarrow(const std::int16_t* light, const float* position, float level, float scale, float* to, int n) {
  AddWeighted(light, position, level, scale, to, n);
}
void AddWide(const std::int32_t* light, const float* position, float level, float scale, float* to, int n) {
  AddWeighted(light, position, level, scale, to, n);
}
void AddFloats(const float* light, const float* position, float level, float scale, float* to, int n) {
  AddWeighted(light, position, level, scale, to, n);
}

template <class D, class V>
HWY_INLINE void PutMean(D d, V mean, const float* position, V level, float* to) {
  if (position == nullptr) return hn::StoreU(mean, d, to);
  const auto apart = hn::Abs(hn::Sub(hn::LoadU(d, position), level));
  const auto w = hn::Max(hn::Sub(hn::Set(d, 1.0f), apart), hn::Zero(d));
  hn::StoreU(hn::Add(hn::LoadU(d, to), hn::Mul(w, mean)), d, to);
}

#if HWY_TARGET == HWY_SCALAR

template <class Light, class Sum>
void SweepPixels(const Sweep<Light, Sum>& s) {
  for (int y = 0; y < s.rows; ++y) {
    const Light* const at = s.strip + y * s.pitch;
    for (int x = 0; x < s.columns; ++x) {
      float* const to = s.to + y * s.to_pitch + x;
      const float mean = lens_mean(s.sums[x], s.one);
      if (s.position == nullptr) {
        *to = mean;
      } else {
        const float apart = s.position[y * s.to_pitch + x] - s.level;
        const float w = 1.0f - (apart < 0 ? -apart : apart);
        *to += (w > 0 ? w : 0) * mean;
      }
      if (y + 1 == s.rows) continue;
      for (int k = 0; k < s.runs; ++k) {
        s.sums[x] += static_cast<Sum>(at[s.slides[k].gain + x]) - static_cast<Sum>(at[s.slides[k].lose + x]);
      }
    }
  }
}
void SweepNarrow(const Sweep<std::int16_t, std::int32_t>& s) { SweepPixels(s); }
void SweepWide(const Sweep<std::int32_t, double>& s) { SweepPixels(s); }

#else

// `vectors` of columns from x on: what the sums are is added, and they move down by a row.
template <int vectors>
HWY_INLINE void SweepColumns(const Sweep<std::int16_t, std::int32_t>& s, const std::int16_t* HWY_RESTRICT at,
                             const float* position, float* to, int x, bool slide) {
  const hn::ScalableTag<std::int16_t> d16;
  const hn::Half<decltype(d16)> half16;
  const hn::ScalableTag<std::int32_t> d32;
  const int lanes = static_cast<int>(hn::Lanes(d32));
  const auto level = hn::Set(F32(), s.level), scale = hn::Set(F32(), 1.0f / static_cast<float>(s.one));
  std::int32_t* const sums = s.sums + x;
  auto s0 = hn::LoadU(d32, sums), s1 = hn::LoadU(d32, sums + lanes), s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0,
       s7 = s0;
  const auto put = [&](auto sum, int from) HWY_ATTR {
    const auto mean = hn::Mul(hn::ConvertTo(F32(), sum), scale);
    PutMean(F32(), mean, position == nullptr ? nullptr : position + from, level, to + from);
  };
  put(s0, x);
  put(s1, x + lanes);
  if constexpr (vectors == 4) {
    s2 = hn::LoadU(d32, sums + 2 * lanes);
    s3 = hn::LoadU(d32, sums + 3 * lanes);
    s4 = hn::LoadU(d32, sums + 4 * lanes);
    s5 = hn::LoadU(d32, sums + 5 * lanes);
    s6 = hn::LoadU(d32, sums + 6 * lanes);
    s7 = hn::LoadU(d32, sums + 7 * lanes);
    put(s2, x + 2 * lanes);
    put(s3, x + 3 * lanes);
    put(s4, x + 4 * lanes);
    put(s5, x + 5 * lanes);
    put(s6, x + 6 * lanes);
    put(s7, x + 7 * lanes);
  }
  if (!slide) return;
  const std::int16_t* const strip = at + x;
  for (int first = 0; first < s.runs; first += s.group) {
    const int last = first + s.group < s.runs ? first + s.group : s.runs;
    auto a0 = hn::Zero(d16), a1 = a0, a2 = a0, a3 = a0;
    for (int k = first; k < last; ++k) {
      const std::int16_t* const gain = strip + s.slides[k].gain;
      const std::int16_t* const lose = strip + s.slides[k].lose;
      a0 = hn::Sub(hn::Add(a0, hn::LoadU(d16, gain)), hn::LoadU(d16, lose));
      if constexpr (vectors == 4) {
        a1 = hn::Sub(hn::Add(a1, hn::LoadU(d16, gain + 2 * lanes)), hn::LoadU(d16, lose + 2 * lanes));
        a2 = hn::Sub(hn::Add(a2, hn::LoadU(d16, gain + 4 * lanes)), hn::LoadU(d16, lose + 4 * lanes));
        a3 = hn::Sub(hn::Add(a3, hn::LoadU(d16, gain + 6 * lanes)), hn::LoadU(d16, lose + 6 * lanes));
      }
    }
    s0 = hn::Add(s0, hn::PromoteTo(d32, hn::LowerHalf(a0)));
    s1 = hn::Add(s1, hn::PromoteTo(d32, hn::UpperHalf(half16, a0)));
    if constexpr (vectors == 4) {
      s2 = hn::Add(s2, hn::PromoteTo(d32, hn::LowerHalf(a1)));
      s3 = hn::Add(s3, hn::PromoteTo(d32, hn::UpperHalf(half16, a1)));
      s4 = hn::Add(s4, hn::PromoteTo(d32, hn::LowerHalf(a2)));
      s5 = hn::Add(s5, hn::PromoteTo(d32, hn::UpperHalf(half16, a2)));
      s6 = hn::Add(s6, hn::PromoteTo(d32, hn::LowerHalf(a3)));
      s7 = hn::Add(s7, hn::PromoteTo(d32, hn::UpperHalf(half16, a3)));
    }
  }
  hn::StoreU(s0, d32, sums);
  hn::StoreU(s1, d32, sums + lanes);
  if constexpr (vectors == 4) {
    hn::StoreU(s2, d32, sums + 2 * lanes);
    hn::StoreU(s3, d32, sums + 3 * lanes);
    hn::StoreU(s4, d32, sums + 4 * lanes);
    hn::StoreU(s5, d32, sums + 5 * lanes);
    hn::StoreU(s6, d32, sums + 6 * lanes);
    hn::StoreU(s7, d32, sums + 7 * lanes);
  }
}

void SweepNarrow(const Sweep<std::int16_t, std::int32_t>& s) {
  const int lanes = static_cast<int>(hn::Lanes(hn::ScalableTag<std::int16_t>()));
  for (int y = 0; y < s.rows; ++y) {
    const std::int16_t* const at = s.strip + y * s.pitch;
    const float* const position = s.position == nullptr ? nullptr : s.position + y * s.to_pitch;
    float* const to = s.to + y * s.to_pitch;
    int x = 0;
    for (; x + 4 * lanes <= s.columns; x += 4 * lanes) SweepColumns<4>(s, at, position, to, x, y + 1 < s.rows);
    for (; x < s.columns; x += lanes) SweepColumns<1>(s, at, position, to, x, y + 1 < s.rows);
  }
}

void SweepWide(const Sweep<std::int32_t, double>& s) {
  const hn::ScalableTag<std::int32_t> d32;
  const hn::Half<decltype(d32)> half32;
  const hn::ScalableTag<double> d64;
  const hn::Rebind<float, decltype(d64)> half;
  const int lanes = static_cast<int>(hn::Lanes(d32));
  const auto scale = hn::Set(d64, 1.0 / s.one);
  const auto level = hn::Set(half, s.level);
  for (int y = 0; y < s.rows; ++y) {
    const std::int32_t* const at = s.strip + y * s.pitch;
    const float* const position = s.position == nullptr ? nullptr : s.position + y * s.to_pitch;
    float* const to = s.to + y * s.to_pitch;
    for (int x = 0; x < s.columns; x += lanes) {
      const auto put = [&](auto sum, int from) HWY_ATTR {
        PutMean(half, hn::DemoteTo(half, hn::Mul(sum, scale)), position == nullptr ? nullptr : position + from, level,
                to + from);
      };
      auto low = hn::LoadU(d64, s.sums + x), high = hn::LoadU(d64, s.sums + x + lanes / 2);
      put(low, x);
      put(high, x + lanes / 2);
      if (y + 1 == s.rows) continue;
      for (int first = 0; first < s.runs; first += s.group) {
        const int last = first + s.group < s.runs ? first + s.group : s.runs;
        auto sum = hn::Zero(d32);
        for (int k = first; k < last; ++k) {
          sum = hn::Sub(hn::Add(sum, hn::LoadU(d32, at + s.slides[k].gain + x)),
                        hn::LoadU(d32, at + s.slides[k].lose + x));
        }
        low = hn::Add(low, hn::PromoteTo(d64, hn::LowerHalf(sum)));
        high = hn::Add(high, hn::PromoteTo(d64, hn::UpperHalf(half32, sum)));
      }
      hn::StoreU(low, d64, s.sums + x);
      hn::StoreU(high, d64, s.sums + x + lanes / 2);
    }
  }
}

#endif

// light * coverage / 255, to nearest.
template <class Light>
void CoverRow(Light* light, const std::uint8_t* coverage, int n) {
  for (int i = 0; i < n; ++i) light[i] = static_cast<Light>(lens_premultiplied(light[i], coverage[i]));
}
void CoverNarrow(std::int16_t* light, const std::uint8_t* coverage, int n) { CoverRow(light, coverage, n); }
void CoverWide(std::int32_t* light, const std::uint8_t* coverage, int n) { CoverRow(light, coverage, n); }

// Between the smallest and the largest light.
template <class Light>
Light RangeOf(const Light* light, std::ptrdiff_t n) {
  const hn::ScalableTag<Light> d;
  const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  auto least = hn::LoadU(d, light), most = least;
  for (std::ptrdiff_t i = 0; i < n; i += lanes) {
    const auto v = hn::LoadU(d, light + i);
    least = hn::Min(least, v);
    most = hn::Max(most, v);
  }
  return static_cast<Light>(hn::GetLane(hn::MaxOfLanes(d, most)) - hn::GetLane(hn::MinOfLanes(d, least)));
}
std::int32_t RangeNarrow(const std::int16_t* light, std::ptrdiff_t n) { return RangeOf(light, n); }
std::int32_t RangeWide(const std::int32_t* light, std::ptrdiff_t n) { return RangeOf(light, n); }

template <class Light>
void HalveRow(const Light* upper, const Light* lower, Light* to, int n) {
  for (int i = 0; i < n; ++i) {
    const std::int32_t sum = upper[2 * i] + upper[2 * i + 1] + lower[2 * i] + lower[2 * i + 1];
    to[i] = static_cast<Light>((sum + 2) >> 2);
  }
}
void HalveNarrow(const std::int16_t* upper, const std::int16_t* lower, std::int16_t* to, int n) {
  HalveRow(upper, lower, to, n);
}
void HalveWide(const std::int32_t* upper, const std::int32_t* lower, std::int32_t* to, int n) {
  HalveRow(upper, lower, to, n);
}

void DoubleRow(const float* near, const float* far, float* to, int n) {
  const F32 d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto most = hn::Set(d, 0.75f), rest = hn::Set(d, 0.25f);
  for (int x = 0; x < n; x += lanes) {
    const auto between = [&](int at) HWY_ATTR {
      return hn::Add(hn::Mul(most, hn::LoadU(d, near + at)), hn::Mul(rest, hn::LoadU(d, far + at)));
    };
    const auto own = hn::Mul(most, between(x));
    const auto left = hn::Add(own, hn::Mul(rest, between(x - 1)));
    const auto right = hn::Add(own, hn::Mul(rest, between(x + 1)));
    hn::StoreInterleaved2(left, right, d, to + 2 * x);
  }
}

// A layer behind what has been composited; `seen` is how much of a pixel nothing covers yet. An opaque layer has no
// `alpha`.
void Behind(const float* const* light, const float* alpha, int planes, float* seen, float* const* sum, int n) {
  const F32 d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto one = hn::Set(d, 1.0f), least = hn::Set(d, 1e-6f);
  for (int x = 0; x < n; x += lanes) {
    const auto left = hn::LoadU(d, seen + x);
    for (int c = 0; c < planes; ++c) {
      hn::StoreU(hn::Add(hn::LoadU(d, sum[c] + x), hn::Mul(left, hn::LoadU(d, light[c] + x))), d, sum[c] + x);
    }
    auto rest = hn::Zero(d);
    if (alpha != nullptr) {
      rest = hn::Mul(left, hn::Sub(one, hn::LoadU(d, alpha + x)));
      rest = hn::IfThenElseZero(hn::Gt(rest, least), rest);
    }
    hn::StoreU(rest, d, seen + x);
  }
}

// Columns of a table of column prefix sums: the sums of the first row of a box.
template <class Sum>
void AddColumns(const Sum* prefix, const int* bottom, const int* top, int count, int n, Sum* sums) {
  for (int i = 0; i < n; ++i) sums[i] = 0;
  for (int k = 0; k < count; ++k) {
    const Sum* const a = prefix + bottom[k];
    const Sum* const b = prefix + top[k];
    for (int i = 0; i < n; ++i) sums[i] += a[i] - b[i];
  }
}
void AddColumnsNarrow(const std::int32_t* prefix, const int* bottom, const int* top, int count, int n,
                      std::int32_t* sums) {
  AddColumns(prefix, bottom, top, count, n, sums);
}
void AddColumnsWide(const double* prefix, const int* bottom, const int* top, int count, int n, double* sums) {
  AddColumns(prefix, bottom, top, count, n, sums);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(Positions);
HWY_EXPORT(BoxOf);
HWY_EXPORT(Covered);
HWY_EXPORT(CoverNarrow);
HWY_EXPORT(CoverWide);
HWY_EXPORT(RangeNarrow);
HWY_EXPORT(RangeWide);
HWY_EXPORT(HalveNarrow);
HWY_EXPORT(HalveWide);
HWY_EXPORT(DoubleRow);
HWY_EXPORT(SweepNarrow);
HWY_EXPORT(SweepWide);
HWY_EXPORT(AddColumnsNarrow);
HWY_EXPORT(AddColumnsWide);
HWY_EXPORT(AddNarrow);
HWY_EXPORT(AddWide);
HWY_EXPORT(AddFloats);
HWY_EXPORT(Behind);
HWY_EXPORT(Straight);

}  // namespace

namespace lens {

void positions(const float* disparity, const float* seen, const Curve& curve, float* to, int n, float* low,
               float* high) {
  HWY_DYNAMIC_DISPATCH(Positions)(disparity, seen, curve, to, n, low, high);
}
Box box_of(const float* position, std::ptrdiff_t pitch, int columns, int rows, float level) {
  return HWY_DYNAMIC_DISPATCH(BoxOf)(position, pitch, columns, rows, level);
}
void covered(const std::uint8_t* from, std::ptrdiff_t stride, int n, int rows, bool* any, bool* all) {
  HWY_DYNAMIC_DISPATCH(Covered)(from, stride, n, rows, any, all);
}
void cover_row(std::int16_t* light, const std::uint8_t* coverage, int n) {
  HWY_DYNAMIC_DISPATCH(CoverNarrow)(light, coverage, n);
}
void cover_row(std::int32_t* light, const std::uint8_t* coverage, int n) {
  HWY_DYNAMIC_DISPATCH(CoverWide)(light, coverage, n);
}
std::int32_t range_of(const std::int16_t* light, std::ptrdiff_t n) {
  return HWY_DYNAMIC_DISPATCH(RangeNarrow)(light, n);
}
std::int32_t range_of(const std::int32_t* light, std::ptrdiff_t n) { return HWY_DYNAMIC_DISPATCH(RangeWide)(light, n); }
void halve_row(const std::int16_t* upper, const std::int16_t* lower, std::int16_t* to, int n) {
  HWY_DYNAMIC_DISPATCH(HalveNarrow)(upper, lower, to, n);
}
void halve_row(const std::int32_t* upper, const std::int32_t* lower, std::int32_t* to, int n) {
  HWY_DYNAMIC_DISPATCH(HalveWide)(upper, lower, to, n);
}
void double_row(const float* near, const float* far, float* to, int n) {
  HWY_DYNAMIC_DISPATCH(DoubleRow)(near, far, to, n);
}
void sweep(const Sweep<std::int16_t, std::int32_t>& s) { HWY_DYNAMIC_DISPATCH(SweepNarrow)(s); }
void sweep(const Sweep<std::int32_t, double>& s) { HWY_DYNAMIC_DISPATCH(SweepWide)(s); }
void add_columns(const std::int32_t* prefix, const int* bottom, const int* top, int count, int n, std::int32_t* sums) {
  HWY_DYNAMIC_DISPATCH(AddColumnsNarrow)(prefix, bottom, top, count, n, sums);
}
void add_columns(const double* prefix, const int* bottom, const int* top, int count, int n, double* sums) {
  HWY_DYNAMIC_DISPATCH(AddColumnsWide)(prefix, bottom, top, count, n, sums);
}
void add_weighted(const std::int16_t* light, const float* position, float level, float scale, float* to, int n) {
  HWY_DYNAMIC_DISPATCH(AddNarrow)(light, position, level, scale, to, n);
}
void add_weighted(const std::int32_t* light, const float* position, float level, float scale, float* to, int n) {
  HWY_DYNAMIC_DISPATCH(AddWide)(light, position, level, scale, to, n);
}
void add_weighted(const float* light, const float* position, float level, float scale, float* to, int n) {
  HWY_DYNAMIC_DISPATCH(AddFloats)(light, position, level, scale, to, n);
}
void behind(const float* const* light, const float* alpha, int planes, float* seen, float* const* sum, int n) {
  HWY_DYNAMIC_DISPATCH(Behind)(light, alpha, planes, seen, sum, n);
}
void straight(const float* sum, const float* seen, float scale, int last, std::int32_t* to, int n) {
  HWY_DYNAMIC_DISPATCH(Straight)(sum, seen, scale, last, to, n);
}

}  // namespace lens
}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
