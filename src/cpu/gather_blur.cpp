// The depth-weighted gather: pixels beside one another take the same tap together.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/gather_blur.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstddef>

#include "kernels/gather.hpp"

#ifndef RELIEVO_CPU_GATHER_BLUR_TILE
#define RELIEVO_CPU_GATHER_BLUR_TILE
namespace relievo {
inline namespace v1 {
namespace {

constexpr int color_planes = 4;

// A tile of the picture and `taps` pixels around it, a plane a quantity, rows `pitch` floats apart.
struct GatherTile {
  float *disparity, *radius, *inverse_area;
  float* color[color_planes];
  std::ptrdiff_t pitch;
  int taps;
  float largest;       // radius in and around the tile
  const float* reach;  // of the tap in the middle
};

}  // namespace
}  // namespace v1
}  // namespace relievo
#endif

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Row `y` of a tile of `padded` columns, a multiple of the lanes of a vector.
void GatherRow(const GatherTile& tile, int y, int padded, float* const* out) {
  const hn::ScalableTag<float> d;
  using Floats = hn::Vec<decltype(d)>;
  const auto zero = hn::Zero(d), half = hn::Set(d, 0.5f), one = hn::Set(d, 1.0f);
  const float rim = tile.largest + 0.5f;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int x = 0; x < padded; x += lanes) {
    const std::ptrdiff_t own = (y + tile.taps) * tile.pitch + x + tile.taps;
    const auto own_disparity = hn::LoadU(d, tile.disparity + own);
    const auto own_radius = hn::LoadU(d, tile.radius + own);
    const auto own_inverse = hn::LoadU(d, tile.inverse_area + own);
    Floats weight = zero, red = zero, green = zero, blue = zero, alpha = zero;
    for (int dy = -tile.taps; dy <= tile.taps; ++dy) {
      Floats row_weight = zero, row_red = zero, row_green = zero, row_blue = zero, row_alpha = zero;
      const float* const reaches = tile.reach + dy * reach_side;
      for (int dx = -tile.taps; dx <= tile.taps; ++dx) {
        const float reach = reaches[dx];
        if (!(reach < rim)) continue;
        // gather_weight, operation by operation.
        const std::ptrdiff_t at = own + dy * tile.pitch + dx;
        const auto tap_radius = hn::LoadU(d, tile.radius + at);
        const auto by_tap =
            hn::Or(hn::Gt(hn::LoadU(d, tile.disparity + at), own_disparity), hn::Lt(tap_radius, own_radius));
        const auto radius = hn::IfThenElse(by_tap, tap_radius, own_radius);
        const auto over = hn::Sub(hn::Add(radius, half), hn::Set(d, reach));
        const auto covers = hn::Gt(over, zero);
        if (hn::AllFalse(d, covers)) continue;
        const auto cover = hn::IfThenElse(hn::Lt(over, one), over, one);
        const auto inverse = hn::IfThenElse(by_tap, hn::LoadU(d, tile.inverse_area + at), own_inverse);
        const auto w = hn::IfThenElseZero(covers, hn::Mul(cover, inverse));
        const auto light = [&](int plane) HWY_ATTR {
          return hn::IfThenElseZero(covers, hn::Mul(w, hn::LoadU(d, tile.color[plane] + at)));
        };
        row_weight = hn::Add(row_weight, w);
        row_red = hn::Add(row_red, light(0));
        row_green = hn::Add(row_green, light(1));
        row_blue = hn::Add(row_blue, light(2));
        row_alpha = hn::Add(row_alpha, light(3));
      }
      weight = hn::Add(weight, row_weight);
      red = hn::Add(red, row_red);
      green = hn::Add(green, row_green);
      blue = hn::Add(blue, row_blue);
      alpha = hn::Add(alpha, row_alpha);
    }
    hn::StoreU(hn::Div(red, weight), d, out[0] + x);
    hn::StoreU(hn::Div(green, weight), d, out[1] + x);
    hn::StoreU(hn::Div(blue, weight), d, out[2] + x);
    hn::StoreU(hn::Div(alpha, weight), d, out[3] + x);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <algorithm>
#include <memory>

#include "core/aperture_reach.hpp"
#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(GatherRow);

constexpr int tile_rows = 8;
constexpr int tile_columns = 128;

struct Gather {
  const ImageView &in, &disparity, &radius;
  const MutableImageView& out;
  const ApertureReach& aperture;
  float radius_max;
  int first_row;

  float radius_at(int x, int y) const { return clamp_unit(radius.row<float>(y)[x]) * radius_max; }

  // Columns x0 .. x1 - 1 of rows y0 .. y1 - 1, all in the input's coordinates.
  template <class T>
  void tile(int x0, int x1, int y0, int y1, ThreadScratch& scratch) const {
    const int around = taps_of(radius_max);
    GatherTile tile{};
    for (int y = std::max(y0 - around, 0); y < std::min(y1 + around, in.height); ++y) {
      for (int x = std::max(x0 - around, 0); x < std::min(x1 + around, in.width); ++x) {
        tile.largest = std::max(tile.largest, radius_at(x, y));
      }
    }
    tile.taps = taps_of(tile.largest);
    tile.reach = aperture.reach.data() + reach_index(0, 0);
    const int padded = (x1 - x0 + 15) / 16 * 16;
    tile.pitch = padded + 2 * tile.taps;
    const int rows = y1 - y0 + 2 * tile.taps;
    const std::size_t size = static_cast<std::size_t>(tile.pitch) * static_cast<std::size_t>(rows);
    for (float** plane : {&tile.disparity, &tile.radius, &tile.inverse_area, &tile.color[0], &tile.color[1],
                          &tile.color[2], &tile.color[3]}) {
      *plane = scratch.take<float>(size);
      std::fill_n(*plane, size, 0.0f);
    }
    // No light comes from outside.
    std::fill_n(tile.radius, size, -1.0f);
    for (int y = std::max(y0 - tile.taps, 0); y < std::min(y1 + tile.taps, in.height); ++y) {
      for (int x = std::max(x0 - tile.taps, 0); x < std::min(x0 + padded + tile.taps, in.width); ++x) {
        const std::ptrdiff_t at = (y - y0 + tile.taps) * tile.pitch + x - x0 + tile.taps;
        tile.disparity[at] = disparity.row<float>(y)[x];
        tile.radius[at] = radius_at(x, y);
        tile.inverse_area[at] = inverse_area(tile.radius[at], aperture.area.data());
        for (int c = 0; c < color_planes; ++c) tile.color[c][at] = to_float(in.row<T>(y)[color_planes * x + c]);
      }
    }
    float* sums[color_planes];
    for (float*& plane : sums) plane = scratch.take<float>(static_cast<std::size_t>(padded));
    for (int y = y0; y < y1; ++y) {
      HWY_DYNAMIC_DISPATCH(GatherRow)(tile, y - y0, padded, sums);
      T* const to = out.row<T>(y - first_row) + std::ptrdiff_t{color_planes} * x0;
      for (int x = 0; x < x1 - x0; ++x) {
        for (int c = 0; c < color_planes; ++c) to[color_planes * x + c] = from_float<T>(sums[c][x]);
      }
    }
  }
};

}  // namespace

void CpuEngine::gather_blur(const ImageView& in, const ImageView& disparity, const ImageView& radius,
                            const MutableImageView& out, const ApertureShape& shape, int radius_max, int first_row) {
  const std::shared_ptr<const ApertureReach> aperture = aperture_reach(shape);
  const Gather gather{in, disparity, radius, out, *aperture, static_cast<float>(radius_max), first_row};
  parallel_rows(out.height, tile_rows, [&](int first, int last, ThreadScratch& scratch) {
    for (int x = 0; x < out.width; x += tile_columns) {
      scratch.reset();
      const int end = std::min(x + tile_columns, out.width);
      if (in.format.scalar == Scalar::u16) {
        gather.tile<std::uint16_t>(x, end, first_row + first, first_row + last, scratch);
      } else {
        gather.tile<float>(x, end, first_row + first, first_row + last, scratch);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
