#include "kernels/layers.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

constexpr PixelFormat u8_1{Scalar::u8, 1}, f32_1{Scalar::f32, 1}, bits_format{Scalar::u8, 4};

LayerCuts cuts_of(std::vector<float> from, int reach) {
  LayerCuts cuts;
  cuts.count = int(from.size()) + 1;
  for (std::size_t i = 0; i < from.size(); ++i) cuts.from[i + 1] = from[i];
  cuts.step = 0.1f;
  cuts.reach = reach;
  return cuts;
}

// Blocks of disparity with a slope, so that there are steps and places where a slope crosses a cut.
Picture blocks(int width, int height, unsigned seed) {
  const Picture levels = random_picture(width / 11 + 1, height / 9 + 1, f32_1, seed);
  Picture out(width, height, f32_1);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) out.set(x, y, 0, 0.9 * levels.at(x / 11, y / 9, 0) + 0.1 * x / width);
  }
  return out;
}

int layer_at(const LayerCuts& cuts, double disparity) {
  int layer = 0;
  while (layer + 1 < cuts.count && disparity >= double(cuts.from[layer + 1])) ++layer;
  return layer;
}

struct Sites {
  Picture front, back, rim;
  Sites(int width, int height) : front(width, height, u8_1), back(width, height, u8_1), rim(width, height, u8_1) {}
};

TEST(Layers, SitesSayWhatIsInFrontAndBehind) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    for (const int reach : {1, 3}) {
      const auto [width, height] = size;
      const LayerCuts cuts = cuts_of({0.2f, 0.45f, 0.7f}, reach);
      const Picture disparity = blocks(width, height, 3), near = constant_picture(width, height, f32_1, 0.9);
      Picture matte = random_picture(width, height, u8_1, 5);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          const double v = matte.at(x, y, 0);
          matte.set(x, y, 0, v < 110 ? 0 : v > 140 ? 255 : v);
        }
      }
      for (const bool with_matte : {false, true}) {
        Sites out(width, height);
        engine.layer_sites(disparity, with_matte ? near.view() : ImageView{}, with_matte ? matte.view() : ImageView{},
                           cuts, out.front, out.back, out.rim);
        for (int y = 0; y < height; ++y) {
          for (int x = 0; x < width; ++x) {
            const double here = disparity.at(x, y, 0);
            const int own = layer_at(cuts, here);
            const int front = int(out.front.at(x, y, 0)), back = int(out.back.at(x, y, 0)),
                      rim = int(out.rim.at(x, y, 0));
            if (with_matte && matte.at(x, y, 0) > 0 && matte.at(x, y, 0) < 255) {
              ASSERT_EQ(rim, matte_rim);
              ASSERT_EQ(front, 3);
              ASSERT_EQ(back, own);
              continue;
            }
            int nearest = own, linked = -1;
            bool above = false, below = false;
            for (int v = std::max(0, y - reach); v <= std::min(height - 1, y + reach); ++v) {
              for (int u = std::max(0, x - reach); u <= std::min(width - 1, x + reach); ++u) {
                const double step = double(float(disparity.at(u, v, 0)) - float(here));
                const int other = layer_at(cuts, disparity.at(u, v, 0));
                if (other == own) continue;
                if (step > double(cuts.step)) {
                  above = true;
                  nearest = std::max(nearest, other);
                } else if (step < -double(cuts.step)) {
                  below = true;
                } else if (other < own) {
                  linked = std::max(linked, other);
                }
              }
            }
            ASSERT_EQ(front, nearest);
            ASSERT_EQ(back, above ? own : linked >= 0 ? linked + goes_on : own) << x << ", " << y;
            if (above) {
              ASSERT_LT(rim, 127);
            } else if (below) {
              ASSERT_GT(rim, 127);
              ASSERT_LT(rim, matte_rim);
            } else {
              ASSERT_EQ(rim, inside_rim);
            }
          }
        }
      }
    }
  }
}

TEST(Layers, MeansAreThoseOfWhatIsSeen) {
  TestEngine engine(2);
  const int width = 67, height = 45, cell = 4, columns = 17, rows = 12;
  const LayerCuts cuts = cuts_of({0.4f, 0.7f}, 2);
  const Picture disparity = blocks(width, height, 3);
  Sites sites(width, height);
  engine.layer_sites(disparity, {}, {}, cuts, sites.front, sites.back, sites.rim);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3}) {
      const Picture color = random_picture(width, height, {scalar, std::uint8_t(channels)}, 4);
      Picture out(columns, 12 * rows, f32_1), known(columns, 3 * rows, u8_1);
      engine.layer_means(color, disparity, sites.front, sites.rim, cuts, cell, out, known);
      for (int layer = 0; layer < 3; ++layer) {
        for (int row = 0; row < rows; ++row) {
          for (int column = 0; column < columns; ++column) {
            double sum[4] = {}, total = 0;
            for (int y = row * cell; y < std::min(height, (row + 1) * cell); ++y) {
              for (int x = column * cell; x < std::min(width, (column + 1) * cell); ++x) {
                if (sites.front.at(x, y, 0) != layer) continue;
                const double weight = sites.rim.at(x, y, 0) == inside_rim              ? 1
                                      : layer_at(cuts, disparity.at(x, y, 0)) == layer ? 1.0 / 64
                                                                                       : 0;
                for (int c = 0; c < channels; ++c) sum[c] += weight * color.at(x, y, c) / full(scalar);
                sum[3] += weight * disparity.at(x, y, 0);
                total += weight;
              }
            }
            ASSERT_EQ(known.at(column, layer * rows + row, 0), total > 0 ? 255 : 0);
            for (int k = 0; k < 4 && total > 0; ++k) {
              ASSERT_NEAR(out.at(column, (4 * layer + k) * rows + row, 0), sum[k] / total, 2e-6);
            }
          }
        }
      }
    }
  }
}

// A photo cut into three layers with random covers and means.
struct Parts {
  static constexpr int width = 67, height = 45, cell = 4, columns = 17, rows = 12;
  LayerCuts cuts = cuts_of({0.4f, 0.7f}, 2);
  Picture color, filled, disparity, covers, means;
  Sites sites{width, height};

  explicit Parts(PixelFormat format)
      : color(random_picture(width, height, format, 4)),
        filled(random_picture(width, height, format, 5)),
        disparity(blocks(width, height, 3)),
        covers(constant_picture(columns, rows, bits_format, 0)),
        means(random_picture(columns, 12 * rows, f32_1, 8)) {
    const Picture bits = random_picture(columns, rows, u8_1, 6);
    for (int y = 0; y < rows; ++y) {
      for (int x = 0; x < columns; ++x) covers.set(x, y, 0, std::floor(bits.at(x, y, 0) / 32));
    }
  }
  LayerSources sources() const {
    LayerSources from;
    from.color = color;
    from.filled = filled;
    from.disparity = disparity;
    from.front = sites.front;
    from.back = sites.back;
    from.rim = sites.rim;
    from.covers = covers;
    from.means = means;
    from.cuts = cuts;
    from.cell = cell;
    return from;
  }
};

TEST(Layers, BehindIsTheNearestThatCovers) {
  TestEngine engine(2);
  Parts parts({Scalar::u8, 3});
  engine.layer_sites(parts.disparity, {}, {}, parts.cuts, parts.sites.front, parts.sites.back, parts.sites.rim);
  Picture out = parts.sites.back;
  engine.layers_behind(parts.sites.front, parts.covers, Parts::cell, out);
  for (int y = 0; y < Parts::height; ++y) {
    for (int x = 0; x < Parts::width; ++x) {
      const int front = int(parts.sites.front.at(x, y, 0)), before = int(parts.sites.back.at(x, y, 0));
      const int bits = int(parts.covers.at(x / Parts::cell, y / Parts::cell, 0));
      int nearest = -1;
      for (int i = 0; i < front; ++i) nearest = (bits >> i & 1) != 0 ? i : nearest;
      const bool on = before >= goes_on;
      const int own = on ? before - goes_on : before;
      const int expected = nearest < 0 ? before : on || own < front ? (nearest > own ? nearest : before) : nearest;
      ASSERT_EQ(out.at(x, y, 0), expected) << x << ", " << y;
    }
  }
}

// In every pixel what is in front mixed with what is behind it is the photo, bit for bit of integers.
TEST(Layers, TogetherTheyAreThePhoto) {
  TestEngine engine(2);
  for (const Scalar scalar : {Scalar::u8, Scalar::u16, Scalar::f16, Scalar::f32}) {
    for (const int channels : {1, 3}) {
      const PixelFormat format{scalar, std::uint8_t(channels)};
      Parts parts(format);
      engine.layer_sites(parts.disparity, {}, {}, parts.cuts, parts.sites.front, parts.sites.back, parts.sites.rim);
      engine.layers_behind(parts.sites.front, parts.covers, Parts::cell, parts.sites.back);
      std::vector<Picture> color, coverage, disparity;
      for (int i = 0; i < 3; ++i) {
        color.emplace_back(Parts::width, Parts::height, format);
        coverage.emplace_back(Parts::width, Parts::height, u8_1);
        disparity.emplace_back(Parts::width, Parts::height, f32_1);
        engine.compose_layer(parts.sources(), i, color.back(), coverage.back(), disparity.back());
      }
      int soft = 0;
      for (int y = 0; y < Parts::height; ++y) {
        for (int x = 0; x < Parts::width; ++x) {
          const int front = int(parts.sites.front.at(x, y, 0)), back = int(parts.sites.back.at(x, y, 0)) % goes_on;
          for (int i = 0; i < 3; ++i) {
            const double cover = i == 0 && front > 0 ? 255 : coverage[i].at(x, y, 0);
            ASSERT_GE(disparity[i].at(x, y, 0), 0);
            ASSERT_LE(disparity[i].at(x, y, 0), 1);
            if (i > front || (i < front && i > back)) {
              ASSERT_EQ(cover, 0);
            }
          }
          const double cover = coverage[front].at(x, y, 0) / 255;
          soft += cover > 0 && cover < 1;
          ASSERT_TRUE(cover == 1 || back < front);
          if (back < front && cover < 1) {
            ASSERT_EQ(coverage[back].at(x, y, 0), 255);
          }
          for (int c = 0; c < channels; ++c) {
            const double behind = back < front ? color[back].at(x, y, c) : 0;
            const double mixed = cover * color[front].at(x, y, c) + (1 - cover) * behind;
            const double tolerance = scalar == Scalar::u8    ? 0.5
                                     : scalar == Scalar::u16 ? 1.0
                                     : scalar == Scalar::f16 ? 4e-3
                                                             : 1e-5;
            ASSERT_NEAR(mixed, parts.color.at(x, y, c), tolerance + 1e-9) << x << ", " << y;
          }
        }
      }
      EXPECT_GT(soft, 50);
    }
  }
}

TEST(Layers, WhatIsHiddenIsWhatWasFoundBitForBit) {
  TestEngine engine(2);
  for (const Scalar scalar : {Scalar::u8, Scalar::f32}) {
    const PixelFormat format{scalar, 3};
    Parts parts(format);
    engine.layer_sites(parts.disparity, {}, {}, parts.cuts, parts.sites.front, parts.sites.back, parts.sites.rim);
    engine.layers_behind(parts.sites.front, parts.covers, Parts::cell, parts.sites.back);
    int hidden = 0;
    for (int i = 0; i < 2; ++i) {
      Picture color(Parts::width, Parts::height, format), coverage(Parts::width, Parts::height, u8_1);
      Picture disparity(Parts::width, Parts::height, f32_1);
      engine.compose_layer(parts.sources(), i, color, coverage, disparity);
      for (int y = 0; y < Parts::height; ++y) {
        for (int x = 0; x < Parts::width; ++x) {
          const bool whole = parts.sites.rim.at(x, y, 0) == inside_rim;
          if (!whole || parts.sites.back.at(x, y, 0) != i || parts.sites.front.at(x, y, 0) <= i) continue;
          ++hidden;
          for (int c = 0; c < 3; ++c) ASSERT_EQ(color.at(x, y, c), parts.filled.at(x, y, c)) << x << ", " << y;
        }
      }
    }
    EXPECT_GT(hidden, 50);
  }
}

TEST(Layers, AGuessIsTheMeanOfWhatIsHidden) {
  TestEngine engine(2);
  Parts parts({Scalar::u8, 3});
  engine.layer_sites(parts.disparity, {}, {}, parts.cuts, parts.sites.front, parts.sites.back, parts.sites.rim);
  engine.layers_behind(parts.sites.front, parts.covers, Parts::cell, parts.sites.back);
  Picture out(Parts::width, Parts::height, {Scalar::u8, 3});
  engine.guess_behind(parts.sources(), out);
  for (int y = 0; y < Parts::height; ++y) {
    for (int x = 0; x < Parts::width; ++x) {
      const int back = int(parts.sites.back.at(x, y, 0));
      const bool hides = back < parts.sites.front.at(x, y, 0);
      for (int c = 0; c < 3; ++c) {
        if (!hides) {
          ASSERT_EQ(out.at(x, y, c), parts.color.at(x, y, c));
          continue;
        }
        const double u = std::clamp((x + 0.5) / Parts::cell - 0.5, 0.0, Parts::columns - 1.0);
        const double v = std::clamp((y + 0.5) / Parts::cell - 0.5, 0.0, Parts::rows - 1.0);
        const int left = int(u), top = int(v), plane = (4 * back + c) * Parts::rows;
        const auto mean = [&](int column, int row) {
          return parts.means.at(std::min(column, Parts::columns - 1), plane + std::min(row, Parts::rows - 1), 0);
        };
        const double above = mean(left, top) + (u - left) * (mean(left + 1, top) - mean(left, top));
        const double below = mean(left, top + 1) + (u - left) * (mean(left + 1, top + 1) - mean(left, top + 1));
        ASSERT_NEAR(out.at(x, y, c), 255 * (above + (v - top) * (below - above)), 0.501);
      }
    }
  }
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
