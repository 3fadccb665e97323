#include <algorithm>
#include <cstdint>
#include <vector>

#include "cpu/cpu_engine.hpp"
#include "kernels/pull_push.hpp"

namespace relievo {
inline namespace v1 {
namespace {

struct Level {
  int width, height;
  std::vector<Weighted> pixels;

  Level(int w, int h) : width(w), height(h), pixels(static_cast<std::size_t>(w) * static_cast<std::size_t>(h)) {}
  Weighted* row(int y) { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
  const Weighted* row(int y) const { return pixels.data() + static_cast<std::ptrdiff_t>(y) * width; }
};

constexpr int band = 32;

/// Halves a grid of Weighted pixel(x, y).
template <class Pixel>
Level pull(CpuEngine& engine, int width, int height, const Pixel& pixel) {
  Level out((width + 1) / 2, (height + 1) / 2);
  engine.parallel_rows(out.height, band, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      for (int x = 0; x < out.width; ++x) {
        Pulled pulled;
        for (int j = 2 * y; j < std::min(2 * y + 2, height); ++j) {
          for (int i = 2 * x; i < std::min(2 * x + 2, width); ++i) pulled.add(pixel(i, j));
        }
        out.row(y)[x] = pulled.mean();
      }
    }
  });
  return out;
}

float sample(const Level& level, int x, const PushTap& down) {
  const PushTap along = push_tap(x, level.width);
  const Weighted *const top = level.row(down.first), *const bottom = level.row(down.second);
  return pushed(top[along.first].value, top[along.second].value, bottom[along.first].value, bottom[along.second].value,
                along.t, down.t);
}

}  // namespace

void CpuEngine::pull_push(const MutableImageView& values, const ImageView& known, int threshold) {
  const auto is_known = [&](int x, int y) { return known.row<std::uint8_t>(y)[x] >= threshold; };
  std::vector<Level> levels;
  levels.push_back(pull(*this, values.width, values.height, [&](int x, int y) {
    return Weighted{values.row<float>(y)[x], is_known(x, y) ? 1.0f : 0.0f};
  }));
  while (levels.back().width > 1 || levels.back().height > 1) {
    const Level& fine = levels.back();
    levels.push_back(pull(*this, fine.width, fine.height, [&](int x, int y) { return fine.row(y)[x]; }));
  }
  if (levels.back().pixels[0].weight <= 0) return;
  for (std::size_t i = levels.size() - 1; i > 0; --i) {
    const Level& coarse = levels[i];
    Level& fine = levels[i - 1];
    parallel_rows(fine.height, band, [&](int first, int last, ThreadScratch&) {
      for (int y = first; y < last; ++y) {
        const PushTap down = push_tap(y, coarse.height);
        for (int x = 0; x < fine.width; ++x) {
          Weighted& pixel = fine.row(y)[x];
          if (pixel.weight < 1) pixel.value = completed(pixel, sample(coarse, x, down));
        }
      }
    });
  }
  parallel_rows(values.height, band, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const PushTap down = push_tap(y, levels[0].height);
      for (int x = 0; x < values.width; ++x) {
        if (!is_known(x, y)) values.row<float>(y)[x] = sample(levels[0], x, down);
      }
    }
  });
}

}  // namespace v1
}  // namespace relievo
