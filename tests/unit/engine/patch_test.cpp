#include "kernels/patch.hpp"

#include <cstdint>
#include <vector>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat mask_format{Scalar::u8, 1}, rgbx{Scalar::u8, 4}, match_format{Scalar::u16, 4};

Picture random_image(int width, int height, unsigned seed) {
  Picture image = random_picture(width, height, rgbx, seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) image.set(x, y, 3, 255);
  }
  return image;
}

struct Match {
  int x, y;
  double cost;
};
Match match_at(const Picture& matches, int x, int y) {
  return {int(matches.at(x, y, 0)), int(matches.at(x, y, 1)), matches.at(x, y, 2) + 65536 * matches.at(x, y, 3)};
}
void set_match(Picture& matches, int x, int y, const Match& m) {
  matches.set(x, y, 0, m.x);
  matches.set(x, y, 1, m.y);
  matches.set(x, y, 2, std::fmod(m.cost, 65536));
  matches.set(x, y, 3, std::floor(m.cost / 65536));
}

// Matches anywhere inside.
Picture random_matches(int width, int height, unsigned seed) {
  Picture matches(width, height, match_format);
  std::mt19937 random(seed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto within = [&](int side) {
        return patch_radius + int(random() % std::uint32_t(side - 2 * patch_radius));
      };
      const int u = within(width), v = within(height);
      set_match(matches, x, y, {u, v, double(random() % 300000)});
    }
  }
  return matches;
}

// What the pixels of a picture show and hide.
struct Layers {
  Picture rank, behind, reach;

  Layers(int width, int height)
      : rank(width, height, mask_format), behind(width, height, mask_format), reach(width, height, mask_format) {}

  void find_reach() {
    for (int y = 0; y < rank.height(); ++y) {
      for (int x = 0; x < rank.width(); ++x) {
        double most = 0;
        for (int j = -patch_radius; j <= patch_radius; ++j) {
          for (int i = -patch_radius; i <= patch_radius; ++i) most = std::max(most, rank.repeated(x + i, y + j, 0));
        }
        reach.set(x, y, 0, most);
      }
    }
  }
  bool is_hole(int x, int y) const { return behind.at(x, y, 0) < rank.at(x, y, 0); }
  bool is_target(int x, int y) const { return behind.at(x, y, 0) < reach.at(x, y, 0); }
  bool is_source(int u, int v, double layer) const {
    return patch_inside(u, v, rank.width(), rank.height()) && reach.at(u, v, 0) <= layer;
  }
};

// Four layers in blotches, of which many pixels hide another; left and above there is much of the farthest.
Layers random_layers(int width, int height, unsigned seed) {
  Layers layers(width, height);
  const Picture shown = random_picture(width / 9 + 1, height / 9 + 1, mask_format, seed);
  const Picture hidden = random_picture(width, height, mask_format, seed + 1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double rank = x < width / 3 || y < height / 4 ? 0 : std::floor(shown.at(x / 9, y / 9, 0) / 64);
      layers.rank.set(x, y, 0, rank);
      layers.behind.set(x, y, 0, std::min(rank, std::floor(hidden.at(x, y, 0) / 64)));
    }
  }
  layers.find_reach();
  return layers;
}

// By the definition.
double cost_of(const Picture& image, const Picture& filled, const Layers& layers, int x, int y, int u, int v,
               float distance_weight) {
  const double layer = layers.behind.at(x, y, 0);
  double sum = 0;
  for (int j = -patch_radius; j <= patch_radius; ++j) {
    for (int i = -patch_radius; i <= patch_radius; ++i) {
      const bool known = layers.rank.repeated(x + i, y + j, 0) <= layer;
      if (!known && layers.behind.repeated(x + i, y + j, 0) != layer) continue;
      for (int c = 0; c < 3; ++c) {
        const double apart = (known ? image : filled).repeated(x + i, y + j, c) - image.at(u + i, v + j, c);
        sum += apart * apart;
      }
    }
  }
  return sum + std::floor(float(double(u - x) * (u - x) + double(v - y) * (v - y)) * distance_weight);
}

TEST(Patch, HalvesPicturesAndWhatTheyHide) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    const auto [width, height] = size;
    const Picture image = random_image(width, height, 1);
    const Layers layers = random_layers(width, height, 2);
    const int w = (width + 1) / 2, h = (height + 1) / 2;
    Picture out(w, h, rgbx), out_rank(w, h, mask_format), out_behind(w, h, mask_format);
    engine.patch_halve(image, layers.rank, layers.behind, out, out_rank, out_behind);
    for (int y = 0; y < h; ++y) {
      for (int x = 0; x < w; ++x) {
        double rank = 0, behind = 999;
        for (int j = 2 * y; j < std::min(2 * y + 2, height); ++j) {
          for (int i = 2 * x; i < std::min(2 * x + 2, width); ++i) {
            rank = std::max(rank, layers.rank.at(i, j, 0));
            if (layers.is_hole(i, j)) behind = std::min(behind, layers.behind.at(i, j, 0));
          }
        }
        const bool hole = behind < rank;
        double sum[3] = {}, count = 0;
        for (int j = 2 * y; j < std::min(2 * y + 2, height); ++j) {
          for (int i = 2 * x; i < std::min(2 * x + 2, width); ++i) {
            if (hole && layers.rank.at(i, j, 0) < rank) continue;
            for (int c = 0; c < 3; ++c) sum[c] += image.at(i, j, c);
            ++count;
          }
        }
        ASSERT_EQ(out_rank.at(x, y, 0), rank);
        ASSERT_EQ(out_behind.at(x, y, 0), hole ? behind : rank);
        for (int c = 0; c < 3; ++c) ASSERT_EQ(out.at(x, y, c), std::floor(sum[c] / count + 0.5));
        ASSERT_EQ(out.at(x, y, 3), 255);
      }
    }
  }
}

TEST(Patch, DoublesMatchesAndKeepsTheirParity) {
  TestEngine engine(2);
  Picture coarse = random_matches(31, 24, 1);
  set_match(coarse, 5, 7, {0xffff, 0xffff, 0});
  const Layers layers = random_layers(61, 47, 2);
  Picture out = constant_picture(61, 47, match_format, 9);
  engine.patch_double(coarse, layers.behind, layers.reach, out);
  for (int y = 0; y < 47; ++y) {
    for (int x = 0; x < 61; ++x) {
      const Match from = match_at(coarse, x / 2, y / 2), to = match_at(out, x, y);
      if (!layers.is_target(x, y) || from.x == 0xffff) {
        ASSERT_EQ(to.x, 0xffff);
      } else {
        ASSERT_EQ(to.x, 2 * from.x + x % 2);
        ASSERT_EQ(to.y, 2 * from.y + y % 2);
        ASSERT_EQ(to.cost, from.cost);
      }
    }
  }
}

// What a round finds is a source, costs what it says, and no more than any match that it was to try.
TEST(Patch, SearchFindsNothingWorseThanItsNeighboursDid) {
  TestEngine engine(2);
  for (const Size size : {Size{9, 8}, Size{61, 47}, Size{131, 67}}) {
    for (const float weight : {0.0f, 3.5f}) {
      const auto [width, height] = size;
      const Picture image = random_image(width, height, 1), filled = random_image(width, height, 9),
                    in = random_matches(width, height, 4);
      const Layers layers = random_layers(width, height, 2);
      const auto cost = [&](int x, int y, int u, int v) { return cost_of(image, filled, layers, x, y, u, v, weight); };
      Picture out(width, height, match_format);
      const PatchSearch how{2, 9, 5, weight};
      engine.patch_search(image, filled, layers.rank, layers.behind, layers.reach, in, how, out);
      int moved = 0, tried = 0;
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          if (!layers.is_target(x, y)) continue;
          const double layer = layers.behind.at(x, y, 0);
          const Match before = match_at(in, x, y), after = match_at(out, x, y);
          const bool same = before.x == after.x && before.y == after.y;
          ASSERT_TRUE(same || layers.is_source(after.x, after.y, layer));
          ASSERT_EQ(after.cost, cost(x, y, after.x, after.y)) << x << ", " << y;
          ASSERT_LE(after.cost, cost(x, y, before.x, before.y));
          moved += same ? 0 : 1;
          const int steps[4][2] = {{-2, 0}, {2, 0}, {0, -2}, {0, 2}};
          for (const auto& step : steps) {
            const int i = x + step[0], j = y + step[1];
            if (i < 0 || j < 0 || i >= width || j >= height || !layers.is_target(i, j)) continue;
            const Match other = match_at(in, i, j);
            const int u = other.x - step[0], v = other.y - step[1];
            if (!layers.is_source(u, v, layer)) continue;
            ++tried;
            ASSERT_LE(after.cost, cost(x, y, u, v));
          }
        }
      }
      if (width > 9) {
        EXPECT_GT(moved, 100);
        EXPECT_GT(tried, 300);
      }
    }
  }
}

TEST(Patch, SearchWithoutJumpAndRadiusTellsCosts) {
  TestEngine engine(1);
  const Picture image = random_image(40, 30, 1), filled = random_image(40, 30, 7);
  const Layers layers = random_layers(40, 30, 3);
  Picture in = random_matches(40, 30, 4), out(40, 30, match_format);
  set_match(in, 21, 17, {0xffff, 0xffff, 0});
  engine.patch_search(image, filled, layers.rank, layers.behind, layers.reach, in, {0, 0, 0, 1.5f}, out);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      if (!layers.is_target(x, y)) continue;
      const Match before = match_at(in, x, y), after = match_at(out, x, y);
      ASSERT_EQ(after.x, before.x);
      ASSERT_EQ(after.y, before.y);
      if (before.x == 0xffff) continue;
      ASSERT_EQ(after.cost, cost_of(image, filled, layers, x, y, before.x, before.y, 1.5f));
    }
  }
}

TEST(Patch, WithoutAMatchATargetTakesANeighbours) {
  TestEngine engine(1);
  const Picture image = random_image(40, 30, 1);
  Layers layers(40, 30);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) {
      layers.rank.set(x, y, 0, x >= 25 && x < 30 && y >= 12 && y < 17 ? 1 : 0);
      layers.behind.set(x, y, 0, 0);
    }
  }
  layers.find_reach();
  Picture in(40, 30, match_format), out(40, 30, match_format);
  for (int y = 0; y < 30; ++y) {
    for (int x = 0; x < 40; ++x) set_match(in, x, y, {0xffff, 0xffff, 0});
  }
  set_match(in, 26, 14, {10, 11, 0});
  engine.patch_search(image, image, layers.rank, layers.behind, layers.reach, in, {1, 0, 0, 0}, out);
  EXPECT_EQ(match_at(out, 27, 14).x, 11);
  EXPECT_EQ(match_at(out, 26, 15).y, 12);
  EXPECT_EQ(match_at(out, 28, 14).x, 0xffff);
}

TEST(Patch, RoundsFindACopy) {
  TestEngine engine(2);
  // A texture of period 24 x 16: each patch has exact copies.
  const Picture tile = random_image(24, 16, 8);
  Picture image(96, 64, rgbx);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) {
      for (int c = 0; c < 4; ++c) image.set(x, y, c, tile.at(x % 24, y % 16, c));
    }
  }
  Layers layers(96, 64);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x) {
      layers.rank.set(x, y, 0, x >= 36 && x < 60 && y >= 20 && y < 44 ? 255 : 0);
      layers.behind.set(x, y, 0, 0);
    }
  }
  layers.find_reach();
  std::vector<Picture> rounds;
  rounds.push_back(random_matches(96, 64, 3));
  for (std::uint32_t round = 0; round < 12; ++round) {
    for (const int jump : {8, 4, 2, 1}) {
      Picture out(96, 64, match_format);
      engine.patch_search(image, image, layers.rank, layers.behind, layers.reach, rounds.back(),
                          {jump, 96, 10 * round + std::uint32_t(jump), 0}, out);
      rounds.push_back(std::move(out));
    }
  }
  for (int y = 20; y < 44; ++y) {
    for (int x = 36; x < 60; ++x) ASSERT_EQ(match_at(rounds.back(), x, y).cost, 0) << x << ", " << y;
  }
}

TEST(Patch, VotesAreMeansOfWhatMatchesPutThere) {
  TestEngine engine(2);
  const int width = 41, height = 33;
  const Layers layers = random_layers(width, height, 2);
  Picture matches = random_matches(width, height, 4);
  for (int i = 0; i < 200; ++i) set_match(matches, (7 * i) % width, (11 * i) % height, {0xffff, 0xffff, 0});
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3, 4}) {
      for (const bool final : {false, true}) {
        const PixelFormat format{scalar, std::uint8_t(channels)};
        const int spread = final ? 1 : patch_radius;
        const float contrast = final ? 0.6f : 1;
        const Picture image = random_picture(width, height, format, 5);
        Picture out = random_picture(width, height, format, 6);
        const Picture before = out;
        // Sources lie a patch inside, so that what a match puts beside its centre is there, too.
        engine.patch_vote(image, layers.rank, layers.behind, layers.reach, matches, {spread, final, contrast}, out);
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            double sum[3] = {}, total = 0;
            for (int j = std::max(0, y - spread); j <= std::min(height - 1, y + spread); ++j) {
              for (int i = std::max(0, x - spread); i <= std::min(width - 1, x + spread); ++i) {
                if (!layers.is_target(i, j) || layers.behind.at(i, j, 0) != layers.behind.at(x, y, 0)) continue;
                const Match m = match_at(matches, i, j);
                if (m.x == 0xffff) continue;
                const double weight = double(patch_vote_weight(std::uint32_t(m.cost), final));
                total += weight;
                for (int c = 0; c < std::min(channels, 3); ++c)
                  sum[c] += weight * image.at(m.x + x - i, m.y + y - j, c);
              }
            }
            // Of the mean and of what is drawn of it.
            const double rounded = contrast < 1 ? 0.500001 * (1 + double(contrast)) : 0.500001;
            const double tolerance = scalar == Scalar::f16 ? 1e-3 : scalar == Scalar::f32 ? 1e-6 : rounded;
            for (int c = 0; c < channels; ++c) {
              if (!layers.is_hole(x, y) || c == 3 || total == 0) {
                ASSERT_EQ(out.at(x, y, c), before.at(x, y, c));
              } else {
                const double held = before.at(x, y, c);
                ASSERT_NEAR(out.at(x, y, c), held + double(contrast) * (sum[c] / total - held), tolerance);
              }
            }
          }
        }
      }
    }
  }
}

TEST(Patch, VotesOfBetterMatchesWeighMore) {
  for (const bool final : {false, true}) {
    std::uint64_t last = ~std::uint64_t{0};
    for (const std::uint32_t cost : {0u, 1000u, 10000u, 100000u, 1000000u}) {
      const std::uint64_t weight = patch_vote_weight(cost, final);
      EXPECT_LT(weight, last);
      EXPECT_GT(weight, 0u);
      last = weight;
    }
    EXPECT_GE(patch_vote_weight(~0u, final), 1u);
  }
  // 49 of the heaviest votes for the brightest u16.
  EXPECT_LT(double(patch_vote_weight(0, false)) * 49 * 65535, 1.8e19);
  EXPECT_LT(double(patch_vote_weight(0, true)) * 49 * 65535, 1.8e19);
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
