// Scalar types, channel counts and transfer curves.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/convert.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "core/with_scalar.hpp"
#include "kernels/blend.hpp"
#include "kernels/rounding.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

// `n` scalars to floats, integers as 0..1.
template <class T>
void LoadScalars(const T* in, int n, float* out) {
  for (int i = 0; i < n; ++i) out[i] = to_unit(in[i]);
}

template <class T>
void StoreScalars(const float* in, int n, T* out) {
  for (int i = 0; i < n; ++i) out[i] = from_unit<T>(in[i]);
}

void LoadRow(Scalar scalar, const void* in, int n, float* out) {
  with_scalar(scalar, [&](auto t) { LoadScalars(static_cast<const decltype(t)*>(in), n, out); });
}

void StoreRow(Scalar scalar, const float* in, int n, void* out) {
  with_scalar(scalar, [&](auto t) { StoreScalars(in, n, static_cast<decltype(t)*>(out)); });
}

void ChangeChannels(const float* in, int from, float* out, int to, int width) {
  if (to == 1) {
    for (int x = 0; x < width; ++x) out[x] = luma_709(in[from * x], in[from * x + 1], in[from * x + 2]);
  } else if (from == 1) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) out[to * x + c] = in[x];
      if (to == 4) out[4 * x + 3] = 1;
    }
  } else if (to == 3) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) out[3 * x + c] = in[4 * x + c];
    }
  } else {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) out[4 * x + c] = in[3 * x + c];
      out[4 * x + 3] = 1;
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include "core/curves.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/transfer.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(LoadRow);
HWY_EXPORT(StoreRow);
HWY_EXPORT(ChangeChannels);

// Codes through a table; every fourth value is alpha and goes through `plain`.
template <class T>
void recode(const T* in, int width, int channels, const float* table, const float* plain, float* out) {
  const int colors = channels == 4 ? 3 : channels;
  for (int x = 0; x < width; ++x) {
    for (int c = 0; c < colors; ++c) out[channels * x + c] = table[in[channels * x + c]];
    if (channels == 4) out[4 * x + 3] = plain[in[4 * x + 3]];
  }
}

}  // namespace

void CpuEngine::convert(const ImageView& in, const MutableImageView& out) {
  const int from = in.format.channels;
  const int to = out.format.channels;
  const bool curve = in.color.transfer != out.color.transfer;
  if (in.format == out.format && !curve) return copy(in, out);

  const bool luma = to == 1 && from != 1;
  const bool by_table = curve && !luma && in.format.scalar != Scalar::f32;
  const float* table = by_table ? recode_table(in.format.scalar, in.color.transfer, out.color.transfer) : nullptr;
  const float* plain = by_table ? recode_table(in.format.scalar, in.color.transfer, in.color.transfer) : nullptr;
  const int width = in.width;
  const auto load = HWY_DYNAMIC_DISPATCH(LoadRow);
  const auto store = HWY_DYNAMIC_DISPATCH(StoreRow);
  const auto change = HWY_DYNAMIC_DISPATCH(ChangeChannels);

  parallel_rows(in.height, 16, [&](int first, int last, ThreadScratch& scratch) {
    float* const loaded = scratch.take<float>(std::size_t(width) * from);
    float* const changed = from == to ? loaded : scratch.take<float>(std::size_t(width) * to);
    for (int y = first; y < last; ++y) {
      if (!by_table) {
        load(in.format.scalar, in.row<char>(y), width * from, loaded);
      } else if (in.format.scalar == Scalar::u8) {
        recode(in.row<std::uint8_t>(y), width, from, table, plain, loaded);
      } else {
        recode(in.row<std::uint16_t>(y), width, from, table, plain, loaded);
      }
      if (from != to) change(loaded, from, changed, to, width);
      if (curve && !by_table) {
        for (int i = 0; i < width * to; ++i) {
          if (to == 4 && i % 4 == 3) continue;
          changed[i] = from_linear(int(out.color.transfer), to_linear(int(in.color.transfer), changed[i]));
        }
      }
      store(out.format.scalar, changed, width * to, out.row<char>(y));
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
