// Rounds of PatchMatch and votes (kernels/patch.hpp). Costs are sums of integers, so that every instruction set finds
// the same matches.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/patch.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <relievo/image.hpp>

#include "kernels/patch.hpp"

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

constexpr int side = 2 * patch_radius + 1;

HWY_INLINE std::int32_t Square(const std::uint8_t* a, const std::uint8_t* b) {
  const auto apart = static_cast<std::int16_t>(*a - *b);
  return std::int32_t{apart} * apart;
}

// Sum of squared differences of two patches of RGBX, from their upper left corners; from `most` on only a bound. A row
// is taken as 8 pixels, which fill vectors, less the last.
HWY_INLINE std::uint32_t Difference(const std::uint8_t* a, const std::uint8_t* b, std::ptrdiff_t stride,
                                    std::uint32_t most) {
  static_assert(side == 7);
  std::int32_t sum = 0;
  for (int y = 0; y < side; ++y, a += stride, b += stride) {
    for (int i = 0; i < 32; ++i) sum += Square(a + i, b + i);
    for (int i = 28; i < 31; ++i) sum -= Square(a + i, b + i);
    if (y == 2 && static_cast<std::uint32_t>(sum) >= most) break;
  }
  return static_cast<std::uint32_t>(sum);
}

// `padded` is the picture with its border repeated: the corner of the patch around (x, y) is its pixel (x, y).
void SearchRow(const ImageView& padded, const ImageView& target, const ImageView& source, const ImageView& matches,
               int y, const PatchSearch& how, PatchMatch* out) {
  const int width = target.width, height = target.height;
  const auto is_set = [](const ImageView& mask, int u, int v) { return mask.row<std::uint8_t>(v)[u] != 0; };
  const auto corner = [&](int u, int v) { return padded.row<std::uint8_t>(v) + std::ptrdiff_t{4} * u; };
  const auto match = [&](int u, int v) {
    return reinterpret_cast<const PatchMatch*>(matches.row<std::uint16_t>(v))[u];
  };
  const auto is_target = [&](int u, int v) {
    return u >= 0 && v >= 0 && u < width && v < height && is_set(target, u, v);
  };
  const auto allowed = [&](int u, int v) { return patch_inside(u, v, width, height) && is_set(source, u, v); };
  for (int x = 0; x < width; ++x) {
    if (!is_set(target, x, y)) continue;
    const std::uint8_t* const here = corner(x, y);
    const auto cost = [&](int u, int v, std::uint32_t most) HWY_ATTR {
      const std::uint32_t far = patch_distance_cost(u - x, v - y, how.distance_weight);
      return far >= most ? far : far + Difference(here, corner(u, v), padded.stride, most - far);
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

}  // namespace

void CpuEngine::patch_halve(const ImageView& image, const ImageView& hole, const ImageView& barred,
                            const MutableImageView& out, const MutableImageView& out_hole,
                            const MutableImageView& out_barred) {
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      for (int x = 0; x < out.width; ++x) {
        PatchHalf half;
        for (int j = 2 * y; j < std::min(2 * y + 2, image.height); ++j) {
          for (int i = 2 * x; i < std::min(2 * x + 2, image.width); ++i) {
            half.add(image.row<std::uint8_t>(j) + 4 * i, hole.row<std::uint8_t>(j)[i] != 0,
                     barred.row<std::uint8_t>(j)[i] != 0);
          }
        }
        half.store(out.row<std::uint8_t>(y) + 4 * x, out_hole.row<std::uint8_t>(y)[x],
                   out_barred.row<std::uint8_t>(y)[x]);
      }
    }
  });
}

void CpuEngine::patch_double(const ImageView& coarse, const ImageView& target, const MutableImageView& out) {
  parallel_rows(out.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const wanted = target.row<std::uint8_t>(y);
      const auto* const from = reinterpret_cast<const PatchMatch*>(coarse.row<std::uint16_t>(y / 2));
      auto* const to = reinterpret_cast<PatchMatch*>(out.row<std::uint16_t>(y));
      for (int x = 0; x < out.width; ++x) {
        if (wanted[x] != 0) to[x] = patch_doubled(x, y, from[x / 2]);
      }
    }
  });
}

void CpuEngine::patch_search(const ImageView& image, const ImageView& target, const ImageView& source,
                             const ImageView& in, const PatchSearch& how, const MutableImageView& out) {
  Image padded(image.width + 2 * patch_radius + 1, image.height + 2 * patch_radius, image.format);
  parallel_rows(padded.height(), 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const from = image.row<std::uint8_t>(std::clamp(y - patch_radius, 0, image.height - 1));
      std::uint8_t* to = padded.row<std::uint8_t>(y);
      for (int i = 0; i < patch_radius; ++i, to += 4) std::memcpy(to, from, 4);
      std::memcpy(to, from, std::size_t{4} * static_cast<std::size_t>(image.width));
      to += std::ptrdiff_t{4} * image.width;
      for (int i = 0; i <= patch_radius; ++i, to += 4) std::memcpy(to, to - 4, 4);
    }
  });
  const auto search_row = HWY_DYNAMIC_DISPATCH(SearchRow);
  parallel_rows(image.height, band, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      search_row(padded, target, source, in, y, how, reinterpret_cast<PatchMatch*>(out.row<std::uint16_t>(y)));
    }
  });
}

void CpuEngine::patch_vote(const ImageView& image, const ImageView& hole, const ImageView& target,
                           const ImageView& matches, bool final, const MutableImageView& out) {
  const int width = out.width, height = out.height, pixel = out.format.channels;
  const int colors = pixel == 1 ? 1 : 3;
  parallel_rows(height, band, [&](int first, int last, ThreadScratch&) {
    with_scalar(out.format.scalar, [&](auto t) {
      using T = decltype(t);
      for (int y = first; y < last; ++y) {
        const std::uint8_t* const wanted = hole.row<std::uint8_t>(y);
        for (int x = 0; x < width; ++x) {
          if (wanted[x] == 0) continue;
          PatchVotes<T> votes;
          for (int j = std::max(0, y - patch_radius); j <= std::min(height - 1, y + patch_radius); ++j) {
            const auto* const row = reinterpret_cast<const PatchMatch*>(matches.row<std::uint16_t>(j));
            const std::uint8_t* const voters = target.row<std::uint8_t>(j);
            for (int i = std::max(0, x - patch_radius); i <= std::min(width - 1, x + patch_radius); ++i) {
              if (voters[i] == 0) continue;
              const PatchMatch m = row[i];
              votes.add(image.row<T>(m.y + y - j) + pixel * (m.x + x - i), colors, patch_vote_weight(m.cost(), final));
            }
          }
          T* const to = out.row<T>(y) + pixel * x;
          for (int k = 0; k < colors; ++k) to[k] = votes.mean(k);
        }
      }
    });
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
