#include "torch/softmax.hpp"

#include <cstddef>

#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "torch/softmax.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>
// It has no guard against being read again without those above.
#include <hwy/contrib/math/math-inl.h>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

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
    const auto power = hn::Exp(d, hn::Sub(hn::LoadU(d, row + i), largest));
    hn::StoreU(power, d, row + i);
    sum = hn::Add(sum, power);
  }
  if (whole < width) {
    const auto power = hn::Exp(d, hn::Sub(hn::MaskedLoad(rest, d, row + whole), largest));
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
