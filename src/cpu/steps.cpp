// Sharpening steps of disparity (kernels/steps.hpp).
#include "kernels/steps.hpp"

#include <cstdint>

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"
#include "cpu/extremes.hpp"

namespace relievo {
inline namespace v1 {

void CpuEngine::sharpen_steps(const ImageView& color, const ImageView& disparity, const StepSearch& how,
                              const MutableImageView& out) {
  const int width = out.width, height = out.height, channels = color.format.channels;
  parallel_rows(height, 32, [&](int first, int last, ThreadScratch& scratch) {
    const Extremes near(scratch, width), wide(scratch, width);
    with_scalar(color.format.scalar, [&](auto t) {
      using T = decltype(t);
      const auto disparity_at = [&](int u, int v) { return disparity.row<float>(v)[u]; };
      const auto color_at = [&](int u, int v, float* pixel) {
        for (int k = 0; k < channels; ++k) pixel[k] = to_unit(color.row<T>(v)[channels * u + k]);
      };
      for (int y = first; y < last; ++y) {
        near.around(disparity, y, how.reach, how.stride);
        wide.around(disparity, y, 2 * how.reach, 2 * how.stride);
        const float* const row = disparity.row<float>(y);
        float* const to = out.row<float>(y);
        for (int x = 0; x < width; ++x) {
          const StepRange range{near.least[x], near.most[x], wide.least[x], wide.most[x]};
          to[x] = range.is_step(row[x], how.threshold)
                      ? sharpened(x, y, width, height, channels, how, range, disparity_at, color_at)
                      : row[x];
        }
      }
    });
  });
}

}  // namespace v1
}  // namespace relievo
