#include "effects/patch_fill.hpp"

#include <algorithm>
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
// Beyond it matches of the next coarser level are good enough.
constexpr std::int64_t searched_pixels = 4'000'000;
// The coarsest level is at most this long where holes are thin, and at least that long where they are not.
constexpr int coarse_side = 512, coarsest_side = 48;

struct Level {
  int width = 0, height = 0;
  Image image, hole, barred, target, source;

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

class Filler {
 public:
  Filler(const Device& device, const Progress& progress)
      : device_(device), engine_(device.engine()), progress_(progress), patch_(patch_mask()) {}

  bool fill(const MutableImageView& photo, const ImageView& hole, const ImageView& forbidden) {
    if (!make_levels(photo, hole, forbidden)) return false;
    double all = 0, done = 0;
    for (const Level& level : levels_) all += work(level);
    const std::size_t count = levels_.size();
    for (std::size_t i = count; i-- > 0;) {
      progress_.report(done / all, "fill");
      Level& level = levels_[i];
      const bool coarsest = i + 1 == count;
      if (coarsest) {
        begin(level);
      } else {
        descend(level);
      }
      if (!level.image.empty()) improve(level, coarsest);
      done += work(level);
      if (i > 0) levels_.pop_back();
    }
    engine_.patch_vote(photo, hole, levels_[0].target, matches_, true, photo);
    return true;
  }

 private:
  static double work(const Level& level) {
    return static_cast<double>(std::min(level.pixels(), searched_pixels)) + 1e5;
  }

  Image mask(int width, int height) const { return device_.allocate(width, height, u8_1); }

  bool any(const Image& of) const {
    return histogram_of(engine_, of)[0] < std::uint64_t(of.width()) * std::uint64_t(of.height());
  }

  // Where matches are wanted, and where they may point. False where they may point nowhere.
  bool complete(Level& level) const {
    level.target = mask(level.width, level.height);
    level.source = mask(level.width, level.height);
    engine_.morphology(level.hole, level.target.mutable_view(), Morphology::dilate, patch_);
    engine_.morphology(level.barred, level.source.mutable_view(), Morphology::dilate, patch_);
    engine_.invert(level.source, level.source.mutable_view());
    const int w = level.width - 2 * patch_radius, h = level.height - 2 * patch_radius;
    if (w < 1 || h < 1) return false;
    const ImageView inside = part_of(ImageView(level.source), patch_radius, patch_radius, w, h);
    return histogram_of(engine_, inside)[0] < std::uint64_t(w) * std::uint64_t(h);
  }

  // Whether no patch lies in the hole.
  bool is_thin(const Level& level) const {
    Image eroded = mask(level.width, level.height);
    engine_.morphology(level.hole, eroded.mutable_view(), Morphology::erode, patch_);
    return !any(eroded);
  }

  bool make_levels(const ImageView& photo, const ImageView& hole, const ImageView& forbidden) {
    Level first;
    first.width = photo.width;
    first.height = photo.height;
    first.image = device_.allocate(photo.width, photo.height, rgbx);
    engine_.convert(rgb8(device_, photo), first.image.mutable_view());
    first.hole = mask(photo.width, photo.height);
    first.barred = mask(photo.width, photo.height);
    engine_.mask_above(hole, 0, {}, first.hole.mutable_view());
    engine_.mask_above(hole, 0, forbidden, first.barred.mutable_view());
    if (!complete(first)) return false;
    levels_.push_back(std::move(first));
    while (levels_.back().longer_side() > coarsest_side &&
           (levels_.back().longer_side() > coarse_side || !is_thin(levels_.back()))) {
      Level& fine = levels_.back();
      Level coarse;
      coarse.width = (fine.width + 1) / 2;
      coarse.height = (fine.height + 1) / 2;
      coarse.image = device_.allocate(coarse.width, coarse.height, rgbx);
      coarse.hole = mask(coarse.width, coarse.height);
      coarse.barred = mask(coarse.width, coarse.height);
      engine_.patch_halve(fine.image, fine.hole, fine.barred, coarse.image.mutable_view(), coarse.hole.mutable_view(),
                          coarse.barred.mutable_view());
      if (!complete(coarse)) break;
      fine.barred = Image();
      // Without a picture a level is not searched.
      if (fine.pixels() > searched_pixels) {
        fine.image = Image();
        fine.source = Image();
      }
      levels_.push_back(std::move(coarse));
    }
    return true;
  }

  // The coarsest level: smooth colours, and matches anywhere.
  void begin(Level& level) {
    const int width = level.width, height = level.height;
    Image image = to_host(device_.download(level.image), host_device(device_));
    const Image hole = device_.download(level.hole), target = device_.download(level.target),
                source = device_.download(level.source);
    fill_hole(image.mutable_view(), hole, InpaintMethod::telea, 3, 1, {});
    level.image = copy_on(device_, image);
    std::vector<PatchMatch> sources;
    for (int y = patch_radius; y < height - patch_radius; ++y) {
      for (int x = patch_radius; x < width - patch_radius; ++x) {
        if (source.row<std::uint8_t>(y)[x] != 0) sources.push_back(make_match(x, y, 0));
      }
    }
    Image matches(width, height, u16_4);
    for (int y = 0; y < height; ++y) {
      auto* const row = reinterpret_cast<PatchMatch*>(matches.row<std::uint16_t>(y));
      for (int x = 0; x < width; ++x) {
        if (target.row<std::uint8_t>(y)[x] != 0) row[x] = sources[patch_hash(x, y, 0) % sources.size()];
      }
    }
    matches_ = copy_on(device_, matches);
  }

  // Matches and colours of a level from those of the next coarser one.
  void descend(Level& level) {
    Image matches = device_.allocate(level.width, level.height, u16_4);
    engine_.patch_double(matches_, level.target, matches.mutable_view());
    matches_ = std::move(matches);
    if (!level.image.empty()) vote(level, false);
  }

  void vote(Level& level, bool final) {
    engine_.patch_vote(level.image, level.hole, level.target, matches_, final, level.image.mutable_view());
  }

  void improve(Level& level, bool coarsest) {
    const std::int64_t pixels = level.pixels();
    const int rounds = coarsest ? 10 : pixels < 60'000 ? 6 : pixels < 300'000 ? 3 : pixels < 1'500'000 ? 2 : 1;
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
    const PatchSearch how{jump, radius, ++salt_, distance_cost / (side * side)};
    Image out = device_.allocate(level.width, level.height, u16_4);
    engine_.patch_search(level.image, level.target, level.source, matches_, how, out.mutable_view());
    matches_ = std::move(out);
  }

  const Device& device_;
  Engine& engine_;
  const Progress& progress_;
  ApertureMask patch_;
  std::vector<Level> levels_;
  Image matches_;
  std::uint32_t salt_ = 0;
};

}  // namespace

bool patch_fill(const Device& device, const MutableImageView& photo, const ImageView& hole, const ImageView& forbidden,
                const Progress& progress) {
  return Filler(device, progress).fill(photo, hole, forbidden);
}

}  // namespace v1
}  // namespace relievo
