// Filling a hole by patches of the rest: which patch goes where is searched as in PatchMatch (Barnes et al., SIGGRAPH
// 2009), and colours are what the patches that cover a pixel vote for (Wexler, Shechtman and Irani, TPAMI 2007).
//
// Holes of several layers are filled at once: a pixel of rank r shows a layer that stands before those of smaller rank.
// What it shows is known to what lies as near or nearer. Where `behind` is smaller than its rank it hides a layer of
// that rank, and its colour there is to be found among pixels of that rank and smaller ones.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/host_device.hpp"
#include "kernels/scalar.hpp"

namespace relievo {
inline namespace v1 {

/// Patches are squares of side 2 patch_radius + 1.
constexpr int patch_radius = 3;

/// What a pixel of an image of matches (u16, 4 channels) holds: the centre of the patch that goes around it, and how
/// little that fits.
struct PatchMatch {
  std::uint16_t x, y;
  std::uint16_t cost_low, cost_high;

  RELIEVO_HD std::uint32_t cost() const { return std::uint32_t{cost_high} << 16 | cost_low; }
  /// Whether there is a patch at all.
  RELIEVO_HD bool found() const { return x != 0xffff; }
};
constexpr PatchMatch no_match{0xffff, 0xffff, 0xffff, 0xffff};
RELIEVO_HD inline PatchMatch make_match(int x, int y, std::uint32_t cost) {
  return {static_cast<std::uint16_t>(x), static_cast<std::uint16_t>(y), static_cast<std::uint16_t>(cost),
          static_cast<std::uint16_t>(cost >> 16)};
}

/// How a round of the search looks.
struct PatchSearch {
  int jump = 1;               ///< px to the four neighbours whose matches are tried
  int radius = 0;             ///< px around the best match so far that is tried at random; halved until it is 0
  std::uint32_t salt = 0;     ///< other for each round
  float distance_weight = 0;  ///< cost of a match that is px^2 away
};

/// How pixels are voted for.
struct PatchVote {
  int spread = patch_radius;  ///< px to either side from which targets vote, at most patch_radius
  bool final = false;         ///< what is kept, and seldom a mean
  float contrast = 1;         ///< of the difference to what a pixel holds before, what is drawn
};

RELIEVO_HD inline std::uint32_t patch_hash(int x, int y, std::uint32_t salt) {
  std::uint32_t h = static_cast<std::uint32_t>(x) * 0x9e3779b1u ^
                    (static_cast<std::uint32_t>(y) + 0x165667b1u) * 0x85ebca77u ^ (salt + 0x27d4eb2fu) * 0xc2b2ae3du;
  h = (h ^ h >> 15) * 0x2c1b3c6du;
  h = (h ^ h >> 12) * 0x297a2d39u;
  return h ^ h >> 15;
}

/// Patches from nearby are more often right.
RELIEVO_HD inline std::uint32_t patch_distance_cost(int dx, int dy, float weight) {
  const std::int64_t squared = std::int64_t{dx} * dx + std::int64_t{dy} * dy;
  const float cost = static_cast<float>(squared) * weight;
  return cost < 1e9f ? static_cast<std::uint32_t>(cost) : 1000000000u;
}

RELIEVO_HD inline bool patch_inside(int x, int y, int width, int height) {
  return x >= patch_radius && y >= patch_radius && x < width - patch_radius && y < height - patch_radius;
}

/// The best of what a round tries for the pixel (x, y). `cost(u, v, most)` is that of the patch around (u, v), exact
/// where it is below `most`; `allowed(u, v)` whether that is inside and a source; `match(x, y)` the match of a target
/// before the round, and `is_target(x, y)` whether it is one, of any x and y.
template <class Cost, class Allowed, class Match, class IsTarget>
RELIEVO_HD PatchMatch patch_best(int x, int y, const PatchSearch& how, const Cost& cost, const Allowed& allowed,
                                 const Match& match, const IsTarget& is_target) {
  const PatchMatch own = match(x, y);
  int best_x = own.x, best_y = own.y;
  std::uint32_t best = ~std::uint32_t{0};
  if (own.found()) best = cost(best_x, best_y, best);
  const auto consider = [&](int u, int v) {
    if ((u == best_x && v == best_y) || !allowed(u, v)) return;
    const std::uint32_t found = cost(u, v, best);
    if (found >= best) return;
    best = found;
    best_x = u;
    best_y = v;
  };
  for (int i = 0; i < 4 && how.jump > 0; ++i) {
    const int dx = i == 0 ? -how.jump : i == 1 ? how.jump : 0, dy = i == 2 ? -how.jump : i == 3 ? how.jump : 0;
    if (!is_target(x + dx, y + dy)) continue;
    const PatchMatch other = match(x + dx, y + dy);
    if (!other.found()) continue;
    consider(other.x - dx, other.y - dy);
  }
  if (best == ~std::uint32_t{0}) return no_match;
  std::uint32_t salt = how.salt;
  for (int radius = how.radius; radius > 0; radius /= 2, salt += 0x51ed270bu) {
    const std::uint32_t h = patch_hash(x, y, salt);
    const std::uint32_t side = 2 * static_cast<std::uint32_t>(radius) + 1;
    consider(best_x + static_cast<int>((h & 0xffffu) % side) - radius,
             best_y + static_cast<int>((h >> 16) % side) - radius);
  }
  return make_match(best_x, best_y, best);
}

/// One pixel out of up to four. Where one of them hides a layer it does too, the farthest of those, and its own colour
/// is that of its nearest.
class PatchHalf {
 public:
  RELIEVO_HD void add(const std::uint8_t* pixel, std::uint8_t rank, std::uint8_t behind) {
    if (count_ == 0 || rank > rank_) {
      rank_ = rank;
      for (int k = 0; k < 3; ++k) nearest_[k] = 0;
      nearest_count_ = 0;
    }
    if (rank == rank_) {
      for (int k = 0; k < 3; ++k) nearest_[k] += pixel[k];
      ++nearest_count_;
    }
    if (behind < rank && behind < behind_) behind_ = behind;
    for (int k = 0; k < 3; ++k) sum_[k] += pixel[k];
    ++count_;
  }
  RELIEVO_HD void store(std::uint8_t* pixel, std::uint8_t& rank, std::uint8_t& behind) const {
    const bool hole = behind_ < rank_;
    const unsigned count = hole ? nearest_count_ : count_;
    for (int k = 0; k < 3; ++k) {
      pixel[k] = static_cast<std::uint8_t>(((hole ? nearest_[k] : sum_[k]) + count / 2) / count);
    }
    pixel[3] = 255;
    rank = rank_;
    behind = hole ? behind_ : rank_;
  }

 private:
  unsigned sum_[3] = {}, count_ = 0, nearest_[3] = {}, nearest_count_ = 0;
  std::uint8_t rank_ = 0, behind_ = 255;
};

/// The match of a pixel of a level twice as fine, at the cost of the coarse one. Its parity stays.
RELIEVO_HD inline PatchMatch patch_doubled(int x, int y, PatchMatch coarse) {
  if (!coarse.found()) return no_match;
  return make_match(2 * coarse.x + (x & 1), 2 * coarse.y + (y & 1), coarse.cost());
}

/// What the vote of a patch weighs, 1 to 2^32 + 1: it falls with the square of the cost, or of a final vote with its
/// fourth power, so that what is kept is seldom a mean.
RELIEVO_HD inline std::uint64_t patch_vote_weight(std::uint32_t cost, bool final) {
  constexpr std::uint32_t least = 1024;
  std::uint64_t t = (1u << 26) / ((cost < ~least ? cost : ~least) + least);
  if (final) t = t * t >> 16;
  return t * t + 1;
}

/// Mean of colours of up to 3 channels: of integers exact and rounded to nearest, of floats in doubles, of those that
/// are finite.
template <class T>
class PatchVotes {
 public:
  RELIEVO_HD void add(const T* color, int channels, std::uint64_t weight) {
    for (int k = 0; k < channels; ++k) sum_[k] += weight * color[k];
    total_ += weight;
  }
  RELIEVO_HD T mean(int k) const { return static_cast<T>((sum_[k] + total_ / 2) / total_); }

 private:
  std::uint64_t sum_[3] = {}, total_ = 0;
};

template <class T>
class PatchVotesOfFloats {
 public:
  RELIEVO_HD void add(const T* color, int channels, std::uint64_t weight) {
    for (int k = 0; k < channels; ++k) {
      const float value = to_float(color[k]);
      if (!(value - value == 0)) return;
    }
    const double w = static_cast<double>(weight);
    for (int k = 0; k < channels; ++k) sum_[k] += w * static_cast<double>(to_float(color[k]));
    total_ += w;
  }
  RELIEVO_HD T mean(int k) const { return from_float<T>(total_ > 0 ? static_cast<float>(sum_[k] / total_) : 0.0f); }

 private:
  double sum_[3] = {}, total_ = 0;
};
/// A pixel's channel that held `before`, as far towards `voted` as `contrast` says.
template <class T>
RELIEVO_HD T drawn(T before, T voted, float contrast) {
  if (contrast == 1) return voted;
  const float start = to_unit(before);
  return from_unit<T>(start + contrast * (to_unit(voted) - start));
}
template <>
class PatchVotes<float> : public PatchVotesOfFloats<float> {};
template <>
class PatchVotes<Half> : public PatchVotesOfFloats<Half> {};

}  // namespace v1
}  // namespace relievo
