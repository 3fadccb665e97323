// The colour of a surface: procedural textures by metres along it, and squares of photos.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/noise.hpp"
#include "kernels/scene.hpp"
#include "kernels/scene_hit.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// Metres along a surface.
struct Along {
  float u, v;
};
RELIEVO_HD inline Along along(const Primitive& thing, const Spot& spot) {
  const Vec3 p = spot.place * thing.size, n = spot.normal;
  switch (thing.shape) {
    case Shape::box: {
      const float x = std::fabs(n.x), y = std::fabs(n.y), z = std::fabs(n.z);
      if (z >= x && z >= y) return {p.x, p.y};
      return x >= y ? Along{p.z, p.y} : Along{p.x, p.z};
    }
    case Shape::sphere:
    case Shape::frustum:
      if (n.x == 0 && n.z == 0) return {p.x, p.z};
      return {std::atan2(spot.place.x, spot.place.z) * thing.size.x, p.y};
    case Shape::patch:
      return {p.x, p.y};
    case Shape::terrain:
      return {p.x, p.z};
  }
  return {p.x, p.y};
}

/// Light of a photo's square, its side being 1, mirrored beyond it; `footprint` in the same unit.
RELIEVO_HD inline Vec3 photo_light(const SceneView& scene, int photo, float u, float v, float footprint) {
  const std::uint8_t* pixels = scene.atlas + std::int64_t{4} * atlas_pixels * photo;
  int side = atlas_side;
  for (int level = 1; level < atlas_levels && footprint * float(side) > 1.5f; ++level) {
    pixels += 4 * side * side;
    side /= 2;
  }
  u = std::fabs(u - 2 * float(floor_int(0.5f * u + 0.5f)));
  v = std::fabs(v - 2 * float(floor_int(0.5f * v + 0.5f)));
  const float x = u * float(side - 1), y = v * float(side - 1);
  int ix = static_cast<int>(x), iy = static_cast<int>(y);
  ix = ix > side - 2 ? side - 2 : ix;
  iy = iy > side - 2 ? side - 2 : iy;
  const float fx = x - float(ix), fy = y - float(iy);
  const std::uint8_t* p = pixels + 4 * (iy * side + ix);
  const std::uint8_t* q = p + 4 * side;
  float code[3];
  for (int c = 0; c < 3; ++c) {
    code[c] = mix(mix(float(p[c]), float(p[c + 4]), fx), mix(float(q[c]), float(q[c + 4]), fx), fy) * (1.0f / 255);
  }
  return {code[0] * code[0], code[1] * code[1], code[2] * code[2]};
}

/// 1 in the second half of each unit, 0 in the first, blurred over `footprint` and fading to 1/2.
RELIEVO_HD inline float square_wave(float v, float footprint) {
  if (footprint > 0.7f) return 0.5f;
  const float f = fraction(v), soft = footprint * 0.5f + 1e-4f;
  return smooth_step(0.5f - soft, 0.5f + soft, f) * (1 - smooth_step(1 - 2 * soft, 1, f));
}

/// 1 within `width` of whole numbers, fading with `footprint`.
RELIEVO_HD inline float joint(float v, float width, float footprint) {
  const float f = fraction(v), d = f < 0.5f ? f : 1 - f;
  if (footprint > 2 * width) return footprint > 1 ? 2 * width : 2 * width / footprint * (d < footprint ? 1.0f : 0.0f);
  return 1 - smooth_step(width * 0.5f, width, d);
}

/// A colour beside `color`, by a hash.
RELIEVO_HD inline Vec3 varied(Vec3 color, std::uint32_t h, float amount) {
  const float light = 1 + amount * (unit_of_hash(h) - 0.5f), hue = 0.25f * amount * (unit_of_hash(mixed(h + 1)) - 0.5f);
  return {color.x * (light + hue), color.y * light, color.z * (light - hue)};
}
RELIEVO_HD inline Vec3 any_color(std::uint32_t h) {
  const Vec3 c{unit_of_hash(h), unit_of_hash(mixed(h + 1)), unit_of_hash(mixed(h + 2))};
  return c * c * 0.8f + Vec3{0.03f, 0.03f, 0.03f};
}

RELIEVO_HD inline Vec3 facade_color(const Material& m, Along p, float footprint) {
  const float u = p.u / m.scale, v = p.v / (m.scale * m.stretch);
  const int column = floor_int(u), storey = floor_int(v);
  const float x = u - float(column) - 0.5f, y = v - float(storey) - 0.5f;
  const std::uint32_t style = mixed(m.seed);
  const float half_x = 0.2f + 0.2f * unit_of_hash(style), half_y = 0.25f + 0.15f * unit_of_hash(mixed(style + 5));
  const float soft = footprint / m.scale + 0.01f;
  const float ex = half_x - std::fabs(x), ey = half_y - std::fabs(y);
  const float inner = smooth_step(-0.5f * soft, 0.5f * soft, ex < ey ? ex : ey);
  const float frame = smooth_step(-0.5f * soft, 0.5f * soft, (ex < ey ? ex : ey) + 0.05f) - inner;
  const std::uint32_t h = cell_hash(column, storey, 7, m.seed);
  const float lit = unit_of_hash(h);
  const Vec3 glass = lit > 0.9f ? Vec3{0.9f, 0.7f, 0.4f} : Vec3{0.05f, 0.07f, 0.09f} * (0.3f + 2.5f * lit);
  const Vec3 bar = std::fabs(x) < 0.015f + 0.3f * soft ? m.second * 0.7f : glass;
  Vec3 wall = m.color * (0.9f + 0.2f * noise2(p.u * 0.7f, p.v * 0.7f, m.seed));
  wall = wall * (1 - 0.35f * joint(v, 0.03f, soft));
  return mix(mix(wall, bar, inner), m.second, frame);
}

RELIEVO_HD inline Vec3 face_color(const Material& m, Vec3 p) {
  Vec3 color = m.color * (0.92f + 0.16f * noise3(p * 3.0f, m.seed));
  if (p.z <= 0) return color;
  const float x = std::fabs(p.x), y = p.y;
  const float cheek = smooth_step(0.3f, 0.0f, std::fabs(x - 0.45f) + std::fabs(y + 0.2f));
  color = mix(color, color * Vec3{1.1f, 0.8f, 0.75f}, 0.6f * cheek);
  const float eye = (x - 0.36f) * (x - 0.36f) / 0.03f + (y - 0.08f) * (y - 0.08f) / 0.009f;
  const float brow = (x - 0.36f) * (x - 0.36f) / 0.05f + (y - 0.25f) * (y - 0.25f) / 0.003f;
  const float mouth = x * x / 0.08f + (y + 0.52f) * (y + 0.52f) / 0.006f;
  if (eye < 1) {
    const float iris = (x - 0.36f) * (x - 0.36f) + (y - 0.08f) * (y - 0.08f);
    return iris < 0.007f ? Vec3{0.03f, 0.02f, 0.02f} : Vec3{0.55f, 0.52f, 0.5f};
  }
  if (brow < 1) return mix(color, m.second, 0.8f);
  if (mouth < 1) return color * Vec3{0.85f, 0.4f, 0.4f};
  const float socket = smooth_step(4, 1, eye);
  return color * (1 - 0.25f * socket);
}

RELIEVO_HD inline Vec3 poster_color(const Material& m, Along p, float footprint) {
  const float u = p.u / m.scale, v = p.v / m.scale;
  const int bx = floor_int(u * 1.5f), by = floor_int(v * 1.1f);
  const std::uint32_t h = cell_hash(bx, by, 3, m.seed);
  const float kind = unit_of_hash(h);
  if (kind < 0.3f) return mix(m.second, any_color(h), 0.6f);
  if (kind < 0.75f && footprint < 0.05f * m.scale) {
    const float line = fraction(v * 22), word = noise2(u * 40, float(floor_int(v * 22)), m.seed);
    return line < 0.5f && word > 0.4f ? m.color * 0.15f : m.color;
  }
  return m.color;
}

RELIEVO_HD inline Vec3 terrain_color(const Material& m, Vec3 world, Vec3 normal, float footprint) {
  const float fine = octaves3(world * (1 / m.scale), 4, footprint / m.scale, m.seed);
  const float broad = noise3(world * (0.12f / m.scale), m.seed + 9);
  const float steep = smooth_step(0.86f, 0.66f, normal.y + 0.2f * (fine - 0.5f));
  const Vec3 grass = mix(m.color, m.second, 0.4f * broad + 0.6f * smooth_step(0.3f, 0.7f, fine));
  const Vec3 rock = Vec3{0.22f, 0.2f, 0.18f} * (0.5f + fine);
  return mix(grass, rock, steep * m.contrast);
}

/// Reflectance at a spot; `normal` is of unit length, `footprint` what a pixel covers there in metres.
RELIEVO_HD inline Vec3 surface_color(const SceneView& scene, const Primitive& thing, const Spot& spot, Vec3 world,
                                     Vec3 normal, float footprint) {
  const Material& m = scene.materials[thing.material];
  const float inverse = 1 / m.scale, cover = footprint * inverse;
  const Vec3 p{spot.place.x * thing.size.x * inverse, spot.place.y * thing.size.y * inverse / m.stretch,
               spot.place.z * thing.size.z * inverse};
  float weight = 0;
  switch (m.texture) {
    case Texture::flat:
      return m.color;
    case Texture::noise:
      weight = smooth_step(0.3f, 0.7f, octaves3(p, 4, cover, m.seed));
      break;
    case Texture::checks: {
      const Along s = along(thing, spot);
      const float a = square_wave(s.u * inverse, cover), b = square_wave(s.v * inverse, cover);
      weight = a + b - 2 * a * b;
      break;
    }
    case Texture::stripes: {
      const Along s = along(thing, spot);
      weight = square_wave((m.seed & 1 ? s.u : s.v) * inverse, cover);
      break;
    }
    case Texture::bricks: {
      const Along s = along(thing, spot);
      const float v = s.v * inverse * 3;
      const int row = floor_int(v);
      const float u = s.u * inverse + (row & 1 ? 0.5f : 0.0f);
      const float a = joint(v, 0.08f, 3 * cover), b = joint(u, 0.03f, cover);
      const Vec3 brick = varied(m.color, cell_hash(floor_int(u), row, 1, m.seed), 0.7f * m.contrast);
      return mix(brick, m.second, a > b ? a : b);
    }
    case Texture::planks: {
      const Along s = along(thing, spot);
      const float v = (m.seed & 1 ? s.u : s.v) * inverse;
      const int row = floor_int(v);
      const std::uint32_t h = cell_hash(row, 0, 2, m.seed);
      const float u = (m.seed & 1 ? s.v : s.u) * inverse / 7 + unit_of_hash(h);
      const Vec3 board = varied(m.color, cell_hash(row, floor_int(u), 5, m.seed), 0.6f * m.contrast);
      const float grain = noise2(u * 20, v * 14, m.seed);
      const float a = joint(v, 0.03f, cover), b = joint(u, 0.006f, cover / 7);
      return mix(board, m.second, 0.35f * m.contrast * grain) * (1 - 0.7f * (a > b ? a : b));
    }
    case Texture::wood: {
      const Vec3 q{p.x, p.y * 0.15f, p.z};
      const float ring = noise3(q, m.seed) * 6 + noise3(q * 6.0f, m.seed + 1) * 0.6f;
      weight = cover > 0.4f ? 0.4f : fraction(ring);
      break;
    }
    case Texture::marble: {
      const float n = octaves3(p, 4, cover, m.seed);
      weight = 1 - smooth_step(0, 0.12f, std::fabs(n - 0.5f));
      break;
    }
    case Texture::fabric: {
      const Along s = along(thing, spot);
      const float u = s.u * inverse, v = s.v * inverse;
      const float weave = cover < 0.25f ? (fraction(u * 8) < 0.5f) == (fraction(v * 8) < 0.5f) ? 0.25f : 0.0f : 0.12f;
      weight = weave + 0.6f * (square_wave(u, cover) * 0.5f + square_wave(v, cover) * 0.5f) +
               0.15f * noise3(p * 3.0f, m.seed);
      break;
    }
    case Texture::speckle:
      weight = smooth_step(0.6f, 0.75f, mix(noise3(p * 2.0f, m.seed), 0.5f, smooth_step(0.3f, 1, cover)));
      break;
    case Texture::dots: {
      const Along s = along(thing, spot);
      const float u = fraction(s.u * inverse) - 0.5f, v = fraction(s.v * inverse) - 0.5f;
      weight =
          cover > 0.6f ? 0.3f : 1 - smooth_step(0.28f - 0.5f * cover, 0.3f + 0.5f * cover, std::sqrt(u * u + v * v));
      break;
    }
    case Texture::photo: {
      if (scene.photo_count == 0) return m.color;
      const Along s = along(thing, spot);
      const float turn = unit_of_hash(mixed(m.seed)), up = unit_of_hash(mixed(m.seed + 1));
      const Vec3 light = photo_light(scene, m.photo % scene.photo_count, s.u * inverse + 2 * turn,
                                     -s.v * inverse / m.stretch + 2 * up, cover);
      return mix(m.color, light, m.contrast);
    }
    case Texture::facade:
      return facade_color(m, along(thing, spot), footprint);
    case Texture::books: {
      const Along s = along(thing, spot);
      const float u = s.u * inverse + 0.3f * noise2(s.u * inverse, 0, m.seed);
      const std::uint32_t h = cell_hash(floor_int(u), 0, 0, m.seed);
      if (cover > 1) return m.color;
      const float f = fraction(u), edge = f < 0.08f || f > 0.92f ? 0.4f : 1.0f;
      const float band = fraction(s.v * 9 + unit_of_hash(h)) < 0.15f ? 1.6f : 1.0f;
      return mix(m.color, any_color(h), 0.6f) * edge * band;
    }
    case Texture::face:
      return face_color(m, spot.place);
    case Texture::leaves:
      weight = 0.5f * noise3(world * 7.0f, m.seed) +
               0.5f * mix(noise3(world * 23.0f, m.seed + 1), 0.5f, smooth_step(0.02f, 0.08f, footprint));
      break;
    case Texture::poster:
      return poster_color(m, along(thing, spot), footprint);
    case Texture::terrain:
      return terrain_color(m, world, normal, footprint);
    case Texture::road: {
      const Along s = along(thing, spot);
      const float n = octaves3(p, 3, cover, m.seed);
      const float u = std::fabs(s.u), wide = 0.07f, soft = footprint * 0.5f + 0.01f;
      const float dash = fraction(s.v * 0.12f) < 0.5f ? 1.0f : 0.0f;
      const float line = 1 - smooth_step(wide - soft, wide + soft, u);
      const float edge = 1 - smooth_step(wide - soft, wide + soft, std::fabs(u - thing.size.x + 0.35f));
      const float dashes = line * dash, mark = dashes > edge ? dashes : edge;
      return mix(mix(m.color, m.second, m.contrast * n), Vec3{0.75f, 0.75f, 0.7f}, mark * 0.8f);
    }
  }
  return mix(m.color, m.second, weight * m.contrast);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
