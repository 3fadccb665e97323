// Rounds of PatchMatch and votes (kernels/patch.hpp). Costs are sums of integers, so that every instruction set finds
// the same matches.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/patch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cstring>

#include <relievo/image.hpp>

#include "kernels/patch.hpp"
#include "kernels/sampling.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int side = 2 * patch_radius + 1;

// A row of a patch of RGBX is taken as 8 pixels, which fill vectors.
constexpr int row_bytes = 32;

// What a target knows of its patch: colours, and 255 where they count.
struct Known {
  alignas(row_bytes) std::uint8_t color[side * row_bytes], counts[side * row_bytes];
};

// Sum of squared differences to the patch whose upper left corner is `there`; from `most` on only a bound.
HWY_INLINE std::uint32_t Difference(const Known& known, const std::uint8_t* there, std::ptrdiff_t stride,
                                    std::uint32_t most) {
  static_assert(side == 7);
  std::int32_t sum = 0;
  const std::uint8_t* color = known.color;
  const std::uint8_t* counts = known.counts;
  for (int y = 0; y < side; ++y, there += stride, color += row_bytes, counts += row_bytes) {
    for (int i = 0; i < row_bytes; ++i) {
      const auto apart = static_cast<std::int16_t>((color[i] - there[i]) & static_cast<std::int8_t>(counts[i]));
      sum += std::int32_t{apart} * apart;
    }
    if (y == 2 && static_cast<std::uint32_t>(sum) >= most) break;
  }
  return static_cast<std::uint32_t>(sum);
}

struct Pictures {
  const ImageView &image, &filled, &rank, &behind, &reach, &matches;
};

// The patch of a target beside which there are pixels enough, in vectors.
HWY_INLINE void LearnWithin(const Pictures& in, int x, int y, Known& known) {
  constexpr int pixels = row_bytes / 4;
  const hn::CappedTag<std::int32_t, pixels> d;
  const hn::Rebind<std::uint8_t, decltype(d)> bytes;
  const int lanes = static_cast<int>(hn::Lanes(d));
  const auto layer = hn::Set(d, std::int32_t{in.behind.row<std::uint8_t>(y)[x]});
  for (int j = 0; j < side; ++j) {
    const int v = y + j - patch_radius, u = x - patch_radius;
    const std::uint8_t *const rank = in.rank.row<std::uint8_t>(v) + u, *const behind =
                                                                           in.behind.row<std::uint8_t>(v) + u;
    const auto *const seen = reinterpret_cast<const std::int32_t*>(in.image.row<std::uint8_t>(v)) + u,
                      *const filled = reinterpret_cast<const std::int32_t*>(in.filled.row<std::uint8_t>(v)) + u;
    auto *const color = reinterpret_cast<std::int32_t*>(known.color + j * row_bytes),
                *const counts = reinterpret_cast<std::int32_t*>(known.counts + j * row_bytes);
    for (int i = 0; i < pixels; i += lanes) {
      const auto is_known = hn::Not(hn::Gt(hn::PromoteTo(d, hn::LoadU(bytes, rank + i)), layer));
      const auto counts_too = hn::Eq(hn::PromoteTo(d, hn::LoadU(bytes, behind + i)), layer);
      hn::StoreU(hn::IfThenElse(is_known, hn::LoadU(d, seen + i), hn::LoadU(d, filled + i)), d, color + i);
      hn::StoreU(hn::VecFromMask(d, hn::Or(is_known, counts_too)), d, counts + i);
    }
    counts[pixels - 1] = 0;
  }
}

HWY_INLINE void Learn(const Pictures& in, int x, int y, Known& known) {
  const int width = in.rank.width, height = in.rank.height;
  if (patch_inside(x, y, width - 1, height)) return LearnWithin(in, x, y, known);
  const std::uint8_t layer = in.behind.row<std::uint8_t>(y)[x];
  std::uint8_t* color = known.color;
  std::uint8_t* counts = known.counts;
  for (int v = y - patch_radius; v <= y + patch_radius; ++v) {
    const int row = repeat_border(v, height);
    const std::uint8_t* const rank = in.rank.row<std::uint8_t>(row);
    const std::uint8_t* const behind = in.behind.row<std::uint8_t>(row);
    const std::uint8_t *const seen = in.image.row<std::uint8_t>(row), *const filled = in.filled.row<std::uint8_t>(row);
    for (int u = x - patch_radius; u <= x + patch_radius; ++u, color += 4, counts += 4) {
      const int column = repeat_border(u, width);
      const bool is_known = rank[column] <= layer;
      const bool counts_here = is_known || behind[column] == layer;
      std::memcpy(color, (is_known ? seen : filled) + std::ptrdiff_t{4} * column, 4);
      std::memset(counts, counts_here ? 255 : 0, 4);
    }
    std::memset(color, 0, 4);
    std::memset(counts, 0, 4);
    color += 4;
    counts += 4;
  }
}

void SearchRow(const ImageView& image, const ImageView& filled, const ImageView& rank, const ImageView& behind,
               const ImageView& reach, const ImageView& matches, int y, const PatchSearch& how, PatchMatch* out) {
  const Pictures in{image, filled, rank, behind, reach, matches};
  const int width = in.rank.width, height = in.rank.height;
  const auto at = [](const ImageView& mask, int u, int v) { return mask.row<std::uint8_t>(v)[u]; };
  const auto match = [&](int u, int v) {
    return reinterpret_cast<const PatchMatch*>(in.matches.row<std::uint16_t>(v))[u];
  };
  const auto is_target = [&](int u, int v) {
    return u >= 0 && v >= 0 && u < width && v < height && at(in.behind, u, v) < at(in.reach, u, v);
  };
  for (int x = 0; x < width; ++x) {
    if (!is_target(x, y)) {
      out[x] = no_match;
      continue;
    }
    Known known;
    Learn(in, x, y, known);
    const std::uint8_t layer = at(in.behind, x, y);
    const auto allowed = [&](int u, int v) { return patch_inside(u, v, width, height) && at(in.reach, u, v) <= layer; };
    const auto cost = [&](int u, int v, std::uint32_t most) HWY_ATTR {
      const std::uint32_t far = patch_distance_cost(u - x, v - y, how.distance_weight);
      if (far >= most) return far;
      const std::uint8_t* const corner =
          in.image.row<std::uint8_t>(v - patch_radius) + std::ptrdiff_t{4} * (u - patch_radius);
      if (v + patch_radius + 1 < height || u + patch_radius + 1 < width) {
        return far + Difference(known, corner, in.image.stride, most - far);
      }
      // No pixel follows the last one.
      std::uint8_t last[side * row_bytes] = {};
      for (int j = 0; j < side; ++j) std::memcpy(last + j * row_bytes, corner + j * in.image.stride, 4 * side);
      return far + Difference(known, last, row_bytes, most - far);
    };
    out[x] = patch_best(x, y, how, cost, allowed, match, is_target);
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

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(SearchRow);

constexpr int band = 16;

const PatchMatch* matches_of(const ImageView& matches, int y) {
  return reinterpret_cast<const PatchMatch*>(matches.row<std::uint16_t>(y));
}

void weigh_row(const ImageView& behind, const ImageView& reach, const ImageView& matches, int y, bool final,
               std::uint64_t* weights) {
  const PatchMatch* const row = matches_of(matches, y);
  const std::uint8_t *const layer = behind.row<std::uint8_t>(y), *const around = reach.row<std::uint8_t>(y);
  for (int x = 0; x < behind.width; ++x) {
    weights[x] = layer[x] < around[x] && row[x].found() ? patch_vote_weight(row[x].cost(), final) : 0;
  }
}

// A row of targets: their matches, the layers they hide, what they weigh (0 where they have no match), and how many
// rows above the pixel voted for they lie.
struct Voters {
  const PatchMatch* match;
  const std::uint8_t* layer;
  const std::uint64_t* weight;
  int above;
};

template <class T, int pixel>
void vote_row(const ImageView& image, const std::uint8_t* shown, const std::uint8_t* hidden, const Voters* voters,
              int rows, const PatchVote& how, const MutableImageView& out, int y) {
  constexpr int colors = pixel == 1 ? 1 : 3;
  const int width = out.width;
  for (int x = 0; x < width; ++x) {
    if (hidden[x] >= shown[x]) continue;
    PatchVotes<T> votes;
    bool any = false;
    const int left = std::max(0, x - how.spread), right = std::min(width - 1, x + how.spread);
    for (int j = 0; j < rows; ++j) {
      const Voters& of = voters[j];
      for (int i = left; i <= right; ++i) {
        if (of.weight[i] == 0 || of.layer[i] != hidden[x]) continue;
        const PatchMatch& match = of.match[i];
        votes.add(image.row<T>(match.y + of.above) + pixel * (match.x + x - i), colors, of.weight[i]);
        any = true;
      }
    }
    if (!any) continue;
    T* const to = out.row<T>(y) + pixel * x;
    for (int k = 0; k < colors; ++k) to[k] = drawn(to[k], votes.mean(k), how.contrast);
  }
}

}  // namespace

void CpuEngine::patch_halve(const ImageView& image, const ImageView& rank, const ImageView& behind,
                            const MutableImageView& out, const MutableImageView& out_rank,
                            const MutableImageView& out_behind) {
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      for (int x = 0; x < out.width; ++x) {
        PatchHalf half;
        for (int j = 2 * y; j < std::min(2 * y + 2, image.height); ++j) {
          for (int i = 2 * x; i < std::min(2 * x + 2, image.width); ++i) {
            half.add(image.row<std::uint8_t>(j) + 4 * i, rank.row<std::uint8_t>(j)[i], behind.row<std::uint8_t>(j)[i]);
          }
        }
        half.store(out.row<std::uint8_t>(y) + 4 * x, out_rank.row<std::uint8_t>(y)[x],
                   out_behind.row<std::uint8_t>(y)[x]);
      }
    }
  });
}

void CpuEngine::patch_double(const ImageView& coarse, const ImageView& behind, const ImageView& reach,
                             const MutableImageView& out) {
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const layer = behind.row<std::uint8_t>(y);
      const std::uint8_t* const around = reach.row<std::uint8_t>(y);
      const PatchMatch* const from = matches_of(coarse, y / 2);
      auto* const to = reinterpret_cast<PatchMatch*>(out.row<std::uint16_t>(y));
      for (int x = 0; x < out.width; ++x) {
        to[x] = layer[x] < around[x] ? patch_doubled(x, y, from[x / 2]) : no_match;
      }
    }
  });
}

void CpuEngine::patch_search(const ImageView& image, const ImageView& filled, const ImageView& rank,
                             const ImageView& behind, const ImageView& reach, const ImageView& in,
                             const PatchSearch& how, const MutableImageView& out) {
  const auto search_row = HWY_DYNAMIC_DISPATCH(SearchRow);
  parallel_rows(image.height, band, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      search_row(image, filled, rank, behind, reach, in, y, how,
                 reinterpret_cast<PatchMatch*>(out.row<std::uint16_t>(y)));
    }
  });
}

void CpuEngine::patch_vote(const ImageView& image, const ImageView& rank, const ImageView& behind,
                           const ImageView& reach, const ImageView& matches, const PatchVote& how,
                           const MutableImageView& out) {
  const int height = out.height;
  parallel_rows(height, band, [&](int first, int last, ThreadScratch& scratch) {
    const int most = 2 * how.spread + 1;
    const std::size_t width = static_cast<std::size_t>(out.width);
    std::uint64_t* const weights = scratch.take<std::uint64_t>(static_cast<std::size_t>(most) * width);
    const auto weights_of = [&](int y) { return weights + static_cast<std::size_t>(y % most) * width; };
    int weighed = std::max(0, first - how.spread);
    for (int y = first; y < last; ++y) {
      const int top = std::max(0, y - how.spread), bottom = std::min(height - 1, y + how.spread);
      for (; weighed <= bottom; ++weighed) {
        weigh_row(behind, reach, matches, weighed, how.final, weights_of(weighed));
      }
      Voters voters[2 * patch_radius + 1];
      for (int j = top; j <= bottom; ++j) {
        voters[j - top] = {matches_of(matches, j), behind.row<std::uint8_t>(j), weights_of(j), y - j};
      }
      with_scalar(out.format.scalar, [&](auto t) {
        using T = decltype(t);
        const auto vote = out.format.channels == 1   ? vote_row<T, 1>
                          : out.format.channels == 3 ? vote_row<T, 3>
                                                     : vote_row<T, 4>;
        vote(image, rank.row<std::uint8_t>(y), behind.row<std::uint8_t>(y), voters, bottom - top + 1, how, out, y);
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
