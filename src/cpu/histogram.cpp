// Levels of grey: stretched, and counted.
#include <algorithm>
#include <atomic>
#include <cstdint>

#include "cpu/cpu_engine.hpp"
#include "kernels/stretch.hpp"

namespace relievo {
inline namespace v1 {
namespace {

template <class T>
void stretch_rows(CpuEngine& engine, const ImageView& in, float low, float high, const MutableImageView& out) {
  const int samples = in.width * in.format.channels;
  engine.parallel_rows(in.height, 64, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      const float* const from = in.row<float>(y);
      T* const to = out.row<T>(y);
      for (int i = 0; i < samples; ++i) stretch_to(from[i], low, high, to[i]);
    }
  });
}

}  // namespace

void CpuEngine::stretch(const ImageView& in, float low, float high, const MutableImageView& out) {
  if (out.format.scalar == Scalar::u8) {
    stretch_rows<std::uint8_t>(*this, in, low, high, out);
  } else {
    stretch_rows<float>(*this, in, low, high, out);
  }
}

void CpuEngine::histogram(const ImageView& in, const MutableImageView& out) {
  auto* const counts = out.row<std::uint32_t>(0);
  std::fill_n(counts, 256, 0u);
  parallel_rows(in.height, 128, [&](int first, int last, ThreadScratch&) {
    // Neighbours are often equal: each counts into a table of its own, so that no count waits for the one before.
    std::uint32_t counted[4][256] = {};
    for (int y = first; y < last; ++y) {
      const std::uint8_t* const row = in.row<std::uint8_t>(y);
      for (int x = 0; x < in.width; ++x) ++counted[x & 3][row[x]];
    }
    for (int i = 0; i < 256; ++i) {
      const std::uint32_t sum = counted[0][i] + counted[1][i] + counted[2][i] + counted[3][i];
      if (sum > 0) std::atomic_ref(counts[i]).fetch_add(sum, std::memory_order_relaxed);
    }
  });
}

}  // namespace v1
}  // namespace relievo
