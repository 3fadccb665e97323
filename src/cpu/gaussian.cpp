// Separable Gaussian. Bytes run in fixed point, as OpenCV has them: weights in 1/256, between the two passes sums in
// 1/256 without rounding, less 2^15 to fit 16 bits with a sign, so that pairs of products sum exactly in 32 bits.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gaussian.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>

#include "core/with_scalar.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

constexpr std::int32_t bias = 1 << 15;
// Of 256 times the bias, and a half of what is shifted out.
constexpr std::int32_t unbias = 256 * bias + (1 << 15);

// taps[0..2 half] are rows; weights[half] belongs to the centre.
HWY_INLINE std::int16_t ColumnU8(const std::uint8_t* const* taps, const std::int16_t* weights, int half, int i) {
  std::int32_t sum = 0;
  for (int t = 0; t <= 2 * half; ++t) sum += weights[t] * taps[t][i];
  return static_cast<std::int16_t>(sum - bias);
}

// `in` starts `half` pixels before the first output.
HWY_INLINE std::uint8_t PixelU8(const std::int16_t* in, const std::int16_t* weights, int half, int channels, int i) {
  std::int32_t sum = 0;
  for (int t = 0; t <= 2 * half; ++t) sum += weights[t] * in[i + t * channels];
  return static_cast<std::uint8_t>((sum + unbias) >> 16);
}

#if HWY_TARGET != HWY_SCALAR

namespace hn = hwy::HWY_NAMESPACE;
using I16 = hn::ScalableTag<std::int16_t>;
using I32 = hn::RepartitionToWide<I16>;
using U8 = hn::Rebind<std::uint8_t, I16>;

// Sums of weights[k] load(k) for k = 0 .. last, two at a time. 16-bit lanes come in the order of interleaving, which
// the caller's packing undoes.
template <class Load>
HWY_INLINE void WeighPairs(const std::int16_t* weights, int last, const Load& load, hn::Vec<I32>& low,
                           hn::Vec<I32>& high) {
  const I16 d16;
  const I32 d32;
  auto low0 = hn::Zero(d32), low1 = hn::Zero(d32), high0 = hn::Zero(d32), high1 = hn::Zero(d32);
  for (int k = 0; k <= last; k += 2) {
    const auto a = load(k);
    const auto b = k < last ? load(k + 1) : hn::Zero(d16);
    const std::uint32_t wa = static_cast<std::uint16_t>(weights[k]);
    const std::uint32_t wb = k < last ? static_cast<std::uint16_t>(weights[k + 1]) : 0u;
    const auto w = hn::BitCast(d16, hn::Set(d32, static_cast<std::int32_t>(wa | wb << 16)));
    low0 = hn::ReorderWidenMulAccumulate(d32, hn::InterleaveLower(d16, a, b), w, low0, low1);
    high0 = hn::ReorderWidenMulAccumulate(d32, hn::InterleaveUpper(d16, a, b), w, high0, high1);
  }
  low = hn::RearrangeToOddPlusEven(low0, low1);
  high = hn::RearrangeToOddPlusEven(high0, high1);
}

#endif

void ColumnsU8(const std::uint8_t* const* taps, const std::int16_t* weights, int half, int n, std::int16_t* out) {
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  const I16 d16;
  const I32 d32;
  const U8 d8;
  const int lanes = static_cast<int>(hn::Lanes(d16));
  const auto less = hn::Set(d32, bias);
  for (; i + lanes <= n; i += lanes) {
    hn::Vec<I32> low, high;
    const auto load = [&](int k) HWY_ATTR {
      const auto above = hn::PromoteTo(d16, hn::LoadU(d8, taps[half - k] + i));
      if (k == 0) return above;
      return hn::Add(above, hn::PromoteTo(d16, hn::LoadU(d8, taps[half + k] + i)));
    };
    WeighPairs(weights + half, half, load, low, high);
    hn::StoreU(hn::ReorderDemote2To(d16, hn::Sub(low, less), hn::Sub(high, less)), d16, out + i);
  }
#endif
  for (; i < n; ++i) out[i] = ColumnU8(taps, weights, half, i);
}

void RowU8(const std::int16_t* in, const std::int16_t* weights, int half, int channels, int n, std::uint8_t* out) {
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  const I16 d16;
  const I32 d32;
  const U8 d8;
  const int lanes = static_cast<int>(hn::Lanes(d16));
  const auto more = hn::Set(d32, unbias);
  for (; i + lanes <= n; i += lanes) {
    hn::Vec<I32> low, high;
    const auto load = [&](int t) HWY_ATTR { return hn::LoadU(d16, in + i + t * channels); };
    WeighPairs(weights, 2 * half, load, low, high);
    const auto packed =
        hn::ReorderDemote2To(d16, hn::ShiftRight<16>(hn::Add(low, more)), hn::ShiftRight<16>(hn::Add(high, more)));
    hn::StoreU(hn::DemoteTo(d8, packed), d8, out + i);
  }
#endif
  for (; i < n; ++i) out[i] = PixelU8(in, weights, half, channels, i);
}

// Differences to the centre keep a constant image constant bit for bit.
template <class T>
void ColumnsFloat(const void* const* taps, const float* weights, int half, int n, float* out) {
  const T* const c = static_cast<const T*>(taps[half]);
  for (int i = 0; i < n; ++i) out[i] = 0;
  for (int k = 1; k <= half; ++k) {
    const T* const a = static_cast<const T*>(taps[half - k]);
    const T* const b = static_cast<const T*>(taps[half + k]);
    const float weight = weights[k];
    for (int i = 0; i < n; ++i) {
      const float centre = to_float(c[i]);
      out[i] += weight * ((to_float(a[i]) - centre) + (to_float(b[i]) - centre));
    }
  }
  for (int i = 0; i < n; ++i) out[i] += to_float(c[i]);
}

template <class T>
void RowFloat(const float* in, const float* weights, int half, int channels, int n, float* sums, T* out) {
  const float* const centre = in + half * channels;
  for (int i = 0; i < n; ++i) sums[i] = 0;
  for (int k = 1; k <= half; ++k) {
    const float weight = weights[k];
    const float* const a = centre - k * channels;
    const float* const b = centre + k * channels;
    for (int i = 0; i < n; ++i) sums[i] += weight * ((a[i] - centre[i]) + (b[i] - centre[i]));
  }
  for (int i = 0; i < n; ++i) out[i] = from_float<T>(sums[i] + centre[i]);
}

void ColumnsFloatOf(Scalar scalar, const void* const* taps, const float* weights, int half, int n, float* out) {
  if (scalar == Scalar::u16) {
    ColumnsFloat<std::uint16_t>(taps, weights, half, n, out);
  } else {
    ColumnsFloat<float>(taps, weights, half, n, out);
  }
}

void RowFloatOf(Scalar scalar, const float* in, const float* weights, int half, int channels, int n, float* sums,
                void* out) {
  if (scalar == Scalar::u16) {
    RowFloat(in, weights, half, channels, n, sums, static_cast<std::uint16_t*>(out));
  } else {
    RowFloat(in, weights, half, channels, n, sums, static_cast<float*>(out));
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <cstdlib>

#include "cpu/cpu_engine.hpp"
#include "kernels/gaussian.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(ColumnsU8);
HWY_EXPORT(RowU8);
HWY_EXPORT(ColumnsFloatOf);
HWY_EXPORT(RowFloatOf);

// Fills `half` pixels on both sides of the `width` pixels that start at row + half * channels.
template <class T>
void mirror_sides(T* row, int width, int half, int channels) {
  T* const first = row + half * channels;
  for (int k = 1; k <= half; ++k) {
    for (int c = 0; c < channels; ++c) {
      first[-k * channels + c] = first[reflect_101(-k, width) * channels + c];
      first[(width - 1 + k) * channels + c] = first[reflect_101(width - 1 + k, width) * channels + c];
    }
  }
}

void gaussian_u8(CpuEngine& engine, const ImageView& in, const MutableImageView& out, const GaussianWeights& kernel) {
  const int half = kernel.half;
  const int channels = in.format.channels;
  const int n = in.width * channels;
  std::int16_t weights[largest_gaussian];
  for (int t = 0; t <= 2 * half; ++t) weights[t] = kernel.fixed[std::abs(t - half)];
  const auto columns = HWY_DYNAMIC_DISPATCH(ColumnsU8);
  const auto along = HWY_DYNAMIC_DISPATCH(RowU8);
  engine.parallel_rows(in.height, 32, [&](int first, int last, ThreadScratch& scratch) {
    std::int16_t* const row = scratch.take<std::int16_t>(std::size_t(in.width + 2 * half) * channels);
    const std::uint8_t** const taps = scratch.take<const std::uint8_t*>(std::size_t(2 * half + 1));
    for (int y = first; y < last; ++y) {
      for (int k = -half; k <= half; ++k) taps[half + k] = in.row<std::uint8_t>(reflect_101(y + k, in.height));
      columns(taps, weights, half, n, row + half * channels);
      mirror_sides(row, in.width, half, channels);
      along(row, weights, half, channels, n, out.row<std::uint8_t>(y));
    }
  });
}

void gaussian_float(CpuEngine& engine, const ImageView& in, const MutableImageView& out,
                    const GaussianWeights& kernel) {
  const int half = kernel.half;
  const int channels = in.format.channels;
  const int n = in.width * channels;
  const auto columns = HWY_DYNAMIC_DISPATCH(ColumnsFloatOf);
  const auto along = HWY_DYNAMIC_DISPATCH(RowFloatOf);
  engine.parallel_rows(in.height, 32, [&](int first, int last, ThreadScratch& scratch) {
    float* const row = scratch.take<float>(std::size_t(in.width + 2 * half) * channels);
    float* const sums = scratch.take<float>(std::size_t(n));
    const void** const taps = scratch.take<const void*>(std::size_t(2 * half + 1));
    for (int y = first; y < last; ++y) {
      for (int k = -half; k <= half; ++k) taps[half + k] = in.row<char>(reflect_101(y + k, in.height));
      columns(in.format.scalar, taps, kernel.exact, half, n, row + half * channels);
      mirror_sides(row, in.width, half, channels);
      along(in.format.scalar, row, kernel.exact, half, channels, n, sums, out.row<char>(y));
    }
  });
}

}  // namespace

void CpuEngine::gaussian(const ImageView& in, const MutableImageView& out, int size) {
  if (size == 1) {
    if (in.data != out.data) copy(in, out);
    return;
  }
  if (in.data == out.data) {
    Image before(in.width, in.height, in.format, in.color);
    copy(in, before.mutable_view());
    return gaussian(before, out, size);
  }
  const GaussianWeights kernel = gaussian_weights(size);
  if (in.format.scalar == Scalar::u8) {
    gaussian_u8(*this, in, out, kernel);
  } else {
    gaussian_float(*this, in, out, kernel);
  }
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
