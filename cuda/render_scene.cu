// Procedural scenes by rays, a thread a pixel.
#include <cstdint>
#include <cstring>

#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "cuda/views.hpp"
#include "kernels/scene_pixel.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using cuda::MutableRows;
using cuda::Rows;
using scenes::Camera;
using scenes::Hit;
using scenes::SceneView;
using scenes::Vec3;

constexpr std::size_t hits_slot = 30;
constexpr dim3 block{16, 16, 1};

struct NearestOf {
  const SceneView& scene;

  __device__ Hit operator()(const scenes::Ray& ray, scenes::Seen seen) const {
    return scenes::nearest(scene, ray, scenes::near_limit, seen);
  }
};

struct Wanted {
  MutableRows<float> color, depth, normal;
  MutableRows<std::int32_t> object, front;
  MutableRows<float> coverage;
};

__device__ void write(const MutableRows<float>& out, int x, int y, Vec3 v) {
  float* to = out.row(y) + 3 * x;
  to[0] = v.x;
  to[1] = v.y;
  to[2] = v.z;
}

__global__ void find_hits(SceneView scene, Camera camera, int layer, Wanted out, MutableRows<Hit> hits, int width,
                          int height) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  const scenes::Ray ray = scenes::ray_through(camera, float(x) + 0.5f, float(y) + 0.5f);
  const Hit found = scenes::layer_hit(scene, ray, layer, NearestOf{scene});
  hits.row(y)[x] = found;
  if (out.depth.data != nullptr) out.depth.row(y)[x] = scenes::depth_of(found);
  if (out.object.data != nullptr) out.object.row(y)[x] = scenes::object_of(scene, found);
  if (out.normal.data != nullptr) write(out.normal, x, y, scenes::normal_seen(scene, camera, ray, found));
}

__global__ void light_pixels(SceneView scene, Camera camera, Rows<std::uint8_t> fine, int layer, int samples,
                             Rows<Hit> hits, Wanted out, int width, int height) {
  const int x = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  const int y = static_cast<int>(blockIdx.y * blockDim.y + threadIdx.y);
  if (x >= width || y >= height) return;
  const Hit found = hits.row(y)[x];
  const auto other = [&](int px, int py) { return hits.row(py)[px].primitive != found.primitive; };
  const bool several = samples > 1 && ((fine.data != nullptr && fine.row(y)[x] != 0) || other(x > 0 ? x - 1 : x, y) ||
                                       other(x + 1 < width ? x + 1 : x, y) || other(x, y > 0 ? y - 1 : y) ||
                                       other(x, y + 1 < height ? y + 1 : y));
  // One sample is the centre, so that there is one copy of the code that computes light.
  const int count = several ? samples : 1;
  if (out.color.data != nullptr) {
    write(out.color, x, y, scenes::sampled_light(scene, camera, x, y, layer, count, NearestOf{scene}));
  }
  if (out.front.data == nullptr && out.coverage.data == nullptr) return;
  const scenes::Front front = scenes::front_of(scene, camera, x, y, layer, count, NearestOf{scene});
  if (out.front.data != nullptr) out.front.row(y)[x] = front.object;
  if (out.coverage.data != nullptr) out.coverage.row(y)[x] = front.coverage;
}

}  // namespace

void CudaEngine::render_scene(const SceneView& scene, const Camera& camera, const ImageView& fine, int layer,
                              int samples, const SceneBuffers& out) {
  const Enqueue enqueue(*this, "render_scene");
  const int width = any_of(out).width, height = any_of(out).height;
  static_assert(sizeof(Hit) == 8);
  const MutableImageView hits = scratch_.image(hits_slot, width, height, {Scalar::u16, 4});
  const Wanted wanted{cuda::rows<float>(out.color),         cuda::rows<float>(out.depth),
                      cuda::rows<float>(out.normal),        cuda::rows<std::int32_t>(out.object),
                      cuda::rows<std::int32_t>(out.front), cuda::rows<float>(out.coverage)};
  const cuda::Grid grid{cuda::blocks_for(width, height, block), block, stream_};
  cuda::launch(find_hits, grid, scene, camera, layer, wanted, cuda::rows<Hit>(hits), width, height);
  if (out.color.empty() && out.front.empty() && out.coverage.empty()) return;
  cuda::launch(light_pixels, grid, scene, camera, cuda::rows<std::uint8_t>(fine), layer, samples,
               cuda::rows<Hit>(ImageView(hits)), wanted, width, height);
}

}  // namespace v1
}  // namespace relievo
