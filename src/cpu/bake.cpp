// What a bake does to pixels one by one.
#include <algorithm>
#include <cstdint>

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "kernels/decontaminate.hpp"

namespace relievo {
inline namespace v1 {

void CpuEngine::mask_above(const ImageView& in, int threshold, const ImageView& also, const MutableImageView& out) {
  parallel_rows(out.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const value = in.row<std::uint8_t>(y);
      const std::uint8_t* const other = also.empty() ? nullptr : also.row<std::uint8_t>(y);
      std::uint8_t* const mask = out.row<std::uint8_t>(y);
      for (int x = 0; x < out.width; ++x) {
        mask[x] = value[x] > threshold || (other != nullptr && other[x] != 0) ? 255 : 0;
      }
    }
  });
}

void CpuEngine::invert(const ImageView& in, const MutableImageView& out) {
  parallel_rows(out.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const from = in.row<std::uint8_t>(y);
      std::transform(from, from + out.width, out.row<std::uint8_t>(y),
                     [](std::uint8_t v) { return static_cast<std::uint8_t>(255 - v); });
    }
  });
}

void CpuEngine::decontaminate(const ImageView& coverage, const MutableImageView& front, const MutableImageView& back) {
  const int channels = front.format.channels;
  parallel_rows(front.height, 32, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(front.format.scalar, [&](auto t) {
        using T = decltype(t);
        const std::uint8_t* const cover = coverage.row<std::uint8_t>(y);
        T* const f = front.row<T>(y);
        T* const b = back.row<T>(y);
        for (int x = 0; x < front.width; ++x) {
          if (cover[x] == 0 || cover[x] == 255) continue;
          for (int i = x * channels; i < (x + 1) * channels; ++i) decontaminate_code(cover[x], f[i], b[i]);
        }
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo
