// Dilation and erosion run by run: largest values over 2^k pixels of a row make, two at a time, those over a run of any
// length. Erosion is dilation of the complement.
#include "cpu/targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/morphology.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace relievo {
inline namespace v1 {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
using U8 = hn::ScalableTag<std::uint8_t>;

void Complement(const std::uint8_t* in, std::uint8_t flip, int n, std::uint8_t* out) {
  for (int i = 0; i < n; ++i) out[i] = static_cast<std::uint8_t>(in[i] ^ flip);
}

// out[i] = the largest of taps[0][i] .. taps[count - 1][i], as a complement where `flip` is 255.
void LargestOf(const std::uint8_t* const* taps, int count, std::uint8_t flip, int n, std::uint8_t* out) {
  const U8 d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  int i = 0;
  for (; i + lanes <= n; i += lanes) {
    auto largest = hn::Zero(d);
    for (int k = 0; k < count; ++k) largest = hn::Max(largest, hn::LoadU(d, taps[k] + i));
    hn::StoreU(hn::Xor(largest, hn::Set(d, flip)), d, out + i);
  }
  for (; i < n; ++i) {
    std::uint8_t largest = 0;
    for (int k = 0; k < count; ++k) largest = std::max(largest, taps[k][i]);
    out[i] = static_cast<std::uint8_t>(largest ^ flip);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace v1
}  // namespace relievo
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <vector>

#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

HWY_EXPORT(Complement);
HWY_EXPORT(LargestOf);

// Columns worked on at a time, so that what a window's rows need stays in the cache.
constexpr int tile = 512;

}  // namespace

void CpuEngine::morphology(const ImageView& in, const MutableImageView& out, Morphology operation,
                           const ApertureMask& mask) {
  if (in.data == out.data) {
    Image before(in.width, in.height, in.format, in.color);
    copy(in, before.mutable_view());
    return morphology(before, out, operation, mask);
  }
  const auto complement = HWY_DYNAMIC_DISPATCH(Complement);
  const auto largest_of = HWY_DYNAMIC_DISPATCH(LargestOf);
  const std::uint8_t flip = operation == Morphology::erode ? 255 : 0;
  const int radius = mask.radius;
  int levels = 1;
  for (const ApertureRun& run : mask.runs) levels = std::max(levels, power_in(run) + 1);
  const int rows = 2 * radius + 1;
  const std::size_t pitch = static_cast<std::size_t>(tile + 2 * radius);

  parallel_rows(in.height, std::max(64, 4 * radius), [&](int first, int last, ThreadScratch& scratch) {
    // Of rows y - radius .. y + radius in turn: at level k the largest of 2^k pixels, `radius` pixels more on each
    // side.
    std::uint8_t* const kept = scratch.take<std::uint8_t>(pitch * static_cast<std::size_t>(rows * levels));
    const std::uint8_t** const taps = scratch.take<const std::uint8_t*>(2 * mask.runs.size());
    const auto level = [&](int y, int k) { return kept + pitch * static_cast<std::size_t>(y % rows * levels + k); };
    for (int left = 0; left < in.width; left += tile) {
      const int right = std::min(left + tile, in.width);
      const int columns = right - left + 2 * radius;
      const int from = std::max(0, left - radius);
      const int to = std::min(in.width, right + radius);
      int ready = std::max(0, first - radius);
      for (int y = first; y < last; ++y) {
        for (; ready <= std::min(in.height - 1, y + radius); ++ready) {
          std::uint8_t* const row = level(ready, 0);
          const int inside = from - (left - radius);
          std::fill_n(row, inside, std::uint8_t{0});
          complement(in.row<std::uint8_t>(ready) + from, flip, to - from, row + inside);
          std::fill_n(row + inside + (to - from), columns - inside - (to - from), std::uint8_t{0});
          for (int k = 1; k < levels; ++k) {
            const std::uint8_t* const half = level(ready, k - 1);
            const std::uint8_t* const halves[] = {half, half + (1 << (k - 1))};
            largest_of(halves, 2, 0, columns - (1 << k) + 1, level(ready, k));
          }
        }
        int count = 0;
        for (const ApertureRun& run : mask.runs) {
          if (y + run.dy < 0 || y + run.dy >= in.height) continue;
          const int k = power_in(run);
          const std::uint8_t* const row = level(y + run.dy, k) + radius;
          taps[count++] = row + run.dx_begin;
          if (run.dx_end - (1 << k) != run.dx_begin) taps[count++] = row + run.dx_end - (1 << k);
        }
        largest_of(taps, count, flip, right - left, out.row<std::uint8_t>(y) + left);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo

#endif  // HWY_ONCE
