// The light that comes along a ray: sun, sky and lamps with shadows, highlights, one reflection, fog.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/scene_hit.hpp"
#include "kernels/scene_texture.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

RELIEVO_HD inline Vec3 sky_light(const Surroundings& around, Vec3 direction) {
  const Vec3 d = normalized(direction);
  const float up = d.y > 0 ? d.y : 0;
  Vec3 sky = mix(around.sky_low, around.sky_high, std::sqrt(up));
  if (around.clouds > 0 && d.y > 0.005f) {
    const float s = 1.2f / (d.y + 0.12f);
    const float n = octaves2(d.x * s, d.z * s, 4, around.seed);
    const float cover = smooth_step(0.62f - 0.35f * around.clouds, 0.8f - 0.3f * around.clouds, n);
    const Vec3 white = around.sky_low * 0.6f + around.sun * 0.18f + Vec3{0.25f, 0.25f, 0.27f};
    sky = mix(sky, white * (1.15f - 0.4f * n), cover * smooth_step(0, 0.15f, d.y));
  }
  const float toward = dot(d, around.sun_direction);
  if (toward > 0.9f) sky = sky + around.sun * (0.25f * smooth_step(0.9f, 1, toward) * smooth_step(0.9f, 1, toward));
  return d.y < 0 ? mix(sky, around.ground * around.ambient, smooth_step(0, 0.2f, -d.y)) : sky;
}

/// Towards exp(-x), by squarings alone: (1 - x / 16)^16, and 0 from 16 on.
RELIEVO_HD inline float decay(float x) {
  if (x >= 16) return 0;
  float p = 1 - x * (1.0f / 16);
  p *= p;
  p *= p;
  p *= p;
  return p * p;
}

struct Surface {
  Vec3 place, normal, color;
};

/// The unit normal on the side that the ray comes from.
RELIEVO_HD inline Vec3 normal_at(const SceneView& scene, const Ray& ray, const Hit& found, const Spot& spot) {
  const Vec3 normal = normalized(turn_back(scene.primitives[found.primitive].to_object, spot.normal));
  return dot(normal, ray.direction) > 0 ? -normal : normal;
}

RELIEVO_HD inline Surface surface_at(const SceneView& scene, const Ray& ray, const Hit& found, float pixel_angle) {
  const Primitive& thing = scene.primitives[found.primitive];
  const Spot spot = spot_of(scene, thing, ray, found.t);
  const Vec3 normal = normal_at(scene, ray, found, spot);
  const float slant = -dot(normal, ray.direction) / length(ray.direction);
  const float footprint = found.t * pixel_angle / std::sqrt(slant < 0.02f ? 0.02f : slant);
  const Vec3 place = at(ray, found.t);
  return {place, normal, surface_color(scene, thing, spot, place, normal, footprint)};
}

/// Light of a surface towards where the ray came from; `with_shadows` looks for what stands before sun and lamps.
RELIEVO_HD inline Vec3 lit(const SceneView& scene, const Ray& ray, const Hit& found, const Surface& surface,
                           bool with_shadows) {
  const Surroundings& around = *scene.around;
  const Material& m = scene.materials[scene.primitives[found.primitive].material];
  const Vec3 n = surface.normal, view = normalized(ray.direction);
  // Away from the surface by more than what rounding moved the point.
  const Vec3 origin = surface.place + n * (2e-4f * found.t + 5e-4f);
  const float up = 0.5f + 0.5f * n.y;
  Vec3 light = mix(around.ground, mix(around.sky_low, around.sky_high, 0.5f), up) * around.ambient;
  if (with_shadows && around.reach > 0 && found.t < 40 * around.reach) {
    // One ray along the normal stands for all of the half space: dark under cars and shelves, and in corners.
    const Hit over = nearest(scene, {origin, n}, 0, {}, around.reach);
    if (over.primitive >= 0) {
      const float open = over.t / around.reach;
      light = light * (0.25f + 0.75f * open);
    }
  }
  Vec3 shine{0, 0, 0};
  const float facing = dot(n, around.sun_direction);
  if (facing > 0 && around.sun.x + around.sun.y + around.sun.z > 0 &&
      !(with_shadows && shaded(scene, {origin, around.sun_direction}, 0, FLT_MAX))) {
    light = light + around.sun * facing;
    const float h = dot(normalized(around.sun_direction - view), n);
    shine = shine + around.sun * (m.gloss * decay(m.sharpness * (1 - h)));
  }
  for (int i = 0; i < around.lamp_count; ++i) {
    const Vec3 to = around.lamps[i].place - surface.place;
    const float square = dot(to, to), lamp_facing = dot(n, to) / std::sqrt(square);
    if (!(lamp_facing > 0)) continue;
    // Only the first two lamps throw shadows; the others fill.
    if (with_shadows && i < 2 && shaded(scene, {origin, around.lamps[i].place - origin}, 0, 0.98f)) continue;
    const Vec3 fall = around.lamps[i].light * (1 / (square + 0.05f));
    light = light + fall * lamp_facing;
    const float h = dot(normalized(to * (1 / std::sqrt(square)) - view), n);
    shine = shine + fall * (m.gloss * decay(m.sharpness * (1 - h)));
  }
  return surface.color * (light + Vec3{m.glow, m.glow, m.glow}) + shine;
}

RELIEVO_HD inline Vec3 through_fog(const Surroundings& around, Vec3 light, float metres) {
  if (around.fog_density <= 0) return light;
  const float clear = decay(metres * around.fog_density);
  return mix(around.fog, light, clear);
}

/// Light along a ray whose nearest hit is known. `pixel_angle` is the width of a pixel at distance 1.
RELIEVO_HD inline Vec3 light_along(const SceneView& scene, Ray ray, Hit found, float pixel_angle) {
  const Vec3 first_direction = ray.direction;
  const float first_t = found.t;
  const bool in_fog = found.primitive >= 0;
  Vec3 sum{0, 0, 0};
  float share = 1;
  // What a mirror shows is computed without shadows and without further mirrors.
  for (int bounce = 0; bounce < 2; ++bounce) {
    if (found.primitive < 0) {
      sum = sum + sky_light(*scene.around, ray.direction) * share;
      break;
    }
    const Surface surface = surface_at(scene, ray, found, pixel_angle);
    const Vec3 light = lit(scene, ray, found, surface, bounce == 0);
    const Material& m = scene.materials[scene.primitives[found.primitive].material];
    if (bounce > 0 || m.mirror <= 0) {
      sum = sum + light * share;
      break;
    }
    const Vec3 view = normalized(ray.direction), n = surface.normal;
    Vec3 bent = n;
    if (m.texture == Texture::noise) {  // ripples of water
      const Vec3 p = surface.place * 2.0f;
      bent = normalized(n + Vec3{noise3(p, m.seed) - 0.5f, 0, noise3(p, m.seed + 1) - 0.5f} * 0.06f);
    }
    const float grazing = 1 + dot(bent, view);
    const float mirrored = m.mirror + (1 - m.mirror) * 0.6f * grazing * grazing * grazing;
    sum = light * (1 - mirrored);
    share = mirrored;
    ray = {surface.place + n * (2e-4f * found.t + 5e-4f), view - bent * (2 * dot(bent, view))};
    found = nearest(scene, ray, 0, {});
  }
  return in_fog ? through_fog(*scene.around, sum, first_t * length(first_direction)) : sum;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
