#include <algorithm>

#include "kernels/noise.hpp"
#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

void daylight(Builder& b) {
  Random& r = b.random;
  Surroundings& a = b.scene.around;
  const float high = r.between(0.12f, 1.3f), around = r.between(-pi, pi);
  a.sun_direction = {std::cos(high) * std::sin(around), std::sin(high), std::cos(high) * std::cos(around)};
  const float low_sun = smooth_step(0.7f, 0.1f, high);
  const bool overcast = r.chance(0.35f);
  const float power = overcast ? 0 : r.between(1, 3);
  a.sun = mix(Vec3{1, 0.95f, 0.88f}, Vec3{1, 0.6f, 0.3f}, low_sun) * power;
  const Vec3 grey = Vec3{0.75f, 0.78f, 0.82f} * r.between(0.5f, 1.1f);
  const Vec3 blue = mix(Vec3{0.12f, 0.28f, 0.7f}, Vec3{0.3f, 0.5f, 0.85f}, r.unit()) * r.between(0.5f, 1.1f);
  a.sky_high = overcast ? grey * r.between(0.7f, 1) : blue;
  a.sky_low = overcast
                  ? grey
                  : mix(Vec3{0.65f, 0.75f, 0.9f}, Vec3{0.95f, 0.65f, 0.4f}, low_sun * r.unit()) * r.between(0.6f, 1.1f);
  a.ground = Vec3{0.25f, 0.24f, 0.2f} * r.between(0.5f, 1);
  a.ambient = Vec3{1, 1, 1} * (overcast ? r.between(0.8f, 1.2f) : r.between(0.35f, 0.7f));
  a.reach = r.between(0.6f, 2.5f);
  a.clouds = r.chance(0.7f) ? r.unit() : 0;
  a.fog = a.sky_low;
  a.fog_density = r.chance(0.9f) ? 0.006f * r.unit() * r.unit() : r.between(0.005f, 0.03f);
  a.seed = r.seed();
}

Viewpoint look(Builder& b, Vec3 from, Vec3 to, float low, float high) {
  Random& r = b.random;
  const Vec3 way = to - from;
  Viewpoint view;
  view.place = from;
  view.yaw = std::atan2(way.x, way.z);
  view.pitch = std::atan2(way.y, std::sqrt(way.x * way.x + way.z * way.z));
  view.roll = (r.chance(0.1f) ? 0.15f : 0.03f) * r.normal();
  view.fov = r.between(low, high) * pi / 180;
  return view;
}

void make_landscape(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  daylight(b);
  if (r.chance(0.5f)) s.around.fog_density = 0.003f * r.unit() * r.unit() + 0.0003f;
  const Vec3 earth = r.chance(0.7f) ? b.leaf_color() : Vec3{0.4f, 0.32f, 0.2f} * r.between(0.3f, 1.4f);
  const auto soil = [&](float scale) {
    return b.textured(Texture::terrain, earth * r.between(0.7f, 1.3f), mix(earth, Vec3{0.3f, 0.25f, 0.12f}, 0.5f),
                      scale, r.between(0.4f, 1));
  };
  // Near ground: hills within 60 m each way, flat enough to stand on around the camera.
  const float hills = r.between(0.3f, 12), rough = r.between(1.5f, 5);
  const std::uint32_t seed = r.seed();
  const auto ground = [&](float u, float v) {
    const float distance = std::sqrt(u * u + (v + 0.75f) * (v + 0.75f));
    return mix(0.3f, octaves2(u * rough + 20, v * rough + 20, 5, seed), smooth_step(0.02f, 0.5f, distance));
  };
  const float half = r.between(40, 120);
  const Pose field = Pose{}.at(0, 0, 0.75f * half);
  b.next_object();
  b.terrain(field, {half, hills, half}, 96, soil(r.between(0.15f, 0.8f)), ground);
  const auto height_at = [&](float x, float z) {
    const float u = x / half, v = (z - field.place.z) / half;
    return std::fabs(u) < 1 && std::fabs(v) < 1 ? hills * ground(u, v) : 0;
  };
  b.next_object();
  b.patch(Pose{}.at(0, 0.02f * hills, 0).lying(), 6000, 6000, Outline::rectangle, soil(4));
  const bool water = r.chance(0.35f);
  if (water) {
    b.next_object();
    const int sea = b.textured(Texture::noise, {0.02f, 0.05f, 0.07f}, {0.03f, 0.08f, 0.09f}, 2, 1, 0.6f);
    s.materials[std::size_t(sea)].mirror = r.between(0.1f, 0.4f);
    b.patch(Pose{}.at(0, hills * r.between(0.2f, 0.36f), 0).lying(), 5000, 5000, Outline::rectangle, sea);
  }
  // Ridges behind each other.
  const int ridges = r.whole(0, 4);
  float z = half * 1.9f;
  for (int i = 0; i < ridges; ++i) {
    b.next_object();
    const float high = z * r.between(0.05f, 0.35f);
    if (r.chance(0.5f)) {
      b.patch(Pose{}.at(r.between(-0.3f, 0.3f) * z, 0.5f * high - 1, z).yawed(0.2f * r.normal()), 2.2f * z, 0.5f * high,
              Outline::waves, soil(z * 0.05f), r.between(1.5f, 5));
    } else {
      const std::uint32_t own = r.seed();
      const float peaks = r.between(2, 5);
      b.terrain(Pose{}.at(0, -2, 1.5f * z), {1.8f * z, high, 0.5f * z}, 64, soil(z * 0.04f), [&](float u, float v) {
        const float rim = std::min(1.0f, 3 * std::min(1 - std::fabs(u), 1 - std::fabs(v)));
        const float n = octaves2(u * 2 * peaks + 40, v * peaks + 40, 5, own);
        return rim * (1 - 2 * std::fabs(n - 0.5f)) * n * 1.6f;
      });
    }
    z *= r.between(1.6f, 3);
  }
  const int trees = r.whole(0, 16);
  for (int i = 0; i < trees; ++i) {
    const float d = r.between(4, 70), x = d * r.between(-0.8f, 0.8f);
    tree(b, Pose{}.at(x, height_at(x, d) - 0.1f, d), r.between(2.5f, 11));
  }
  for (int i = r.whole(0, 8); i > 0; --i) {
    const float d = r.between(1.5f, 25), x = d * r.between(-0.7f, 0.7f);
    const Pose foot = Pose{}.at(x, height_at(x, d) - 0.03f, d);
    switch (r.whole(0, 3)) {
      case 0:
        rock(b, foot, r.between(0.2f, 1.8f));
        break;
      case 1:
        bush(b, foot, r.between(0.4f, 2));
        break;
      default:
        grass(b, foot, r.between(0.2f, 0.7f), r.whole(8, 26));
    }
  }
  if (r.chance(0.25f)) {
    const float d = r.between(4, 20);
    fence(b, Pose{}.at(0, height_at(0, d) - 0.1f, d).yawed(0.5f * r.normal()), r.between(8, 25), r.between(0.8f, 1.3f));
  }
  if (r.chance(0.25f)) {
    const float d = r.between(15, 60), x = d * r.between(-0.5f, 0.5f);
    b.next_object();
    b.block(Pose{}.at(x, height_at(x, d) - 0.3f, d).yawed(r.between(-1, 1)), r.between(5, 12), r.between(3, 6),
            r.between(5, 9), b.paint());
  }
  if (r.chance(0.25f)) {
    const float d = r.between(3, 14), x = d * r.between(-0.35f, 0.35f);
    person(b, Pose{}.at(x, height_at(x, d), d).yawed(r.between(-pi, pi)), {});
  }
  const float eye = r.chance(0.85f) ? r.between(0.5f, 2.2f) : r.between(2, 25);
  s.view = look(b, {0, height_at(0, 0) + eye, 0}, {r.between(-3, 3), height_at(0, 0) + eye + r.between(-3, 2.2f), 10},
                35, 85);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
