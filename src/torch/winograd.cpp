#include "torch/winograd.hpp"

#include <cstddef>
#include <cstdint>

#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "torch/winograd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int kTile = Winograd::tile, kPatch = Winograd::patch;
// The points: a and b, their squares and cubes.
constexpr float kA = 0.70710678F, kB = 1.41421356F, kA2 = 0.5F, kB2 = 2, kA3 = kA * kA2, kB3 = kB * kB2;

// B^T d: the patch's polynomial at each point, by the others' factors.
template <class V>
HWY_INLINE void TransformInput(const V (&d)[kPatch], V (&out)[kPatch]) {
  const hn::DFromV<V> t;
  const V sum_of_squares = hn::Set(t, kA2 + kB2), a = hn::Set(t, kA), b = hn::Set(t, kB), a2 = hn::Set(t, kA2),
          b2 = hn::Set(t, kB2);
  const V even_a = hn::NegMulAdd(b2, d[2], d[4]), odd_a = hn::NegMulAdd(b2, d[1], d[3]);
  const V even_b = hn::NegMulAdd(a2, d[2], d[4]), odd_b = hn::NegMulAdd(a2, d[1], d[3]);
  static_assert(kA2 * kB2 == 1);  // what d[0] and d[1] would be multiplied by
  out[0] = hn::NegMulAdd(sum_of_squares, d[2], hn::Add(d[0], d[4]));
  out[1] = hn::MulAdd(a, odd_a, even_a);
  out[2] = hn::NegMulAdd(a, odd_a, even_a);
  out[3] = hn::MulAdd(b, odd_b, even_b);
  out[4] = hn::NegMulAdd(b, odd_b, even_b);
  out[5] = hn::NegMulAdd(sum_of_squares, d[3], hn::Add(d[1], d[5]));
}

// A^T m.
template <class V>
HWY_INLINE void TransformOutput(const V (&m)[kPatch], V (&out)[kTile]) {
  const hn::DFromV<V> t;
  const V sum_a = hn::Add(m[1], m[2]), difference_a = hn::Sub(m[1], m[2]);
  const V sum_b = hn::Add(m[3], m[4]), difference_b = hn::Sub(m[3], m[4]);
  out[0] = hn::Add(m[0], hn::Add(sum_a, sum_b));
  out[1] = hn::MulAdd(hn::Set(t, kA), difference_a, hn::Mul(hn::Set(t, kB), difference_b));
  out[2] = hn::MulAdd(hn::Set(t, kA2), sum_a, hn::Mul(hn::Set(t, kB2), sum_b));
  out[3] = hn::MulAdd(hn::Set(t, kA3), difference_a, hn::MulAdd(hn::Set(t, kB3), difference_b, m[5]));
}

// `pixels`: those of a patch, row by row, `channels` values each. Value k of the transformed patch goes to
// out + k * step.
void PatchIn(const float* const* pixels, std::size_t channels, float* out, std::size_t step) {
  const hn::CappedTag<float, 16> t;
  using V = hn::Vec<decltype(t)>;
  for (std::size_t c = 0; c < channels; c += hn::Lanes(t)) {
    V rows[kPatch][kPatch];
    for (int x = 0; x < kPatch; ++x) {
      V column[kPatch], transformed[kPatch];
      for (int y = 0; y < kPatch; ++y) column[y] = hn::LoadU(t, pixels[y * kPatch + x] + c);
      TransformInput(column, transformed);
      for (int y = 0; y < kPatch; ++y) rows[y][x] = transformed[y];
    }
    for (int y = 0; y < kPatch; ++y) {
      V transformed[kPatch];
      TransformInput(rows[y], transformed);
      for (int x = 0; x < kPatch; ++x) {
        hn::StoreU(transformed[x], t, out + static_cast<std::size_t>(y * kPatch + x) * step + c);
      }
    }
  }
}

// Back: value k at in[k] + offset, into those of the tile's pixels that are not null.
void TileOut(const float* const* in, std::size_t offset, std::size_t channels, const float* bias, bool relu,
             float* const* pixels) {
  const hn::CappedTag<float, 16> t;
  using V = hn::Vec<decltype(t)>;
  const V least = hn::Set(t, relu ? 0 : -3.4028235e38F);
  for (std::size_t c = 0; c < channels; c += hn::Lanes(t)) {
    V rows[kTile][kPatch];
    for (int x = 0; x < kPatch; ++x) {
      V column[kPatch], transformed[kTile];
      for (int y = 0; y < kPatch; ++y) column[y] = hn::LoadU(t, in[y * kPatch + x] + offset + c);
      TransformOutput(column, transformed);
      for (int y = 0; y < kTile; ++y) rows[y][x] = transformed[y];
    }
    const V shift = hn::LoadU(t, bias + c);
    for (int y = 0; y < kTile; ++y) {
      V transformed[kTile];
      TransformOutput(rows[y], transformed);
      for (int x = 0; x < kTile; ++x) {
        float* const pixel = pixels[y * kTile + x];
        if (pixel != nullptr) hn::StoreU(hn::Max(hn::Add(transformed[x], shift), least), t, pixel + c);
      }
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <cmath>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "torch/onednn.hpp"
#include "torch/openmp.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(PatchIn);
HWY_EXPORT(TileOut);

constexpr int lanes = 16;  // The widest vector's.
constexpr std::size_t values = Winograd::patch * Winograd::patch;

// With fewer, the products are too small to outweigh the transforms.
constexpr std::int64_t least_channels = 128;

// Tiles that a thread works on at once: few enough for its caches, enough for the products.
int tiles_at_once(int in) { return std::max(96, (1 << 18) / static_cast<int>(values) / in); }

// G g G^T of each kernel, patch x patch x out x in. A row of G is 1, p, p^2 over the product of the point's distances
// to the others.
at::Tensor transformed_kernels(const at::Tensor& plain) {
  constexpr int patch = Winograd::patch;
  const double a2 = 0.5, b2 = 2, a = std::sqrt(a2), b = std::sqrt(b2), of_a = 2 * a2 * (a2 - b2),
               of_b = 2 * b2 * (b2 - a2);
  const double g[patch][3] = {{1, 0, 0},
                              {1 / of_a, a / of_a, a2 / of_a},
                              {1 / of_a, -a / of_a, a2 / of_a},
                              {1 / of_b, b / of_b, b2 / of_b},
                              {1 / of_b, -b / of_b, b2 / of_b},
                              {0, 0, 1}};
  const at::Tensor weight = plain.contiguous();
  const std::int64_t kernels = weight.size(0) * weight.size(1);
  at::Tensor out = at::empty({patch * patch, weight.size(0), weight.size(1)}, weight.options());
  const float* const from = weight.const_data_ptr<float>();
  float* const to = out.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < kernels; ++i) {
    const float* const kernel = from + 9 * i;
    for (int y = 0; y < patch; ++y) {
      double row[3];
      for (int x = 0; x < 3; ++x) row[x] = g[y][0] * kernel[x] + g[y][1] * kernel[3 + x] + g[y][2] * kernel[6 + x];
      for (int x = 0; x < patch; ++x) {
        const double value = row[0] * g[x][0] + row[1] * g[x][1] + row[2] * g[x][2];
        to[(y * patch + x) * kernels + i] = static_cast<float>(value);
      }
    }
  }
  return out;
}

}  // namespace

bool Winograd::suits(const at::Tensor& weight) {
  return onednn::usable(weight) && weight.scalar_type() == at::kFloat && weight.size(2) == 3 && weight.size(3) == 3 &&
         weight.size(0) % lanes == 0 && weight.size(1) % lanes == 0 &&
         std::min(weight.size(0), weight.size(1)) >= least_channels;
}

Winograd::Winograd(const at::Tensor& weight, const at::Tensor& plain_bias)
    : bias(plain_bias.defined() ? plain_bias.contiguous() : at::zeros({weight.size(0)}, weight.options())),
      in(static_cast<int>(weight.size(1))),
      out(static_cast<int>(weight.size(0))) {
  const at::Tensor transformed = transformed_kernels(weight);
  for (std::size_t k = 0; k < values; ++k) {
    weights[k] = onednn::linear_weight(transformed[static_cast<std::int64_t>(k)]);
  }
}

at::Tensor Winograd::operator()(const at::Tensor& given, bool relu) const {
  const at::Tensor x = given.contiguous(at::MemoryFormat::ChannelsLast);
  const std::int64_t batch = x.size(0), height = x.size(2), width = x.size(3);
  at::Tensor result = at::empty({batch, out, height, width}, x.options(), at::MemoryFormat::ChannelsLast);
  const std::int64_t across = (width + tile - 1) / tile, down = (height + tile - 1) / tile, all = batch * down * across;
  const std::int64_t at_once = tiles_at_once(in), tasks = (all + at_once - 1) / at_once;
  const float* const from = x.const_data_ptr<float>();
  float* const to = result.mutable_data_ptr<float>();
  const std::vector<float> outside(static_cast<std::size_t>(in));
  share_out(tasks, [&](std::int64_t task) {
    const std::int64_t first = task * at_once, count = std::min(at_once, all - first);
    const at::Tensor patches = at::empty({static_cast<std::int64_t>(values), count, in}, x.options());
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t item = (first + i) / (down * across), y0 = (first + i) / across % down * tile - 1,
                         x0 = (first + i) % across * tile - 1;
      const float* pixels[values];
      for (int k = 0; k < static_cast<int>(values); ++k) {
        const std::int64_t py = y0 + k / patch, px = x0 + k % patch;
        const bool inside = py >= 0 && py < height && px >= 0 && px < width;
        pixels[k] = inside ? from + ((item * height + py) * width + px) * in : outside.data();
      }
      HWY_DYNAMIC_DISPATCH(PatchIn)
      (pixels, static_cast<std::size_t>(in), patches.mutable_data_ptr<float>() + i * in,
       static_cast<std::size_t>(count * in));
    }
    std::array<at::Tensor, values> products;
    const float* product_values[values];
    for (std::size_t k = 0; k < values; ++k) {
      products[k] = onednn::linear(patches[static_cast<std::int64_t>(k)], weights[k], {});
      product_values[k] = products[k].const_data_ptr<float>();
    }
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t item = (first + i) / (down * across), y0 = (first + i) / across % down * tile,
                         x0 = (first + i) % across * tile;
      float* pixels[tile * tile];
      for (int k = 0; k < tile * tile; ++k) {
        const std::int64_t py = y0 + k / tile, px = x0 + k % tile;
        pixels[k] = py < height && px < width ? to + ((item * height + py) * width + px) * out : nullptr;
      }
      HWY_DYNAMIC_DISPATCH(TileOut)
      (product_values, static_cast<std::size_t>(i * out), static_cast<std::size_t>(out), bias.const_data_ptr<float>(),
       relu, pixels);
    }
  });
  return result;
}

}  // namespace v1
}  // namespace relievo
#endif  // HWY_ONCE
