// Procedural scenes by rays: each square of pixels asks only the primitives whose bounds it sees.
#include <algorithm>
#include <cstring>
#include <vector>

#include "cpu/cpu_engine.hpp"
#include "kernels/scene_pixel.hpp"

namespace relievo {
inline namespace v1 {
namespace {

using namespace scenes;

constexpr int tile = 8;

struct Candidate {
  float near;  // no point of it has a smaller z
  int primitive;
  const Node* bounds;
};

// The primitives that rays through pixels x .. x + tile, y .. y + tile may meet, the nearest first.
void candidates(const SceneView& scene, const Camera& camera, int x, int y, std::vector<Candidate>& found) {
  const Vec3 corner[4] = {ray_through(camera, float(x), float(y)).direction,
                          ray_through(camera, float(x + tile), float(y)).direction,
                          ray_through(camera, float(x + tile), float(y + tile)).direction,
                          ray_through(camera, float(x), float(y + tile)).direction};
  Vec3 plane[4];
  for (int i = 0; i < 4; ++i) {
    plane[i] = cross(corner[i], corner[(i + 1) % 4]);
    if (dot(plane[i], corner[(i + 2) % 4]) < 0) plane[i] = -plane[i];
  }
  const auto farthest = [&](const Node& node, Vec3 way) {
    return std::max((node.low.x - camera.place.x) * way.x, (node.high.x - camera.place.x) * way.x) +
           std::max((node.low.y - camera.place.y) * way.y, (node.high.y - camera.place.y) * way.y) +
           std::max((node.low.z - camera.place.z) * way.z, (node.high.z - camera.place.z) * way.z);
  };
  found.clear();
  for (int i = 0; i < scene.node_count;) {
    const Node& node = scene.nodes[i];
    bool outside = farthest(node, camera.forward) < near_limit;
    for (int k = 0; k < 4; ++k) outside = outside || farthest(node, plane[k]) < 0;
    if (outside) {
      i = node.skip;
      continue;
    }
    if (node.primitive >= 0) found.push_back({-farthest(node, -camera.forward), node.primitive, &node});
    ++i;
  }
  std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
    return a.near < b.near || (a.near == b.near && a.primitive < b.primitive);
  });
}

struct NearestOf {
  const SceneView& scene;
  const std::vector<Candidate>& list;

  Hit operator()(const Ray& ray, Seen seen) const {
    const Vec3 inverse = inverse_of(ray.direction);
    Hit best;
    for (const Candidate& each : list) {
      // Bounds are as exact as sums of floats are.
      if (each.near * 0.9999f > best.t) break;
      if (!meets(*each.bounds, ray.origin, inverse, near_limit, best.t)) continue;
      const Primitive& thing = scene.primitives[each.primitive];
      if (!seen.has(thing.object)) take_nearer(best, hit(scene, thing, ray, near_limit, best.t), each.primitive);
    }
    return best;
  }
};

template <class Body>
void each_tile(CpuEngine& engine, const SceneView& scene, const Camera& camera, int width, int height,
               const Body& body) {
  engine.parallel_rows(height, tile, [&](int first, int last, ThreadScratch&) {
    std::vector<Candidate> list;
    for (int x = 0; x < width; x += tile) {
      candidates(scene, camera, x, first, list);
      const NearestOf nearest_of{scene, list};
      for (int y = first; y < last; ++y) body(x, std::min(width, x + tile), y, nearest_of);
    }
  });
}

void write(const MutableImageView& out, int x, int y, Vec3 v) {
  float* to = out.row<float>(y) + 3 * x;
  to[0] = v.x;
  to[1] = v.y;
  to[2] = v.z;
}
void write(const MutableImageView& out, int x, int y, std::int32_t v) { std::memcpy(out.row<char>(y) + 4 * x, &v, 4); }

}  // namespace

void CpuEngine::render_scene(const SceneView& scene, const Camera& camera, const ImageView& fine, int layer,
                             int samples, const SceneBuffers& out) {
  const int width = any_of(out).width, height = any_of(out).height;
  std::vector<Hit> hits(std::size_t(width) * std::size_t(height));
  const auto at_pixel = [&](int x, int y) -> Hit& {
    return hits[std::size_t(y) * std::size_t(width) + std::size_t(x)];
  };
  each_tile(*this, scene, camera, width, height, [&](int first, int last, int y, const NearestOf& nearest_of) {
    for (int x = first; x < last; ++x) {
      const Ray ray = ray_through(camera, float(x) + 0.5f, float(y) + 0.5f);
      const Hit found = layer_hit(scene, ray, layer, nearest_of);
      at_pixel(x, y) = found;
      if (!out.depth.empty()) out.depth.row<float>(y)[x] = depth_of(found);
      if (!out.object.empty()) write(out.object, x, y, object_of(scene, found));
      if (!out.normal.empty()) write(out.normal, x, y, normal_seen(scene, camera, ray, found));
    }
  });
  if (out.color.empty() && out.front.empty() && out.coverage.empty()) return;
  each_tile(*this, scene, camera, width, height, [&](int first, int last, int y, const NearestOf& nearest_of) {
    for (int x = first; x < last; ++x) {
      const Hit& found = at_pixel(x, y);
      const int primitive = found.primitive;
      const bool several = samples > 1 && ((!fine.empty() && fine.row<std::uint8_t>(y)[x] != 0) ||
                                           at_pixel(std::max(x - 1, 0), y).primitive != primitive ||
                                           at_pixel(std::min(x + 1, width - 1), y).primitive != primitive ||
                                           at_pixel(x, std::max(y - 1, 0)).primitive != primitive ||
                                           at_pixel(x, std::min(y + 1, height - 1)).primitive != primitive);
      if (!out.color.empty()) {
        const Ray ray = ray_through(camera, float(x) + 0.5f, float(y) + 0.5f);
        write(out.color, x, y,
              several ? sampled_light(scene, camera, x, y, layer, samples, nearest_of)
                      : light_along(scene, ray, found, 1 / camera.focal_px));
      }
      if (out.front.empty() && out.coverage.empty()) continue;
      const Front front =
          several ? front_of(scene, camera, x, y, layer, samples, nearest_of) : Front{object_of(scene, found), 1};
      if (!out.front.empty()) write(out.front, x, y, front.object);
      if (!out.coverage.empty()) out.coverage.row<float>(y)[x] = front.coverage;
    }
  });
}

}  // namespace v1
}  // namespace relievo
