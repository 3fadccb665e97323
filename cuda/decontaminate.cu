// The background's colour out of soft edges.
#include "kernels/decontaminate.hpp"

#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/pixel_groups.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::GroupPlace;
using cuda::MutableRows;
using cuda::Rows;

constexpr int pixels = cuda::group_pixels;

__device__ bool is_soft(unsigned cover) { return cover != 0 && cover != 255; }

// Of most pixels only the coverage is read.
template <int channels, class T>
__global__ void decontaminate_pixels(Rows<std::uint8_t> coverage, MutableRows<T> front, MutableRows<T> back, int width,
                                     int height) {
  const GroupPlace at = cuda::group_place(width, height);
  if (at.count <= 0) return;
  std::uint8_t cover[pixels];
  cuda::load_group(coverage.row(at.y) + at.x, at.count, cover);
  if (!is_soft(cover[0]) && !is_soft(cover[1]) && !is_soft(cover[2]) && !is_soft(cover[3])) return;
  T* const front_row = front.row(at.y) + std::int64_t{channels} * at.x;
  T* const back_row = back.row(at.y) + std::int64_t{channels} * at.x;
  T f[channels * pixels], b[channels * pixels];
  cuda::load_group(front_row, channels * at.count, f);
  cuda::load_group(back_row, channels * at.count, b);
#pragma unroll
  for (int i = 0; i < channels * pixels; ++i) {
    if (is_soft(cover[i / channels])) decontaminate_code(cover[i / channels], f[i], b[i]);
  }
  cuda::store_group(f, channels * at.count, front_row);
  cuda::store_group(b, channels * at.count, back_row);
}

}  // namespace

void CudaEngine::decontaminate(const ImageView& coverage, const MutableImageView& front, const MutableImageView& back) {
  const Enqueue enqueue(*this, "decontaminate");
  with_scalar(front.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, cuda::group_grid(front.width, front.height, stream_), cuda::rows<std::uint8_t>(coverage),
                   cuda::rows<T>(front), cuda::rows<T>(back), front.width, front.height);
    };
    if (front.format.channels == 1) {
      launch(decontaminate_pixels<1, T>);
    } else {
      launch(decontaminate_pixels<3, T>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
