// What a pixel of a scene's picture shows.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/scene_hit.hpp"
#include "kernels/scene_shade.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// Nothing is seen nearer to the camera than this, in metres.
inline constexpr float near_limit = 0.02f;

RELIEVO_HD inline std::int32_t object_of(const SceneView& scene, const Hit& found) {
  return found.primitive < 0 ? -1 : scene.primitives[found.primitive].object;
}

RELIEVO_HD inline float depth_of(const Hit& found) { return found.primitive < 0 ? float(INFINITY) : found.t; }

/// The unit normal in the camera's axes, 0 where there is no hit.
RELIEVO_HD inline Vec3 normal_seen(const SceneView& scene, const Camera& camera, const Ray& ray, const Hit& found) {
  if (found.primitive < 0) return {0, 0, 0};
  const Vec3 normal = normal_at(scene, ray, found, spot_of(scene, scene.primitives[found.primitive], ray, found.t));
  return {dot(camera.right, normal), dot(camera.down, normal), dot(camera.forward, normal)};
}

/// The hit of layer `layer`; nearest_of(ray, seen) looks for the nearest but those objects.
template <class Nearest>
RELIEVO_HD Hit layer_hit(const SceneView& scene, const Ray& ray, int layer, const Nearest& nearest_of) {
  Seen seen;
  Hit found = nearest_of(ray, seen);
  for (int i = 0; i < layer && found.primitive >= 0; ++i) {
    seen.c = seen.b;
    seen.b = seen.a;
    seen.a = scene.primitives[found.primitive].object;
    found = nearest_of(ray, seen);
  }
  return found;
}

/// Place of sample i of `count` in a pixel (Hammersley's points).
RELIEVO_HD inline float sample_x(int i, int count) { return (float(i) + 0.5f) / float(count); }
RELIEVO_HD inline float sample_y(int i, int count) {
  int mirrored = 0;
  for (int bit = 1; bit < count; bit *= 2) mirrored = 2 * mirrored + ((i & bit) != 0 ? 1 : 0);
  return (float(mirrored) + 0.5f) / float(count);
}

/// The mean light over the samples of pixel (x, y). Each primitive's is computed once in a row of samples that see it
/// and at most one other.
template <class Nearest>
RELIEVO_HD Vec3 sampled_light(const SceneView& scene, const Camera& camera, int x, int y, int layer, int samples,
                              const Nearest& nearest_of) {
  int primitive = -2, other = -2;
  Vec3 sum{0, 0, 0}, light{0, 0, 0}, other_light{0, 0, 0};
  for (int i = 0; i < samples; ++i) {
    const Ray ray = ray_through(camera, float(x) + sample_x(i, samples), float(y) + sample_y(i, samples));
    const Hit found = layer_hit(scene, ray, layer, nearest_of);
    if (found.primitive != primitive) {
      const int before = other;
      const Vec3 light_before = other_light;
      other = primitive;
      other_light = light;
      primitive = found.primitive;
      light = primitive == before ? light_before : light_along(scene, ray, found, 1 / camera.focal_px);
    }
    sum = sum + light;
  }
  return sum * (1 / float(samples));
}

/// The object nearest to the camera in a pixel, -1 for none, and its share of the samples.
struct Front {
  std::int32_t object;
  float coverage;
};
template <class Nearest>
RELIEVO_HD Front front_of(const SceneView& scene, const Camera& camera, int x, int y, int layer, int samples,
                          const Nearest& nearest_of) {
  Hit front;
  int count = 0;
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < samples; ++i) {
      const Ray ray = ray_through(camera, float(x) + sample_x(i, samples), float(y) + sample_y(i, samples));
      const Hit found = layer_hit(scene, ray, layer, nearest_of);
      if (pass == 0) {
        if (found.t < front.t) front = found;
      } else {
        count += object_of(scene, found) == object_of(scene, front) ? 1 : 0;
      }
    }
  }
  return {object_of(scene, front), float(count) / float(samples)};
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
