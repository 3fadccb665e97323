#include "effects/depth_tiles.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/engine.hpp"
#include "core/views.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Gaussian windows in px of the whole's depth; sigma = 0.15 size + 0.35.
constexpr int resolved_window = 17;      // Networks blur edges over 1 to 3 px: what is wider than 3 both see.
constexpr int common_window = 9;         // Of what is finer than 2 px networks differ in how clear they are.
constexpr int softer_window = 5;         // By as much the whole is softer than a tile: its edges, 1 px and resizing.
constexpr int broad_window = 33;         // What is wider than 5 px, a tile's tilt and bow, tells nothing of its scale.
constexpr int slope_window = 81;         // Wide, so that slopes do not follow single edges.
constexpr float least_variance = 1e-6f;  // (0.1 % of a tile's range)^2
constexpr float whole_variance = 2.5e-5f;  // (0.5 % of the whole's range)^2: less relief is flat
// Squared correlation at which a tile begins to count, and from which it counts in full.
constexpr float doubtful = 0.1f, sure = 0.6f;

// First px of the fewest tiles that cover `length` px and share at least a third, evenly spread.
std::vector<int> starts(int length, int tile) {
  const int steps = static_cast<int>(std::ceil(1.5 * (length - tile) / tile));
  std::vector<int> first{0};
  for (int i = 1; i <= steps; ++i) first.push_back(static_cast<int>(std::lround(double(i) * (length - tile) / steps)));
  return first;
}

// Raised cosines that add up to 1 at each px.
std::vector<std::vector<float>> fades(const std::vector<int>& first, int tile, int length) {
  std::vector<double> window(static_cast<std::size_t>(tile)), sum(static_cast<std::size_t>(length));
  for (int i = 0; i < tile; ++i) window[i] = std::pow(std::sin(std::numbers::pi * (i + 0.5) / tile), 2);
  for (const int start : first) {
    for (int i = 0; i < tile; ++i) sum[start + i] += window[i];
  }
  std::vector<std::vector<float>> parts;
  for (const int start : first) {
    auto& part = parts.emplace_back();
    for (int i = 0; i < tile; ++i) part.push_back(static_cast<float>(window[i] / sum[start + i]));
  }
  return parts;
}

Image blurred(const Device& host, const Image& in, int window) {
  Image out = host.allocate(in.width(), in.height(), in.format());
  host.engine().gaussian(in, out.mutable_view(), window);
  return out;
}

// What is above a blur of it, without scale: a band of a tile and of the whole in the same place.
struct Band {
  const Image &tile, &whole, &broad_tile, &broad_whole;
};

// Second moments of a band within a window around each px: of the tile, of the whole, of both together.
Image moments(const Device& host, const Band& band, int window) {
  Image out = host.allocate(band.tile.width(), band.tile.height(), {Scalar::f32, 3});
  for (int y = 0; y < out.height(); ++y) {
    float* row = out.row<float>(y);
    for (int x = 0; x < out.width(); ++x) {
      const float t = band.tile.row<float>(y)[x] - band.broad_tile.row<float>(y)[x];
      const float w = band.whole.row<float>(y)[x] - band.broad_whole.row<float>(y)[x];
      *row++ = t * t;
      *row++ = w * w;
      *row++ = t * w;
    }
  }
  host.engine().gaussian(out, out.mutable_view(), window);
  return out;
}

// By how much the whole rises where the tile rises by 1; 0 where it falls.
float slope_of(const float* moment) { return std::max(0.0f, moment[2]) / (moment[0] + least_variance); }

// 0 to 1 by their squared correlation; 0 where one is flat and where it is negative.
float trust_of(const float* moment) {
  const float both = std::max(0.0f, moment[2]);
  const float squared = both * both / ((moment[0] + least_variance) * (moment[1] + whole_variance));
  return std::clamp((squared - doubtful) / (sure - doubtful), 0.0f, 1.0f);
}

}  // namespace

TilePlan plan_tiles(const NetworkInput& input, int width, int height, int resolution, int tiles, NetworkSize whole) {
  const bool upright = height > width;
  const int longer = std::max(width, height), shorter = std::min(width, height);
  for (; tiles > 1; --tiles) {
    const int side = 3 * longer / (2 * tiles + 1), other = std::min(side, shorter);
    if (side < input.multiple) continue;
    TilePlan plan;
    plan.tile = upright ? network_size(input, other, side, resolution) : network_size(input, side, other, resolution);
    const int along = upright ? plan.tile.height : plan.tile.width,
              across = upright ? plan.tile.width : plan.tile.height;
    const int length = along * (2 * tiles + 1) / 3;
    const int breadth =
        other == shorter ? across : std::max(across, static_cast<int>(std::int64_t{length} * shorter / longer));
    if (length > longer || breadth > shorter) continue;
    if (length <= std::max(whole.width, whole.height)) return {};
    plan.width = upright ? breadth : length;
    plan.height = upright ? length : breadth;
    plan.x = starts(plan.width, plan.tile.width);
    plan.y = starts(plan.height, plan.tile.height);
    return plan;
  }
  return {};
}

TiledDepth::TiledDepth(const Device& host, const ImageView& whole, TilePlan plan)
    : host_(host),
      plan_(std::move(plan)),
      coarse_{std::max(1, plan_.tile.width * whole.width / plan_.width),
              std::max(1, plan_.tile.height * whole.height / plan_.height)},
      across_(fades(plan_.x, plan_.tile.width, plan_.width)),
      down_(fades(plan_.y, plan_.tile.height, plan_.height)),
      base_(resized(host, whole, plan_.width, plan_.height, ResizeFilter::bilinear)),
      detail_(host.allocate(plan_.width, plan_.height, f32_1)) {
  for (int y = 0; y < plan_.height; ++y) std::fill_n(detail_.row<float>(y), plan_.width, 0.0f);
}

// Of `base` and `tile`: detail = c[0] base + c[1] tile + c[2], that is trust (low base - base + slope (tile - low
// tile)).
Image TiledDepth::coefficients(const ImageView& base, const ImageView& tile) const {
  const Image t = resized(host_, tile, coarse_.width, coarse_.height, ResizeFilter::area);
  const Image b = resized(host_, base, coarse_.width, coarse_.height, ResizeFilter::area);
  const Image low_t = blurred(host_, t, resolved_window), low_b = blurred(host_, b, resolved_window);
  const Image broad_t = blurred(host_, t, broad_window), broad_b = blurred(host_, b, broad_window);
  const Image soft_t = blurred(host_, blurred(host_, t, common_window), softer_window);
  const Image soft_b = blurred(host_, b, common_window);
  const Image slopes = moments(host_, {soft_t, soft_b, broad_t, broad_b}, slope_window);
  const Image likeness = moments(host_, {t, b, broad_t, broad_b}, resolved_window);
  Image trust = host_.allocate(coarse_.width, coarse_.height, f32_1);
  for (int y = 0; y < coarse_.height; ++y) {
    for (int x = 0; x < coarse_.width; ++x) trust.row<float>(y)[x] = trust_of(likeness.row<float>(y) + 3 * x);
  }
  host_.engine().gaussian(trust, trust.mutable_view(), resolved_window);
  Image out = host_.allocate(coarse_.width, coarse_.height, {Scalar::f32, 3});
  for (int y = 0; y < coarse_.height; ++y) {
    float* c = out.row<float>(y);
    for (int x = 0; x < coarse_.width; ++x) {
      const float k = trust.row<float>(y)[x], slope = slope_of(slopes.row<float>(y) + 3 * x);
      *c++ = -k;
      *c++ = k * slope;
      *c++ = k * (low_b.row<float>(y)[x] - slope * low_t.row<float>(y)[x]);
    }
  }
  return resized(host_, out, plan_.tile.width, plan_.tile.height, ResizeFilter::bilinear);
}

void TiledDepth::add(int index, const ImageView& tile) {
  const TilePlan::Place at = plan_.place(index);
  const std::size_t columns = plan_.x.size(), i = static_cast<std::size_t>(index);
  const std::vector<float>&across = across_[i % columns], &down = down_[i / columns];
  const Image all = coefficients(part_of(base_.view(), at.x, at.y, tile.width, tile.height), tile);
  for (int y = 0; y < tile.height; ++y) {
    const float *t = tile.row<float>(y), *c = all.row<float>(y), *base = base_.row<float>(at.y + y) + at.x;
    float* detail = detail_.row<float>(at.y + y) + at.x;
    for (int x = 0; x < tile.width; ++x, c += 3) {
      detail[x] += across[x] * down[y] * (c[0] * base[x] + c[1] * t[x] + c[2]);
    }
  }
}

Image TiledDepth::take() {
  for (int y = 0; y < plan_.height; ++y) {
    float* base = base_.row<float>(y);
    const float* detail = detail_.row<float>(y);
    for (int x = 0; x < plan_.width; ++x) base[x] = std::clamp(base[x] + detail[x], 0.0f, 1.0f);
  }
  return std::move(base_);
}

}  // namespace v1
}  // namespace relievo
