#include "unit/engine/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace test {
namespace {

Picture some_known(int width, int height, double part) {
  Picture known = random_picture(width, height, {Scalar::u8, 1}, 5);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (known.at(x, y, 0) > 256 * part)
        known.set(x, y, 0, 99);
      else
        known.set(x, y, 0, 100 + x % 100);
    }
  }
  return known;
}

// Levels of value and weight in doubles, by recursion: what level `width` x `height` becomes once completed.
struct Grid {
  int width, height;
  std::vector<double> value, weight;
  std::size_t at(int x, int y) const { return std::size_t(y) * width + x; }
};

void complete(Grid& fine) {
  if (fine.width == 1 && fine.height == 1) return;
  Grid coarse{(fine.width + 1) / 2, (fine.height + 1) / 2, {}, {}};
  for (int y = 0; y < coarse.height; ++y) {
    for (int x = 0; x < coarse.width; ++x) {
      double sum = 0, total = 0;
      for (int j = 2 * y; j < std::min(2 * y + 2, fine.height); ++j) {
        for (int i = 2 * x; i < std::min(2 * x + 2, fine.width); ++i) {
          sum += fine.weight[fine.at(i, j)] * fine.value[fine.at(i, j)];
          total += fine.weight[fine.at(i, j)];
        }
      }
      coarse.value.push_back(total > 0 ? sum / total : 0);
      coarse.weight.push_back(std::min(total, 1.0));
    }
  }
  complete(coarse);
  const auto clamped = [&](int x, int y) {
    return coarse.value[coarse.at(std::clamp(x, 0, coarse.width - 1), std::clamp(y, 0, coarse.height - 1))];
  };
  for (int y = 0; y < fine.height; ++y) {
    for (int x = 0; x < fine.width; ++x) {
      const double u = std::max(0.0, (x + 0.5) / 2 - 0.5), v = std::max(0.0, (y + 0.5) / 2 - 0.5);
      const int i = int(u), j = int(v);
      const double top = clamped(i, j) * (1 - (u - i)) + clamped(i + 1, j) * (u - i);
      const double bottom = clamped(i, j + 1) * (1 - (u - i)) + clamped(i + 1, j + 1) * (u - i);
      const double w = fine.weight[fine.at(x, y)];
      double& value = fine.value[fine.at(x, y)];
      value = w * value + (1 - w) * (top * (1 - (v - j)) + bottom * (v - j));
    }
  }
}

TEST(PullPush, MatchesItsDefinitionAndKeepsWhatIsKnown) {
  TestEngine engine(2);
  for (const Size size : sizes()) {
    for (const double part : {0.02, 0.5, 1.0}) {
      const Picture known = some_known(size.width, size.height, part);
      const Picture in = random_picture(size.width, size.height, {Scalar::f32, 1});
      Grid grid{size.width, size.height, {}, {}};
      bool any = false;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          grid.value.push_back(in.at(x, y, 0));
          grid.weight.push_back(known.at(x, y, 0) >= 100 ? 1 : 0);
          any = any || known.at(x, y, 0) >= 100;
        }
      }
      if (any) complete(grid);
      Picture out = in;
      engine.pull_push(out, known, 100);
      EXPECT_TRUE(near(out, 1e-6, [&](int x, int y, int) { return grid.value[grid.at(x, y)]; })) << "part " << part;
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          if (known.at(x, y, 0) >= 100 || !any) {
            ASSERT_EQ(out.at(x, y, 0), in.at(x, y, 0));
          }
        }
      }
    }
  }
}

TEST(PullPush, IgnoresWhatUnknownPixelsHold) {
  TestEngine engine(1);
  const Picture known = some_known(61, 47, 0.3);
  Picture first = random_picture(61, 47, {Scalar::f32, 1});
  Picture second = first;
  for (int y = 0; y < 47; ++y) {
    for (int x = 0; x < 61; ++x) {
      if (known.at(x, y, 0) < 100) second.set(x, y, 0, std::nan(""));
    }
  }
  engine.pull_push(first, known, 100);
  engine.pull_push(second, known, 100);
  EXPECT_TRUE(first.same_bits(second));
}

}  // namespace
}  // namespace test
}  // namespace v1
}  // namespace relievo
