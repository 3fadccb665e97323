// The least and the largest value around each pixel of a row.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include <relievo/image.hpp>

#include "cpu/thread_scratch.hpp"

namespace relievo {
inline namespace v1 {

/// Of a picture of f32, 1 channel: of each pixel of a row those among every `stride`-th pixel to `reach` px around it,
/// within the picture.
struct Extremes {
  float *least, *most;

  Extremes(ThreadScratch& scratch, int width)
      : least(scratch.take<float>(std::size_t(width))),
        most(scratch.take<float>(std::size_t(width))),
        row_least(scratch.take<float>(std::size_t(width))),
        row_most(scratch.take<float>(std::size_t(width))) {}

  void around(const ImageView& in, int y, int reach, int stride) const {
    const int width = in.width;
    const std::size_t bytes = std::size_t(width) * sizeof(float);
    std::memcpy(row_least, in.row<float>(y), bytes);
    std::memcpy(row_most, row_least, bytes);
    for (int away = stride; away <= reach; away += stride) {
      for (const int v : {y - away, y + away}) {
        if (v < 0 || v >= in.height) continue;
        const float* const row = in.row<float>(v);
        for (int x = 0; x < width; ++x) {
          row_least[x] = std::min(row_least[x], row[x]);
          row_most[x] = std::max(row_most[x], row[x]);
        }
      }
    }
    std::memcpy(least, row_least, bytes);
    std::memcpy(most, row_most, bytes);
    for (int away = stride; away <= std::min(reach, width - 1); away += stride) {
      for (int x = 0; x < width - away; ++x) {
        least[x] = std::min(least[x], row_least[x + away]);
        most[x] = std::max(most[x], row_most[x + away]);
      }
      for (int x = away; x < width; ++x) {
        least[x] = std::min(least[x], row_least[x - away]);
        most[x] = std::max(most[x], row_most[x - away]);
      }
    }
  }

 private:
  float *row_least, *row_most;
};

}  // namespace v1
}  // namespace relievo
