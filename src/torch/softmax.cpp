#include "torch/softmax.hpp"

#include <cstddef>

#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "torch/softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// e^x of x up to 0, within 2 units in the last place; of less than -87 a number next to nothing. Highway's own also
// serves larger x, and takes half as long again. The polynomial is that of Cephes (Moshier, expf).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V PowerOfE(D d, V any) {
  const V x = hn::Max(hn::Set(d, -87.0F), any);  // in this order NaN stays
  const V n = hn::Round(hn::Mul(x, hn::Set(d, 1.44269504F)));
  // ln 2 in two parts, of which products with n are exact.
  const V r = hn::NegMulAdd(n, hn::Set(d, -2.12194440e-4F), hn::NegMulAdd(n, hn::Set(d, 0.693359375F), x));
  V y = hn::MulAdd(hn::Set(d, 1.9875691500e-4F), r, hn::Set(d, 1.3981999507e-3F));
  y = hn::MulAdd(y, r, hn::Set(d, 8.3334519073e-3F));
  y = hn::MulAdd(y, r, hn::Set(d, 4.1665795894e-2F));
  y = hn::MulAdd(y, r, hn::Set(d, 1.6666665459e-1F));
  y = hn::MulAdd(y, r, hn::Set(d, 5.0000001201e-1F));
  y = hn::MulAdd(y, hn::Mul(r, r), hn::Add(r, hn::Set(d, 1)));
  const hn::RebindToSigned<D> i;
  return hn::BitCast(d, hn::Add(hn::BitCast(i, y), hn::ShiftLeft<23>(hn::ConvertTo(i, n))));
}

// The sum. `width` is at least 1.
float RowNumerators(float* row, std::size_t width) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d), whole = width - width % lanes;
  const auto rest = hn::FirstN(d, width - whole);
  auto largest = hn::Set(d, row[0]);
  for (std::size_t i = 0; i < whole; i += lanes) largest = hn::Max(largest, hn::LoadU(d, row + i));
  if (whole < width) {
    largest = hn::Max(largest, hn::IfThenElse(rest, hn::MaskedLoad(rest, d, row + whole), largest));
  }
  largest = hn::MaxOfLanes(d, largest);
  auto sum = hn::Zero(d);
  for (std::size_t i = 0; i < whole; i += lanes) {
    const auto power = PowerOfE(d, hn::Sub(hn::LoadU(d, row + i), largest));
    hn::StoreU(power, d, row + i);
    sum = hn::Add(sum, power);
  }
  if (whole < width) {
    const auto power = PowerOfE(d, hn::Sub(hn::MaskedLoad(rest, d, row + whole), largest));
    hn::BlendedStore(power, rest, d, row + whole);
    sum = hn::Add(sum, hn::IfThenElseZero(rest, power));
  }
  return hn::GetLane(hn::SumOfLanes(d, sum));
}

void Numerators(float* values, std::int64_t count, std::int64_t width, float* sums) {
  for (std::int64_t row = 0; row < count; ++row) {
    sums[row] = RowNumerators(values + row * width, static_cast<std::size_t>(width));
  }
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

HWY_EXPORT(Numerators);

}  // namespace

void softmax_numerators(float* values, std::int64_t count, std::int64_t width, float* sums) {
  HWY_DYNAMIC_DISPATCH(Numerators)(values, count, width, sums);
}

}  // namespace v1
}  // namespace relievo
#endif  // HWY_ONCE
