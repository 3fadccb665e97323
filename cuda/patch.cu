// Rounds of PatchMatch and votes, a thread a pixel.
#include "kernels/patch.hpp"

#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;

constexpr dim3 block{16, 8, 1};

struct Place {
  int x, y;
  bool inside;
};
__device__ Place place(int width, int height) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  return {x, y, x < width && y < height};
}

__global__ void halve(Rows<std::uint8_t> image, Rows<std::uint8_t> hole, Rows<std::uint8_t> barred, int width,
                      int height, MutableRows<std::uint8_t> out, MutableRows<std::uint8_t> out_hole,
                      MutableRows<std::uint8_t> out_barred) {
  const Place at = place((width + 1) / 2, (height + 1) / 2);
  if (!at.inside) return;
  PatchHalf half;
  for (int j = 2 * at.y; j < min(2 * at.y + 2, height); ++j) {
    for (int i = 2 * at.x; i < min(2 * at.x + 2, width); ++i) {
      half.add(image.row(j) + 4 * i, hole.row(j)[i] != 0, barred.row(j)[i] != 0);
    }
  }
  half.store(out.row(at.y) + 4 * at.x, out_hole.row(at.y)[at.x], out_barred.row(at.y)[at.x]);
}

__global__ void double_matches(Rows<PatchMatch> coarse, Rows<std::uint8_t> target, int width, int height,
                               MutableRows<PatchMatch> out) {
  const Place at = place(width, height);
  if (!at.inside || target.row(at.y)[at.x] == 0) return;
  out.row(at.y)[at.x] = patch_doubled(at.x, at.y, coarse.row(at.y / 2)[at.x / 2]);
}

struct Search {
  Rows<std::uint32_t> image;
  Rows<std::uint8_t> target, source;
  Rows<PatchMatch> in;
  int width, height;
  PatchSearch how;

  __device__ std::uint32_t cost(int x, int y, int u, int v, std::uint32_t most) const {
    std::uint32_t sum = patch_distance_cost(u - x, v - y, how.distance_weight);
    for (int j = -patch_radius; j <= patch_radius && sum < most; ++j) {
      const std::uint32_t* const here = image.row(min(max(y + j, 0), height - 1));
      const std::uint32_t* const there = image.row(v + j);
#pragma unroll
      for (int i = -patch_radius; i <= patch_radius; ++i) {
        const std::uint32_t apart = __vabsdiffu4(here[min(max(x + i, 0), width - 1)], there[u + i]);
        sum = __dp4a(apart, apart, sum);
      }
    }
    return sum;
  }
};

__global__ void search(Search s, MutableRows<PatchMatch> out) {
  const Place at = place(s.width, s.height);
  if (!at.inside || s.target.row(at.y)[at.x] == 0) return;
  out.row(at.y)[at.x] = patch_best(
      at.x, at.y, s.how, [&](int u, int v, std::uint32_t most) { return s.cost(at.x, at.y, u, v, most); },
      [&](int u, int v) { return patch_inside(u, v, s.width, s.height) && s.source.row(v)[u] != 0; },
      [&](int u, int v) { return s.in.row(v)[u]; },
      [&](int u, int v) { return u >= 0 && v >= 0 && u < s.width && v < s.height && s.target.row(v)[u] != 0; });
}

template <int channels, class T>
__global__ void vote(Rows<T> image, Rows<std::uint8_t> hole, Rows<std::uint8_t> target, Rows<PatchMatch> matches,
                     bool final, int width, int height, MutableRows<T> out) {
  const Place at = place(width, height);
  if (!at.inside || hole.row(at.y)[at.x] == 0) return;
  constexpr int colors = channels == 1 ? 1 : 3;
  PatchVotes<T> votes;
  for (int j = max(0, at.y - patch_radius); j <= min(height - 1, at.y + patch_radius); ++j) {
    for (int i = max(0, at.x - patch_radius); i <= min(width - 1, at.x + patch_radius); ++i) {
      if (target.row(j)[i] == 0) continue;
      const PatchMatch m = matches.row(j)[i];
      votes.add(image.row(m.y + at.y - j) + channels * (m.x + at.x - i), colors, patch_vote_weight(m.cost(), final));
    }
  }
  T* const to = out.row(at.y) + channels * at.x;
  for (int k = 0; k < colors; ++k) to[k] = votes.mean(k);
}

cuda::Grid grid(int width, int height, cudaStream_t stream) {
  return {cuda::blocks_for(width, height, block), block, stream};
}

}  // namespace

void CudaEngine::patch_halve(const ImageView& image, const ImageView& hole, const ImageView& barred,
                             const MutableImageView& out, const MutableImageView& out_hole,
                             const MutableImageView& out_barred) {
  const Enqueue enqueue(*this, "patch_halve");
  cuda::launch(halve, grid(out.width, out.height, stream_), cuda::rows<std::uint8_t>(image),
               cuda::rows<std::uint8_t>(hole), cuda::rows<std::uint8_t>(barred), image.width, image.height,
               cuda::rows<std::uint8_t>(out), cuda::rows<std::uint8_t>(out_hole), cuda::rows<std::uint8_t>(out_barred));
}

void CudaEngine::patch_double(const ImageView& coarse, const ImageView& target, const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_double");
  cuda::launch(double_matches, grid(out.width, out.height, stream_), cuda::rows<PatchMatch>(coarse),
               cuda::rows<std::uint8_t>(target), out.width, out.height, cuda::rows<PatchMatch>(out));
}

void CudaEngine::patch_search(const ImageView& image, const ImageView& target, const ImageView& source,
                              const ImageView& in, const PatchSearch& how, const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_search");
  const Search of{cuda::rows<std::uint32_t>(image), cuda::rows<std::uint8_t>(target), cuda::rows<std::uint8_t>(source),
                  cuda::rows<PatchMatch>(in), image.width, image.height, how};
  cuda::launch(search, grid(out.width, out.height, stream_), of, cuda::rows<PatchMatch>(out));
}

void CudaEngine::patch_vote(const ImageView& image, const ImageView& hole, const ImageView& target,
                            const ImageView& matches, bool final, const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_vote");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, grid(out.width, out.height, stream_), cuda::rows<T>(image), cuda::rows<std::uint8_t>(hole),
                   cuda::rows<std::uint8_t>(target), cuda::rows<PatchMatch>(matches), final, out.width, out.height,
                   cuda::rows<T>(out));
    };
    if (out.format.channels == 1) {
      launch(vote<1, T>);
    } else if (out.format.channels == 3) {
      launch(vote<3, T>);
    } else {
      launch(vote<4, T>);
    }
  });
}

}  // namespace v1
}  // namespace relievo
