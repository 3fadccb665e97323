// Backward warp of layers. Rows are cut into segments; where a near layer is opaque all along a segment
// nothing behind it is sampled, where it is transparent it is not sampled itself.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/warp_layers.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>

#include "core/engine.hpp"
#include "core/with_scalar.hpp"
#include "kernels/locator.hpp"
#include "kernels/samplers.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

using LayerLocator = Locator<LayerMotion>;

#if HWY_TARGET != HWY_SCALAR

namespace hn = hwy::HWY_NAMESPACE;
using F32 = hn::ScalableTag<float>;
using I32 = hn::RebindToSigned<F32>;
using Floats = hn::Vec<F32>;

// LayerLocator::locate for the lanes of one vector, operation by operation.
HWY_INLINE void LocateLanes(const LayerLocator& l, int column, float* at_x, float* at_y) {
  const F32 d32;
  const I32 i32;
  const auto stride = hn::Set(i32, static_cast<std::int32_t>(l.stride));
  const auto last_x = hn::Set(d32, static_cast<float>(l.width - 1));
  const auto last_y = hn::Set(d32, static_cast<float>(l.height - 1));
  const auto set = [&](float v) HWY_ATTR { return hn::Set(d32, v); };
  const auto zero = hn::Zero(d32);
  const auto clamp = [&](Floats v, Floats high) HWY_ATTR {
    const auto low = hn::IfThenElse(hn::Gt(v, zero), v, zero);
    return hn::IfThenElse(hn::Lt(low, high), low, high);
  };
  const auto mix = [&](Floats a, Floats b, Floats t) HWY_ATTR { return hn::Add(a, hn::Mul(t, hn::Sub(b, a))); };
  const auto center_x = set(l.center_x), center_y = set(l.center_y);
  const auto columns = hn::ConvertTo(d32, hn::Iota(i32, column));
  const auto px = hn::Add(center_x, hn::Div(hn::Sub(columns, center_x), set(l.zoom)));
  const auto py = set(l.py);
  auto x = px;
  auto y = py;
  for (int step = 0; step < 3; ++step) {
    const auto sx = clamp(x, last_x);
    const auto sy = clamp(y, last_y);
    const auto x0 = hn::ConvertTo(i32, sx);
    const auto y0 = hn::ConvertTo(i32, sy);
    const auto next = hn::Min(hn::Set(i32, 1), hn::Sub(hn::Set(i32, l.width - 1), x0));
    const auto down = hn::And(hn::VecFromMask(i32, hn::Lt(y0, hn::Set(i32, l.height - 1))), stride);
    const auto above = hn::Add(hn::Mul(y0, stride), x0);
    const auto below = hn::Add(above, down);
    const auto p00 = hn::GatherIndex(d32, l.pixels, above);
    const auto p01 = hn::GatherIndex(d32, l.pixels, hn::Add(above, next));
    const auto p10 = hn::GatherIndex(d32, l.pixels, below);
    const auto p11 = hn::GatherIndex(d32, l.pixels, hn::Add(below, next));
    const auto tx = hn::Sub(sx, hn::ConvertTo(d32, x0));
    const auto ty = hn::Sub(sy, hn::ConvertTo(d32, y0));
    const auto d = mix(mix(p00, p10, ty), mix(p01, p11, ty), tx);
    const auto off = hn::Sub(d, set(l.motion.convergence));
    const auto gain_z = set(l.motion.gain_z);
    const auto move_x = hn::Add(set(l.motion.gain_x), hn::Mul(gain_z, hn::Sub(x, center_x)));
    const auto move_y = hn::Add(set(l.motion.gain_y), hn::Mul(gain_z, hn::Sub(y, center_y)));
    x = hn::Sub(px, hn::Add(set(l.motion.shift_x), hn::Mul(off, move_x)));
    y = hn::Sub(py, hn::Add(set(l.motion.shift_y), hn::Mul(off, move_y)));
  }
  hn::StoreU(x, d32, at_x);
  hn::StoreU(y, d32, at_y);
}

#endif

// Columns x = first .. first + n - 1 of output row at height `row`: where they look in a layer.
void LocateRow(const ImageView& disparity, const LayerMotion& motion, float zoom, int first, int n, float row,
               float* at_x, float* at_y) {
  const LayerLocator locator(disparity.row<float>(0), disparity.stride / static_cast<std::int64_t>(sizeof(float)),
                             disparity.width, disparity.height, motion, zoom, row);
  int i = 0;
#if HWY_TARGET != HWY_SCALAR
  // Gathers index with 31 bits.
  if (locator.stride * locator.height < (std::int64_t{1} << 31)) {
    const int lanes = static_cast<int>(hn::Lanes(F32()));
    for (; i + lanes <= n; i += lanes) LocateLanes(locator, first + i, at_x + i, at_y + i);
  }
#endif
  for (; i < n; ++i) locator.locate(first + i, at_x + i, at_y + i);
}

template <int channels, class T>
void SampleEach(const ImageView& in, const float* at_x, const float* at_y, int n, T* out) {
  using S = Sampler<T>;
  const T* const pixels = in.row<T>(0);
  const std::int64_t stride = in.stride / static_cast<std::int64_t>(sizeof(T));
  for (int i = 0; i < n; ++i) {
    const Neighbours h = neighbours_of(at_x[i], in.width);
    const Neighbours v = neighbours_of(at_y[i], in.height);
    const auto wx = S::weight(h.t);
    const auto wy = S::weight(v.t);
    const T* const above = pixels + v.first * stride;
    const T* const below = pixels + v.second * stride;
    const int left = h.first * channels;
    const int right = h.second * channels;
    for (int c = 0; c < channels; ++c) {
      out[channels * i + c] = S::along(S::across(above[left + c], below[left + c], wy),
                                       S::across(above[right + c], below[right + c], wy), wx);
    }
  }
}

// One row between `above` and `below`, columns `begin` .. `end` - 1 (scalars).
template <class T>
void AcrossRow(const T* above, const T* below, float t, int begin, int end, typename Sampler<T>::Between* out) {
  const auto weight = Sampler<T>::weight(t);
  for (int i = begin; i < end; ++i) out[i] = Sampler<T>::across(above[i], below[i], weight);
}

// Two taps a pixel at constant distance: columns `left` + 0, 1, 2 ...
template <class T>
void AlongShifted(const typename Sampler<T>::Between* left, int channels, float t, int n, T* out) {
  const auto weight = Sampler<T>::weight(t);
  for (int i = 0; i < n * channels; ++i) out[i] = Sampler<T>::along(left[i], left[i + channels], weight);
}

template <int channels, class T>
void AlongColumns(const typename Sampler<T>::Between* row, const int* left, const float* t, int width, int n, T* out) {
  for (int i = 0; i < n; ++i) {
    const int x0 = repeat_border(left[i], width);
    const int x1 = repeat_border(left[i] + 1, width);
    const auto weight = Sampler<T>::weight(t[i]);
    for (int c = 0; c < channels; ++c) {
      out[channels * i + c] = Sampler<T>::along(row[channels * x0 + c], row[channels * x1 + c], weight);
    }
  }
}

template <int channels>
void SampleAny(const ImageView& in, const float* at_x, const float* at_y, int n, void* out) {
  with_scalar(in.format.scalar,
              [&](auto t) { SampleEach<channels>(in, at_x, at_y, n, static_cast<decltype(t)*>(out)); });
}

void Sample(const ImageView& in, const float* at_x, const float* at_y, int n, void* out) {
  if (in.format.channels == 1) {
    SampleAny<1>(in, at_x, at_y, n, out);
  } else if (in.format.channels == 3) {
    SampleAny<3>(in, at_x, at_y, n, out);
  } else {
    SampleAny<4>(in, at_x, at_y, n, out);
  }
}

// All of a layer's columns look at the same height between two rows.
void SampleGrid(const ImageView& in, int y0, float ty, const int* left, const float* tx, bool shifted, int n,
                void* between, void* out) {
  const int width = in.width;
  const int channels = in.format.channels;
  const int above = repeat_border(y0, in.height);
  const int below = repeat_border(y0 + 1, in.height);
  const int begin = repeat_border(left[0], width) * channels;
  const int end = (repeat_border(left[n - 1] + 1, width) + 1) * channels;
  with_scalar(in.format.scalar, [&](auto s) {
    using T = decltype(s);
    auto* const row = static_cast<typename Sampler<T>::Between*>(between);
    T* const to = static_cast<T*>(out);
    AcrossRow(in.row<T>(above), in.row<T>(below), ty, begin, end, row);
    if (shifted && left[0] >= 0 && left[n - 1] + 1 < width) {
      AlongShifted<T>(row + left[0] * channels, channels, tx[0], n, to);
    } else if (channels == 1) {
      AlongColumns<1, T>(row, left, tx, width, n, to);
    } else if (channels == 3) {
      AlongColumns<3, T>(row, left, tx, width, n, to);
    } else {
      AlongColumns<4, T>(row, left, tx, width, n, to);
    }
  });
}

// 0 where all are 0, 255 where all are 255, else -1.
int UniformCoverage(const std::uint8_t* coverage, int n) {
  std::uint8_t any = 0;
  std::uint8_t all = 255;
  for (int i = 0; i < n; ++i) {
    any |= coverage[i];
    all &= coverage[i];
  }
  return any == 0 ? 0 : all == 255 ? 255 : -1;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <vector>

#include "cpu/composite.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(LocateRow);
HWY_EXPORT(Sample);
HWY_EXPORT(SampleGrid);
HWY_EXPORT(UniformCoverage);

constexpr int segment_width = 256;

// One coordinate of a motion without disparity: source = whole[i] + t[i].
struct Axis {
  std::vector<int> whole;
  std::vector<float> t;

  Axis(int size, float zoom, float shift) : whole(size), t(size) {
    for (int i = 0; i < size; ++i) {
      const Split at = shifted(i, size, zoom, shift);
      whole[i] = at.whole;
      t[i] = at.t;
    }
  }
};

// How one layer is looked up, decided once a call.
struct Lookup {
  bool by_disparity;
  Axis x, y;

  Lookup(const LayerView& layer, const LayerMotion& motion, float zoom)
      : by_disparity(moves_by_disparity(motion)),
        x(by_disparity ? 0 : layer.color.width, zoom, motion.shift_x),
        y(by_disparity ? 0 : layer.color.height, zoom, motion.shift_y) {}
};

struct Warp {
  const LayerView* layers;
  const LayerMotion* motions;
  int count;
  float zoom;
  const MutableImageView& out;
  std::vector<Lookup> lookups;
  decltype(HWY_DYNAMIC_DISPATCH(LocateRow)) locate = HWY_DYNAMIC_DISPATCH(LocateRow);
  decltype(HWY_DYNAMIC_DISPATCH(Sample)) sample = HWY_DYNAMIC_DISPATCH(Sample);
  decltype(HWY_DYNAMIC_DISPATCH(SampleGrid)) sample_grid = HWY_DYNAMIC_DISPATCH(SampleGrid);
  decltype(HWY_DYNAMIC_DISPATCH(UniformCoverage)) uniform = HWY_DYNAMIC_DISPATCH(UniformCoverage);
  CompositeRow composite = composite_row();

  // Working memory of one segment.
  struct Buffers {
    float *at_x, *at_y;      // of all layers
    std::uint8_t* coverage;  // of all layers
    int* uniform;            // of all layers
    void* between;
    char* color;
  };

  Buffers buffers(ThreadScratch& scratch) const {
    const std::size_t n = std::size_t(count) * segment_width;
    Buffers b;
    b.at_x = scratch.take<float>(n);
    b.at_y = scratch.take<float>(n);
    b.coverage = scratch.take<std::uint8_t>(n);
    b.uniform = scratch.take<int>(count);
    b.between = scratch.take<float>(std::size_t(out.width) * out.format.channels);
    b.color = scratch.take<char>(std::size_t(segment_width) * out.format.bytes());
    return b;
  }

  void look(int i, const ImageView& in, int y, int x0, int n, const Buffers& b, void* to) const {
    const Lookup& lookup = lookups[i];
    if (lookup.by_disparity) {
      sample(in, b.at_x + i * segment_width, b.at_y + i * segment_width, n, to);
    } else {
      sample_grid(in, lookup.y.whole[y], lookup.y.t[y], lookup.x.whole.data() + x0, lookup.x.t.data() + x0, zoom == 1,
                  n, b.between, to);
    }
  }

  void segment(int y, int x0, int n, const Buffers& b) const {
    int farthest = count - 1;
    for (;; --farthest) {
      const LayerView& layer = layers[farthest];
      if (lookups[farthest].by_disparity) {
        locate(layer.disparity, motions[farthest], zoom, x0, n, static_cast<float>(y),
               b.at_x + farthest * segment_width, b.at_y + farthest * segment_width);
      }
      b.uniform[farthest] = 255;
      if (!layer.coverage.empty()) {
        std::uint8_t* const coverage = b.coverage + farthest * segment_width;
        look(farthest, layer.coverage, y, x0, n, b, coverage);
        b.uniform[farthest] = uniform(coverage, n);
      }
      if (farthest == 0 || b.uniform[farthest] == 255) break;
    }
    char* const to = out.row<char>(y) + std::size_t(x0) * out.format.bytes();
    if (b.uniform[farthest] != 255) std::fill_n(to, std::size_t(n) * out.format.bytes(), char{0});
    for (int i = farthest; i < count; ++i) {
      if (b.uniform[i] == 0) continue;
      if (b.uniform[i] == 255) {
        look(i, layers[i].color, y, x0, n, b, to);
      } else {
        look(i, layers[i].color, y, x0, n, b, b.color);
        composite(out.format.scalar, b.color, b.coverage + i * segment_width, to, n, out.format.channels);
      }
    }
  }
};

}  // namespace

void CpuEngine::warp_layers(const LayerView* layers, const LayerMotion* motions, int count, float zoom,
                            const MutableImageView& out) {
  Warp warp{layers, motions, count, zoom, out, {}};
  for (int i = 0; i < count; ++i) warp.lookups.emplace_back(layers[i], motions[i], zoom);
  parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch& scratch) {
    const Warp::Buffers buffers = warp.buffers(scratch);
    for (int y = first; y < last; ++y) {
      for (int x = 0; x < out.width; x += segment_width) {
        warp.segment(y, x, std::min(segment_width, out.width - x), buffers);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
