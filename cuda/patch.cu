// Rounds of PatchMatch and votes, a thread a pixel.
#include "kernels/patch.hpp"

#include <cstdint>

#include "core/with_scalar.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/place.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Place;
using cuda::place;
using cuda::Rows;

constexpr dim3 block{16, 8, 1};

__global__ void halve(Rows<std::uint8_t> image, Rows<std::uint8_t> rank, Rows<std::uint8_t> behind, int width,
                      int height, MutableRows<std::uint8_t> out, MutableRows<std::uint8_t> out_rank,
                      MutableRows<std::uint8_t> out_behind) {
  const Place at = place((width + 1) / 2, (height + 1) / 2);
  if (!at.inside) return;
  PatchHalf half;
  for (int j = 2 * at.y; j < min(2 * at.y + 2, height); ++j) {
    for (int i = 2 * at.x; i < min(2 * at.x + 2, width); ++i) {
      half.add(image.row(j) + 4 * i, rank.row(j)[i], behind.row(j)[i]);
    }
  }
  half.store(out.row(at.y) + 4 * at.x, out_rank.row(at.y)[at.x], out_behind.row(at.y)[at.x]);
}

// What is hidden where, and who looks for it.
struct Layers {
  Rows<std::uint8_t> rank, behind, reach;
  int width, height;

  __device__ bool is_target(int x, int y) const {
    return x >= 0 && y >= 0 && x < width && y < height && behind.row(y)[x] < reach.row(y)[x];
  }
};

__global__ void double_matches(Rows<PatchMatch> coarse, Layers layers, MutableRows<PatchMatch> out) {
  const Place at = place(layers.width, layers.height);
  if (!at.inside) return;
  out.row(at.y)[at.x] =
      layers.is_target(at.x, at.y) ? patch_doubled(at.x, at.y, coarse.row(at.y / 2)[at.x / 2]) : no_match;
}

constexpr int side = 2 * patch_radius + 1;

// What a target knows of its patch: colours, and a bit for each that counts.
struct Known {
  std::uint32_t color[side * side];
  std::uint64_t counts = 0;
};

struct Search {
  Rows<std::uint32_t> image, filled;
  Layers layers;
  Rows<PatchMatch> in;
  PatchSearch how;

  __device__ void learn(int x, int y, Known& known) const {
    const std::uint8_t layer = layers.behind.row(y)[x];
#pragma unroll
    for (int j = 0; j < side; ++j) {
      const int v = min(max(y + j - patch_radius, 0), layers.height - 1);
#pragma unroll
      for (int i = 0; i < side; ++i) {
        const int u = min(max(x + i - patch_radius, 0), layers.width - 1);
        const bool is_known = layers.rank.row(v)[u] <= layer;
        known.color[j * side + i] = (is_known ? image : filled).row(v)[u];
        if (is_known || layers.behind.row(v)[u] == layer) known.counts |= std::uint64_t{1} << (j * side + i);
      }
    }
  }

  __device__ std::uint32_t cost(const Known& known, int x, int y, int u, int v, std::uint32_t most) const {
    std::uint32_t sum = patch_distance_cost(u - x, v - y, how.distance_weight);
#pragma unroll
    for (int j = 0; j < side; ++j) {
      if (sum >= most) return sum;
      const std::uint32_t* const there = image.row(v + j - patch_radius);
#pragma unroll
      for (int i = 0; i < side; ++i) {
        const std::uint32_t apart = __vabsdiffu4(known.color[j * side + i], there[u + i - patch_radius]);
        const std::uint32_t counted = (known.counts >> (j * side + i) & 1) != 0 ? apart : 0;
        sum = __dp4a(counted, counted, sum);
      }
    }
    return sum;
  }
};

__global__ void search(Search s, MutableRows<PatchMatch> out) {
  const Layers& layers = s.layers;
  const Place at = place(layers.width, layers.height);
  if (!at.inside) return;
  if (!layers.is_target(at.x, at.y)) {
    out.row(at.y)[at.x] = no_match;
    return;
  }
  Known known;
  s.learn(at.x, at.y, known);
  const std::uint8_t layer = layers.behind.row(at.y)[at.x];
  out.row(at.y)[at.x] = patch_best(
      at.x, at.y, s.how,
      [&](int u, int v, std::uint32_t most) { return s.cost(known, at.x, at.y, u, v, most); },
      [&](int u, int v) { return patch_inside(u, v, layers.width, layers.height) && layers.reach.row(v)[u] <= layer; },
      [&](int u, int v) { return s.in.row(v)[u]; }, [&](int u, int v) { return layers.is_target(u, v); });
}

template <int channels, class T>
__global__ void vote(Rows<T> image, Layers layers, Rows<PatchMatch> matches, PatchVote how, MutableRows<T> out) {
  const Place at = place(layers.width, layers.height);
  if (!at.inside) return;
  const std::uint8_t hidden = layers.behind.row(at.y)[at.x];
  if (hidden >= layers.rank.row(at.y)[at.x]) return;
  constexpr int colors = channels == 1 ? 1 : 3;
  PatchVotes<T> votes;
  bool any = false;
  for (int j = max(0, at.y - how.spread); j <= min(layers.height - 1, at.y + how.spread); ++j) {
    for (int i = max(0, at.x - how.spread); i <= min(layers.width - 1, at.x + how.spread); ++i) {
      if (layers.behind.row(j)[i] != hidden || !layers.is_target(i, j)) continue;
      const PatchMatch m = matches.row(j)[i];
      if (!m.found()) continue;
      votes.add(image.row(m.y + at.y - j) + channels * (m.x + at.x - i), colors, patch_vote_weight(m.cost(), how.final));
      any = true;
    }
  }
  if (!any) return;
  T* const to = out.row(at.y) + channels * at.x;
  for (int k = 0; k < colors; ++k) to[k] = drawn(to[k], votes.mean(k), how.contrast);
}

cuda::Grid grid(int width, int height, cudaStream_t stream) {
  return {cuda::blocks_for(width, height, block), block, stream};
}

Layers layers_of(const ImageView& rank, const ImageView& behind, const ImageView& reach) {
  return {cuda::rows<std::uint8_t>(rank), cuda::rows<std::uint8_t>(behind), cuda::rows<std::uint8_t>(reach), behind.width, behind.height};
}

}  // namespace

void CudaEngine::patch_halve(const ImageView& image, const ImageView& rank, const ImageView& behind,
                             const MutableImageView& out, const MutableImageView& out_rank,
                             const MutableImageView& out_behind) {
  const Enqueue enqueue(*this, "patch_halve");
  cuda::launch(halve, grid(out.width, out.height, stream_), cuda::rows<std::uint8_t>(image),
               cuda::rows<std::uint8_t>(rank), cuda::rows<std::uint8_t>(behind), image.width, image.height,
               cuda::rows<std::uint8_t>(out), cuda::rows<std::uint8_t>(out_rank), cuda::rows<std::uint8_t>(out_behind));
}

void CudaEngine::patch_double(const ImageView& coarse, const ImageView& behind, const ImageView& reach,
                              const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_double");
  cuda::launch(double_matches, grid(out.width, out.height, stream_), cuda::rows<PatchMatch>(coarse),
               layers_of(behind, behind, reach), cuda::rows<PatchMatch>(out));
}

void CudaEngine::patch_search(const ImageView& image, const ImageView& filled, const ImageView& rank,
                              const ImageView& behind, const ImageView& reach, const ImageView& in,
                              const PatchSearch& how, const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_search");
  const Search of{cuda::rows<std::uint32_t>(image), cuda::rows<std::uint32_t>(filled), layers_of(rank, behind, reach),
                  cuda::rows<PatchMatch>(in), how};
  cuda::launch(search, grid(out.width, out.height, stream_), of, cuda::rows<PatchMatch>(out));
}

void CudaEngine::patch_vote(const ImageView& image, const ImageView& rank, const ImageView& behind,
                            const ImageView& reach, const ImageView& matches, const PatchVote& how,
                            const MutableImageView& out) {
  const Enqueue enqueue(*this, "patch_vote");
  with_scalar(out.format.scalar, [&](auto t) {
    using T = decltype(t);
    const auto launch = [&](auto kernel) {
      cuda::launch(kernel, grid(out.width, out.height, stream_), cuda::rows<T>(image), layers_of(rank, behind, reach),
                   cuda::rows<PatchMatch>(matches), how, cuda::rows<T>(out));
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
