// Grain for what is out of focus.
#include "kernels/grain.hpp"

#include "core/with_scalar.hpp"
#include "cpu/cpu_engine.hpp"

namespace relievo {
inline namespace v1 {
namespace {

template <class T>
void add_row(const float* blur, const Grain& grain, int y, int width, int channels, T* out) {
  for (int x = 0; x < width; ++x) {
    if (!(blur[x] > 0)) continue;
    T* const pixel = out + channels * x;
    float code[3];
    for (int c = 0; c < channels; ++c) code[c] = to_unit(pixel[c]);
    const float added = grain_of(grain, code, channels, blur[x], x, y);
    for (int c = 0; c < channels; ++c) pixel[c] = from_unit<T>(code[c] + added);
  }
}

}  // namespace

void CpuEngine::add_grain(const ImageView& blur, const Grain& grain, int first_row, const MutableImageView& out) {
  parallel_rows(out.height, 16, [&](int first, int last, ThreadScratch&) {
    for (int y = first; y < last; ++y) {
      with_scalar(out.format.scalar, [&](auto t) {
        using T = decltype(t);
        add_row(blur.row<float>(y), grain, first_row + y, out.width, out.format.channels, out.row<T>(y));
      });
    }
  });
}

}  // namespace v1
}  // namespace relievo
