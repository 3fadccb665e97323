// The mean under an aperture. A column of the mask that slides down by one row gains the pixel
// below its run and loses the one at its top, so a row of sums follows from the last one by two loads a
// column run, whatever the shape. All sums are integers and exact.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/aperture_blur.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

#if HWY_TARGET == HWY_SCALAR

void WideOrder(const std::uint32_t* linear, int padded, std::uint32_t* sums) {
  for (int i = 0; i < padded; ++i) sums[i] = linear[i];
}

void SlideWide(const std::int16_t* rows, const int* gain, const int* lose, int count, int padded, std::uint32_t* sums) {
  for (int k = 0; k < count; ++k) {
    const std::int16_t* const a = rows + gain[k];
    const std::int16_t* const b = rows + lose[k];
    for (int i = 0; i < padded; ++i) sums[i] += static_cast<std::uint32_t>(a[i] - b[i]);
  }
}

void SlideNarrow(const std::int16_t* rows, const int* gain, const int* lose, int count, int padded,
                 std::uint32_t* sums) {
  SlideWide(rows, gain, lose, count, padded, sums);
}

void Divide(const std::uint32_t* sums, int padded, std::uint32_t area, std::uint16_t* out) {
  for (int i = 0; i < padded; ++i) out[i] = static_cast<std::uint16_t>((sums[i] + area / 2) / area);
}

#else  // vectors

namespace hn = hwy::HWY_NAMESPACE;
using I16 = hn::ScalableTag<std::int16_t>;
using U16 = hn::ScalableTag<std::uint16_t>;
using I32 = hn::RepartitionToWide<I16>;
using U32 = hn::RepartitionToWide<U16>;

// Sums are kept in the order in which 16-bit lanes widen: of every vector of N lanes first the lower
// halves of its 128-bit blocks, then the upper ones.
void WideOrder(const std::uint32_t* linear, int padded, std::uint32_t* sums) {
  const int lanes = static_cast<int>(hn::Lanes(I16()));
  for (int i = 0; i < padded; ++i) {
    const int in_vector = i % lanes;
    const int upper = in_vector / 4 % 2;
    sums[i - in_vector + upper * lanes / 2 + in_vector / 8 * 4 + in_vector % 4] = linear[i];
  }
}

// sums += rows[gain[k]] - rows[lose[k]] over all column runs k; any 16-bit values.
void SlideWide(const std::int16_t* rows, const int* gain, const int* lose, int count, int padded, std::uint32_t* sums) {
  const I16 d16;
  const I32 d32;
  const U32 du32;
  const int lanes = static_cast<int>(hn::Lanes(d16));
  const int half = lanes / 2;
  const auto sign = hn::BitCast(d16, hn::Set(d32, static_cast<std::int32_t>(0xFFFF0001u)));  // +1, -1, ...
  for (int i = 0; i < padded; i += lanes) {
    auto low0 = hn::Zero(d32), low1 = hn::Zero(d32), high0 = hn::Zero(d32), high1 = hn::Zero(d32);
    for (int k = 0; k < count; ++k) {
      const auto a = hn::LoadU(d16, rows + gain[k] + i);
      const auto b = hn::LoadU(d16, rows + lose[k] + i);
      low0 = hn::ReorderWidenMulAccumulate(d32, hn::InterleaveLower(d16, a, b), sign, low0, low1);
      high0 = hn::ReorderWidenMulAccumulate(d32, hn::InterleaveUpper(d16, a, b), sign, high0, high1);
    }
    const auto low = hn::BitCast(du32, hn::RearrangeToOddPlusEven(low0, low1));
    const auto high = hn::BitCast(du32, hn::RearrangeToOddPlusEven(high0, high1));
    hn::StoreU(hn::Add(hn::LoadU(du32, sums + i), low), du32, sums + i);
    hn::StoreU(hn::Add(hn::LoadU(du32, sums + i + half), high), du32, sums + i + half);
  }
}

// The same for values 0..255: 128 differences fit 16 bits.
void SlideNarrow(const std::int16_t* rows, const int* gain, const int* lose, int count, int padded,
                 std::uint32_t* sums) {
  const I16 d16;
  const I32 d32;
  const U32 du32;
  const int lanes = static_cast<int>(hn::Lanes(d16));
  const int half = lanes / 2;
  for (int i = 0; i < padded; i += lanes) {
    auto low = hn::LoadU(du32, sums + i);
    auto high = hn::LoadU(du32, sums + i + half);
    for (int first = 0; first < count; first += 128) {
      const int last = first + 128 < count ? first + 128 : count;
      auto sum = hn::Zero(d16);
      for (int k = first; k < last; ++k) {
        sum = hn::Add(sum, hn::Sub(hn::LoadU(d16, rows + gain[k] + i), hn::LoadU(d16, rows + lose[k] + i)));
      }
      const auto zero = hn::Zero(d16);
      const auto widen = [&](auto v) { return hn::BitCast(du32, hn::ShiftRight<16>(hn::BitCast(d32, v))); };
      low = hn::Add(low, widen(hn::InterleaveLower(d16, zero, sum)));
      high = hn::Add(high, widen(hn::InterleaveUpper(d16, zero, sum)));
    }
    hn::StoreU(low, du32, sums + i);
    hn::StoreU(high, du32, sums + i + half);
  }
}

// sums / area to nearest, halves up, back in the order of pixels.
// n / area = floor((n + 1/2) / area) for integers, and in doubles (n + 1/2) * (1 / area) is off by less
// than 2^-35 where the next integer is at least 2^-17 away: the quotient is exact.
void Divide(const std::uint32_t* sums, int padded, std::uint32_t area, std::uint16_t* out) {
  const int lanes = static_cast<int>(hn::Lanes(I16()));
  const double inverse = 1.0 / area;
  const double offset = area / 2 + 0.5;
  for (int i = 0; i < padded; i += lanes) {
    for (int block = 0; block < lanes / 8; ++block) {
      for (int upper = 0; upper < 2; ++upper) {
        const std::uint32_t* const in = sums + i + upper * lanes / 2 + 4 * block;
        for (int j = 0; j < 4; ++j) {
          out[i + 8 * block + 4 * upper + j] =
              static_cast<std::uint16_t>(static_cast<std::int32_t>((in[j] + offset) * inverse));
        }
      }
    }
  }
}

#endif

void AddSpan(const double* prefix, int high, int low, int n, double* sums) {
  for (int i = 0; i < n; ++i) sums[i] += prefix[high + i] - prefix[low + i];
}

// The first row of sums of a band: column runs on column prefix sums.
void AddColumns(const std::uint32_t* prefix, const int* bottom, const int* top, int count, int n, std::uint32_t* sums) {
  for (int i = 0; i < n; ++i) sums[i] = 0;
  for (int k = 0; k < count; ++k) {
    const std::uint32_t* const a = prefix + bottom[k];
    const std::uint32_t* const b = prefix + top[k];
    for (int i = 0; i < n; ++i) sums[i] += a[i] - b[i];
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/aperture_mask.hpp"
#include "core/check.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/sampling.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(WideOrder);
HWY_EXPORT(SlideWide);
HWY_EXPORT(SlideNarrow);
HWY_EXPORT(Divide);
HWY_EXPORT(AddSpan);
HWY_EXPORT(AddColumns);

constexpr int band_rows = 64;

// A rectangle of the output, small enough that its strip of input stays in the second-level cache.
struct Tile {
  int x0, x1, y0, y1;
};

int tile_width(int radius, int channels) { return std::max(1024 / channels, 4 * radius) / 32 * 32 + 32; }

// Input under a tile and `radius` around it, borders repeated, as values(code).
template <class T, class S, class Value>
void gather_row(const T* in, int width, int channels, int x0, int count, S* out, const Value& value) {
  const int inside_begin = std::clamp(-x0, 0, count);
  const int inside_end = std::clamp(width - x0, inside_begin, count);
  for (int i = 0; i < inside_begin; ++i) {
    for (int c = 0; c < channels; ++c) out[i * channels + c] = value(in[c]);
  }
  const T* const from = in + std::int64_t{x0 + inside_begin} * channels;
  S* const to = out + inside_begin * channels;
  for (int i = 0; i < (inside_end - inside_begin) * channels; ++i) to[i] = value(from[i]);
  for (int i = inside_end; i < count; ++i) {
    for (int c = 0; c < channels; ++c) out[i * channels + c] = value(in[(width - 1) * channels + c]);
  }
}

struct IntegerBlur {
  const ImageView& in;
  const MutableImageView& out;
  const ApertureMask& mask;
  int first_row;
  std::vector<ColumnRun> runs;

  // Sixteen-bit codes are shifted into the range of signed ones; differences do not notice.
  template <class T>
  static constexpr std::uint16_t bias = sizeof(T) == 2 ? 0x8000 : 0;

  template <class T>
  void tile(const Tile& t, ThreadScratch& scratch) const {
    const int radius = mask.radius;
    const int channels = in.format.channels;
    const int n = (t.x1 - t.x0) * channels;
    const int padded = (n + 63) / 64 * 64;
    const int pitch = padded + 2 * radius * channels;
    const int rows = t.y1 - t.y0 + 2 * radius;
    const int count = static_cast<int>(runs.size());

    std::int16_t* const strip = scratch.take<std::int16_t>(std::size_t(pitch) * rows);
    for (int y = 0; y < rows; ++y) {
      const int from = repeat_border(first_row + t.y0 + y - radius, in.height);
      std::int16_t* const to = strip + std::size_t(pitch) * y;
      gather_row(in.row<T>(from), in.width, channels, t.x0 - radius, t.x1 - t.x0 + 2 * radius, to,
                 [](T v) { return static_cast<std::int16_t>(v ^ bias<T>); });
      std::fill(to + (t.x1 - t.x0 + 2 * radius) * channels, to + pitch, std::int16_t{0});
    }

    int* const gain = scratch.take<int>(runs.size());
    int* const lose = scratch.take<int>(runs.size());
    for (int k = 0; k < count; ++k) {
      const int column = (runs[k].dx + radius) * channels;
      gain[k] = (runs[k].bottom + radius + 1) * pitch + column;
      lose[k] = (runs[k].top + radius) * pitch + column;
    }

    std::uint32_t* const sums = scratch.take<std::uint32_t>(padded);
    std::uint16_t* const means = scratch.take<std::uint16_t>(padded);
    first_sums<T>(strip, pitch, padded, gain, lose, sums, scratch);
    const auto slide = sizeof(T) == 1 ? HWY_DYNAMIC_DISPATCH(SlideNarrow) : HWY_DYNAMIC_DISPATCH(SlideWide);
    const auto divide = HWY_DYNAMIC_DISPATCH(Divide);
    for (int y = t.y0; y < t.y1; ++y) {
      divide(sums, padded, static_cast<std::uint32_t>(mask.area), means);
      std::copy_n(means, n, out.row<T>(y) + std::size_t(t.x0) * channels);
      if (y + 1 < t.y1) slide(strip + std::size_t(pitch) * (y - t.y0), gain, lose, count, padded, sums);
    }
  }

  template <class T>
  void first_sums(const std::int16_t* strip, int pitch, int padded, const int* bottom, const int* top,
                  std::uint32_t* sums, ThreadScratch& scratch) const {
    const int side = 2 * mask.radius + 1;
    std::uint32_t* const prefix = scratch.take<std::uint32_t>(std::size_t(pitch) * (side + 1));
    std::uint32_t* const linear = scratch.take<std::uint32_t>(padded);
    std::fill_n(prefix, pitch, 0u);
    for (int y = 0; y < side; ++y) {
      const std::int16_t* const row = strip + std::size_t(pitch) * y;
      const std::uint32_t* const above = prefix + std::size_t(pitch) * y;
      std::uint32_t* const below = prefix + std::size_t(pitch) * (y + 1);
      for (int i = 0; i < pitch; ++i) below[i] = above[i] + static_cast<std::uint16_t>(row[i] ^ bias<T>);
    }
    HWY_DYNAMIC_DISPATCH(AddColumns)(prefix, bottom, top, static_cast<int>(runs.size()), padded, linear);
    HWY_DYNAMIC_DISPATCH(WideOrder)(linear, padded, sums);
  }
};

// Floats: row runs on row prefix sums in doubles, which depend on the row alone.
void float_tile(const ImageView& in, const MutableImageView& out, const ApertureMask& mask, int first_row,
                const Tile& t, ThreadScratch& scratch) {
  const int radius = mask.radius;
  const int channels = in.format.channels;
  const int count = t.x1 - t.x0 + 2 * radius;
  const int n = (t.x1 - t.x0) * channels;
  const std::size_t pitch = std::size_t(count + 1) * channels;
  const int rows = t.y1 - t.y0 + 2 * radius;
  double* const prefix = scratch.take<double>(pitch * rows);
  for (int y = 0; y < rows; ++y) {
    double* const row = prefix + pitch * y;
    std::fill_n(row, channels, 0.0);
    gather_row(in.row<float>(repeat_border(first_row + t.y0 + y - radius, in.height)), in.width, channels,
               t.x0 - radius, count, row + channels, [](float v) { return double(v); });
    for (std::size_t i = channels; i < pitch; ++i) row[i] += row[i - channels];
  }
  double* const sums = scratch.take<double>(n);
  const auto add_span = HWY_DYNAMIC_DISPATCH(AddSpan);
  for (int y = t.y0; y < t.y1; ++y) {
    std::fill_n(sums, n, 0.0);
    for (const ApertureRun& run : mask.runs) {
      add_span(prefix + pitch * (y - t.y0 + run.dy + radius), (run.dx_end + radius) * channels,
               (run.dx_begin + radius) * channels, n, sums);
    }
    float* const to = out.row<float>(y) + std::size_t(t.x0) * channels;
    for (int i = 0; i < n; ++i) to[i] = static_cast<float>(sums[i] / mask.area);
  }
}

}  // namespace

void CpuEngine::aperture_blur(const ImageView& in, const MutableImageView& out, const ApertureMask& mask,
                              int first_row) {
  require(mask.area >= 1 && mask.area <= max_aperture_area, "An aperture of ", mask.area,
          " pixels is out of range; 1 to ", max_aperture_area, " are allowed.");
  const IntegerBlur blur{in, out, mask, first_row, column_runs(mask)};
  const int step = tile_width(mask.radius, in.format.channels);
  parallel_rows(out.height, band_rows, [&](int first, int last, ThreadScratch& scratch) {
    for (int x = 0; x < out.width; x += step) {
      const Tile tile{x, std::min(x + step, out.width), first, last};
      scratch.reset();
      if (in.format.scalar == Scalar::u8) {
        blur.tile<std::uint8_t>(tile, scratch);
      } else if (in.format.scalar == Scalar::u16) {
        blur.tile<std::uint16_t>(tile, scratch);
      } else {
        float_tile(in, out, mask, first_row, tile, scratch);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
