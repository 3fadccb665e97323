#include "effects/patch_fill.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "core/engine.hpp"
#include "core/views.hpp"
#include "effects/histogram.hpp"
#include "effects/working_copy.hpp"
#include "kernels/patch.hpp"
#include "vision/fill.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr PixelFormat rgbx{Scalar::u8, 4};

// What it costs, in squared code values summed over a patch, that a match is as far away as the photo is long.
constexpr float distance_cost = 1.5e6f;
// Of the contrast that a texture found behind a silhouette has to the mean of its layer, what is drawn of it: what is
// hidden need not look like it.
constexpr float texture_contrast = 0.6f;
// The same where silhouettes of layers hide: what goes on behind them looks like what is beside it.
constexpr float layered_distance_cost = 1e9f;
// Beyond it matches of the next coarser level are good enough.
constexpr std::int64_t searched_pixels = 4'000'000, layered_searched_pixels = 800'000;
// The coarsest level is at most this long where holes are thin, and at least that long where they are not.
constexpr int coarse_side = 512, coarsest_side = 48;

struct Level {
  int width = 0, height = 0;
  Image image, filled, rank, behind, reach;

  std::int64_t pixels() const { return std::int64_t{width} * height; }
  int longer_side() const { return std::max(width, height); }
};

// All pixels that a patch around one of them holds.
ApertureMask patch_mask() {
  ApertureMask mask;
  mask.radius = patch_radius;
  for (int dy = -patch_radius; dy <= patch_radius; ++dy) mask.runs.push_back({dy, -patch_radius, patch_radius + 1});
  mask.area = static_cast<int>(mask.runs.size() * mask.runs.size());
  return mask;
}

int lowest_of(const Histogram& counts) {
  return static_cast<int>(std::find_if(counts.begin(), counts.end(), [](auto n) { return n > 0; }) - counts.begin());
}
int highest_of(const Histogram& counts) {
  return 255 -
         static_cast<int>(std::find_if(counts.rbegin(), counts.rend(), [](auto n) { return n > 0; }) - counts.rbegin());
}

class Filler {
 public:
  Filler(const Device& device, bool layered, const Progress& progress)
      : device_(device),
        engine_(device.engine()),
        progress_(progress),
        patch_(patch_mask()),
        layered_(layered),
        distance_cost_(layered ? layered_distance_cost : distance_cost),
        searched_pixels_(layered ? layered_searched_pixels : searched_pixels) {}

  bool fill(const ImageView& photo, const ImageView& rank, const ImageView& behind, const MutableImageView& filled,
            bool guessed) {
    if (!make_levels(photo, rank, behind, guessed)) return false;
    double all = 0, done = 0;
    for (const Level& level : levels_) all += work(level);
    const std::size_t count = levels_.size();
    for (std::size_t i = count; i-- > 0;) {
      progress_.report(done / all, "fill");
      Level& level = levels_[i];
      const bool coarsest = i + 1 == count;
      if (coarsest) {
        begin(level, filled, guessed);
      } else {
        descend(level);
      }
      if (!level.image.empty()) improve(level, coarsest);
      done += work(level);
      if (i > 0) levels_.pop_back();
    }
    engine_.patch_vote(photo, rank, behind, levels_[0].reach, matches_,
                       layered_ ? PatchVote{1, true, texture_contrast} : PatchVote{patch_radius, true}, filled);
    return true;
  }

 private:
  double work(const Level& level) const {
    return static_cast<double>(std::min(level.pixels(), searched_pixels_)) + 1e5;
  }

  Image mask(int width, int height) const { return device_.allocate(width, height, u8_1); }

  Level make_level(int width, int height, Color color) const {
    Level level;
    level.width = width;
    level.height = height;
    level.image = device_.allocate(width, height, rgbx, color);
    level.rank = mask(width, height);
    level.behind = mask(width, height);
    level.reach = mask(width, height);
    return level;
  }

  // The farthest that patches of a level show; 256 where it has none.
  int farthest(Level& level) const {
    engine_.morphology(level.rank, level.reach.mutable_view(), Morphology::dilate, patch_);
    const int w = level.width - 2 * patch_radius, h = level.height - 2 * patch_radius;
    if (w < 1 || h < 1) return 256;
    return lowest_of(histogram_of(engine_, part_of(ImageView(level.reach), patch_radius, patch_radius, w, h)));
  }

  // Whether no patch lies in a hole of rank 255.
  bool is_thin(const Level& level) const {
    Image eroded = mask(level.width, level.height);
    engine_.morphology(level.rank, eroded.mutable_view(), Morphology::erode, patch_);
    return histogram_of(engine_, eroded)[255] == 0;
  }

  bool make_levels(const ImageView& photo, const ImageView& rank, const ImageView& behind, bool layered) {
    Level first = make_level(photo.width, photo.height, {photo.color.primaries, Transfer::srgb, false});
    engine_.convert(rgb8(device_, photo), first.image.mutable_view());
    engine_.copy(rank, first.rank.mutable_view());
    engine_.copy(behind, first.behind.mutable_view());
    const int farthest_patch = farthest(first);
    if (farthest_patch >= highest_of(histogram_of(engine_, rank))) return false;
    levels_.push_back(std::move(first));
    while (levels_.back().longer_side() > coarsest_side &&
           (levels_.back().longer_side() > coarse_side || layered || !is_thin(levels_.back()))) {
      Level& fine = levels_.back();
      Level coarse = make_level((fine.width + 1) / 2, (fine.height + 1) / 2, fine.image.color());
      engine_.patch_halve(fine.image, fine.rank, fine.behind, coarse.image.mutable_view(), coarse.rank.mutable_view(),
                          coarse.behind.mutable_view());
      if (farthest(coarse) != farthest_patch) break;
      // Without a picture a level is not searched.
      if (fine.pixels() > searched_pixels_) {
        fine.image = Image();
        fine.rank = Image();
      }
      levels_.push_back(std::move(coarse));
    }
    return true;
  }

  // The coarsest level: smooth colours, and matches anywhere.
  void begin(Level& level, const ImageView& filled, bool guessed) {
    const int width = level.width, height = level.height;
    level.filled = device_.allocate(width, height, rgbx, level.image.color());
    const Image rank = device_.download(level.rank), behind = device_.download(level.behind),
                reach = device_.download(level.reach);
    if (guessed) {
      engine_.convert(resized(device_, rgb8(device_, filled), width, height, ResizeFilter::area),
                      level.filled.mutable_view());
    } else {
      Image image(width, height, rgbx, level.image.color()), hole(width, height, u8_1);
      engine_.copy(level.image, level.filled.mutable_view());
      engine_.copy(level.filled, image.mutable_view());
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          hole.row<std::uint8_t>(y)[x] = behind.row<std::uint8_t>(y)[x] < rank.row<std::uint8_t>(y)[x] ? 255 : 0;
        }
      }
      fill_hole(image.mutable_view(), hole, InpaintMethod::telea, 3, 1, {});
      level.filled = copy_on(device_, image);
    }
    // Patches in the order of what they show, and how many show something as far away or farther.
    std::vector<PatchMatch> sources;
    std::array<std::size_t, 257> until{};
    for (int y = patch_radius; y < height - patch_radius; ++y) {
      for (int x = patch_radius; x < width - patch_radius; ++x) ++until[reach.row<std::uint8_t>(y)[x] + std::size_t{1}];
    }
    for (std::size_t i = 1; i <= 256; ++i) until[i] += until[i - 1];
    sources.resize(until[256]);
    std::array<std::size_t, 257> next = until;
    for (int y = patch_radius; y < height - patch_radius; ++y) {
      for (int x = patch_radius; x < width - patch_radius; ++x) {
        sources[next[reach.row<std::uint8_t>(y)[x]]++] = make_match(x, y, 0);
      }
    }
    Image matches(width, height, u16_4);
    for (int y = 0; y < height; ++y) {
      auto* const row = reinterpret_cast<PatchMatch*>(matches.row<std::uint16_t>(y));
      for (int x = 0; x < width; ++x) {
        const std::size_t count = until[behind.row<std::uint8_t>(y)[x] + std::size_t{1}];
        row[x] = count == 0 ? no_match : sources[patch_hash(x, y, 0) % count];
      }
    }
    matches_ = copy_on(device_, matches);
  }

  // Matches and colours of a level from those of the next coarser one.
  void descend(Level& level) {
    Image matches = device_.allocate(level.width, level.height, u16_4);
    engine_.patch_double(matches_, level.behind, level.reach, matches.mutable_view());
    matches_ = std::move(matches);
    if (level.image.empty()) return;
    level.filled = device_.allocate(level.width, level.height, rgbx, level.image.color());
    engine_.copy(level.image, level.filled.mutable_view());
    vote(level, false);
  }

  void vote(Level& level, bool final) {
    engine_.patch_vote(level.image, level.rank, level.behind, level.reach, matches_, {patch_radius, final},
                       level.filled.mutable_view());
  }

  void improve(Level& level, bool coarsest) {
    const std::int64_t pixels = level.pixels();
    const int whole = coarsest ? 10 : pixels < 60'000 ? 6 : pixels < 300'000 ? 3 : pixels < 1'500'000 ? 2 : 1;
    // What is nearby is soon found.
    const int rounds = layered_ ? (whole + 1) / 2 : whole;
    const bool wide = coarsest || pixels < 300'000;
    const int radius = coarsest             ? level.longer_side()
                       : pixels < 60'000    ? level.longer_side() / 4
                       : wide               ? 16
                       : pixels < 1'500'000 ? 4
                                            : 2;
    for (int round = 0; round < rounds; ++round) {
      if (wide) {
        for (const int jump : {8, 4, 2, 1}) search(level, jump, radius);
      } else {
        search(level, 2, 0);
        search(level, 1, radius);
      }
      // A level ends sharp, so that the next one does not look for blurred patches.
      vote(level, round + 1 == rounds);
    }
  }

  void search(Level& level, int jump, int radius) {
    const auto side = static_cast<float>(level.longer_side());
    const PatchSearch how{jump, radius, ++salt_, distance_cost_ / (side * side)};
    Image out = device_.allocate(level.width, level.height, u16_4);
    engine_.patch_search(level.image, level.filled, level.rank, level.behind, level.reach, matches_, how,
                         out.mutable_view());
    matches_ = std::move(out);
  }

  const Device& device_;
  Engine& engine_;
  const Progress& progress_;
  ApertureMask patch_;
  bool layered_;
  float distance_cost_;
  std::int64_t searched_pixels_;
  std::vector<Level> levels_;
  Image matches_;
  std::uint32_t salt_ = 0;
};

}  // namespace

bool patch_fill(const Device& device, const ImageView& photo, const ImageView& rank, const ImageView& behind,
                const MutableImageView& filled, bool guessed, const Progress& progress) {
  return Filler(device, guessed, progress).fill(photo, rank, behind, filled, guessed);
}

}  // namespace v1
}  // namespace relievo
