// Where a ray meets the primitives of a scene.
//
// Parameters t count the ray's direction, whose part along the camera's axis is 1: t of a ray of the camera is z-depth.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstdint>

#include "kernels/noise.hpp"
#include "kernels/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

inline constexpr float no_hit = FLT_MAX;

/// Whether a perforated sphere has matter at p.
RELIEVO_HD inline bool ball_is_solid(const Primitive& thing, Vec3 p) {
  const Vec3 q = p * thing.size;
  // Clumps that grow more slowly than the crown; hair is drawn out along y.
  const float fine = thing.variant == 1 ? 60.0f : 26.0f / std::sqrt(thing.size.x);
  const float n = thing.variant == 1
                      ? noise3({q.x * fine, q.y * fine * 0.12f, q.z * fine}, thing.seed)
                      : 0.6f * noise3(q * fine, thing.seed) + 0.4f * noise3(q * (0.3f * fine), ~thing.seed);
  return n > 0.3f + 0.4f * thing.a;
}

/// Whether a patch has matter at (u, v).
RELIEVO_HD inline bool inside_outline(const Primitive& thing, float u, float v) {
  switch (static_cast<Outline>(thing.variant)) {
    case Outline::rectangle:
      return true;
    case Outline::disc:
      return u * u + v * v <= 1;
    case Outline::triangle:
      return std::fabs(u) <= 0.5f * (1 - v);
    case Outline::leaf: {
      const float w = (1 - v) * (1 + v);
      return std::fabs(u) <= w * (0.85f + 0.15f * v);
    }
    case Outline::foliage: {
      const float r = u * u + v * v;
      const float n = 0.5f * noise2(u * 5, v * 5, thing.seed) +
                      0.5f * noise2(u * thing.size.x * 22, v * thing.size.y * 22, ~thing.seed);
      return n > 0.28f + 0.45f * r;
    }
    case Outline::mesh: {
      const float p = fraction(u * thing.a), q = fraction(v * thing.a * thing.size.y / thing.size.x);
      return p < 0.14f || q < 0.14f;
    }
    case Outline::blades: {
      const float column = u * thing.a;
      const int i = floor_int(column);
      const float t = column - float(i) - 0.5f;
      const float lean = (unit_of_hash(cell_hash(i, 1, 0, thing.seed)) - 0.5f) * 0.9f;
      const float up = 0.5f * (v + 1), tall = 0.35f + 0.65f * unit_of_hash(cell_hash(i, 2, 0, thing.seed));
      return up < tall && std::fabs(t - lean * up * up) < 0.42f * (1 - up / tall) + 0.02f;
    }
    case Outline::waves:
      return 0.5f * (v + 1) < 0.25f + 0.75f * octaves2((u + 3) * thing.a, 0, 5, thing.seed);
  }
  return false;
}

RELIEVO_HD inline float hit_ball(const Primitive& thing, Vec3 o, Vec3 d, float from) {
  const float dd = dot(d, d), middle = -dot(o, d) / dd;
  const Vec3 c = o + d * middle;
  const float h = 1 - dot(c, c);
  if (!(h > 0)) return no_hit;
  const float half = std::sqrt(h / dd);
  const float first = middle - half, second = middle + half;
  if (thing.a <= 0) return first > from ? first : second > from ? second : no_hit;
  if (first > from && ball_is_solid(thing, o + d * first)) return first;
  return second > from && ball_is_solid(thing, o + d * second) ? second : no_hit;
}

RELIEVO_HD inline void slab(float o, float d, float& first, float& last) {
  const float inverse = 1 / d;
  const float a = (-1 - o) * inverse, b = (1 - o) * inverse;
  const float low = a < b ? a : b, high = a < b ? b : a;
  first = low > first ? low : first;
  last = high < last ? high : last;
}

RELIEVO_HD inline float hit_box(const Primitive& thing, Vec3 o, Vec3 d, float from) {
  float first = -FLT_MAX, last = FLT_MAX;
  slab(o.x, d.x, first, last);
  slab(o.y, d.y, first, last);
  slab(o.z, d.z, first, last);
  if (!(first < last)) return no_hit;
  if (thing.a < 1.7f) {
    const float dd = dot(d, d), middle = -dot(o, d) / dd;
    const Vec3 c = o + d * middle;
    const float h = thing.a * thing.a - dot(c, c);
    if (!(h > 0)) return no_hit;
    const float half = std::sqrt(h / dd);
    first = middle - half > first ? middle - half : first;
    last = middle + half < last ? middle + half : last;
    if (!(first < last)) return no_hit;
  }
  return first > from ? first : last > from ? last : no_hit;
}

RELIEVO_HD inline float hit_frustum(const Primitive& thing, Vec3 o, Vec3 d, float from) {
  // From the point nearest to the centre on, as thin things far away would lose their digits.
  const float shift = -dot(o, d) / dot(d, d);
  const Vec3 c = o + d * shift;
  const float m = 0.5f * (thing.a + 1), k = 0.5f * (thing.a - 1);
  const float r = m + k * c.y;
  const float qa = d.x * d.x + d.z * d.z - k * k * d.y * d.y;
  const float qb = c.x * d.x + c.z * d.z - k * d.y * r;
  const float qc = c.x * c.x + c.z * c.z - r * r;
  const float near = from - shift;
  float best = no_hit;
  const float q = qb * qb - qa * qc;
  if (q > 0) {
    // Without cancellation: one root by the sum of what has one sign, the other by the product of both.
    const float root = std::sqrt(q), sum = -(qb + (qb < 0 ? -root : root));
    const float first = sum / qa, second = qc / sum;
    const float y1 = c.y + d.y * first, y2 = c.y + d.y * second;
    if (first > near && y1 >= -1 && y1 <= 1) best = first;
    if (second > near && second < best && y2 >= -1 && y2 <= 1) best = second;
  }
  if (thing.variant == 0 && d.y != 0) {
    for (int side = -1; side <= 1; side += 2) {
      const float t = (float(side) - c.y) / d.y, radius = m + k * float(side);
      const float x = c.x + d.x * t, z = c.z + d.z * t;
      if (t > near && t < best && x * x + z * z <= radius * radius) best = t;
    }
  }
  return best == no_hit ? no_hit : best + shift;
}

RELIEVO_HD inline float hit_patch(const Primitive& thing, Vec3 o, Vec3 d, float from) {
  const float t = -o.z / d.z;
  if (!(t > from)) return no_hit;
  const float u = o.x + d.x * t, v = o.y + d.y * t;
  if (!(std::fabs(u) <= 1 && std::fabs(v) <= 1)) return no_hit;
  return thing.variant == 0 || inside_outline(thing, u, v) ? t : no_hit;
}

/// The surface of a cell: y = base + along x + along z + twist.
struct Cell {
  float base, x, z, twist;
};
RELIEVO_HD inline Cell cell_of(const float* heights, int cells, int ix, int iz) {
  const float* row = heights + iz * (cells + 1) + ix;
  const float a = row[0], b = row[1], c = row[cells + 1], e = row[cells + 2];
  return {a, b - a, c - a, a - b - c + e};
}

RELIEVO_HD inline float hit_terrain(const Primitive& thing, const float* heights, Vec3 o, Vec3 d, float from,
                                    float to) {
  const float half = 0.5f * float(thing.cells);
  o.x = (o.x + 1) * half;
  o.z = (o.z + 1) * half;
  d.x *= half;
  d.z *= half;
  float first = from, last = to;
  const float o_of[3] = {o.x, o.y, o.z}, d_of[3] = {d.x, d.y, d.z};
  const float high_of[3] = {float(thing.cells), 1, float(thing.cells)};
#if defined(__CUDACC__)
#pragma unroll
#endif
  for (int i = 0; i < 3; ++i) {
    const float a = -o_of[i] / d_of[i], b = (high_of[i] - o_of[i]) / d_of[i];
    const float low = a < b ? a : b, high = a < b ? b : a;
    first = low > first ? low : first;
    last = high < last ? high : last;
  }
  if (!(first < last)) return no_hit;
  int ix = floor_int(o.x + d.x * first), iz = floor_int(o.z + d.z * first);
  ix = ix < 0 ? 0 : ix >= thing.cells ? thing.cells - 1 : ix;
  iz = iz < 0 ? 0 : iz >= thing.cells ? thing.cells - 1 : iz;
  const int ahead_x = d.x > 0 ? 1 : 0, ahead_z = d.z > 0 ? 1 : 0;
  const float inverse_x = 1 / d.x, inverse_z = 1 / d.z;
  const float* const corners = heights + thing.heights;
  const float* const tops = corners + (thing.cells + 1) * (thing.cells + 1);
  const int blocks = thing.cells / terrain_block;
  int block = -1;
  float t = first;
  while (t < last) {
    const int bx = ix / terrain_block, bz = iz / terrain_block;
    if (bz * blocks + bx != block) {
      block = bz * blocks + bx;
      const float tx = d.x != 0 ? (float((bx + ahead_x) * terrain_block) - o.x) * inverse_x : FLT_MAX;
      const float tz = d.z != 0 ? (float((bz + ahead_z) * terrain_block) - o.z) * inverse_z : FLT_MAX;
      const float next = tx < tz ? tx : tz;
      const float ya = o.y + d.y * t, yb = o.y + d.y * next;
      if (ya > tops[block] && yb > tops[block]) {  // over all of the block
        t = next;
        if (tx < tz) {
          ix = bx * terrain_block + (ahead_x ? terrain_block : -1);
          const int z = floor_int(o.z + d.z * t), low = bz * terrain_block, high = low + terrain_block - 1;
          iz = z < low ? low : z > high ? high : z;
        } else {
          iz = bz * terrain_block + (ahead_z ? terrain_block : -1);
          const int x = floor_int(o.x + d.x * t), low = bx * terrain_block, high = low + terrain_block - 1;
          ix = x < low ? low : x > high ? high : x;
        }
        if (ix < 0 || ix >= thing.cells || iz < 0 || iz >= thing.cells) break;
        continue;
      }
    }
    const float tx = d.x != 0 ? (float(ix + ahead_x) - o.x) * inverse_x : FLT_MAX;
    const float tz = d.z != 0 ? (float(iz + ahead_z) - o.z) * inverse_z : FLT_MAX;
    float next = tx < tz ? tx : tz;
    next = next < last ? next : last;
    const float* row = corners + iz * (thing.cells + 1) + ix;
    const float h0 = row[0], h1 = row[1], h2 = row[thing.cells + 1], h3 = row[thing.cells + 2];
    const float most0 = h0 > h1 ? h0 : h1, most1 = h2 > h3 ? h2 : h3, top = most0 > most1 ? most0 : most1;
    const float least0 = h0 < h1 ? h0 : h1, least1 = h2 < h3 ? h2 : h3, bottom = least0 < least1 ? least0 : least1;
    const float ya = o.y + d.y * t, yb = o.y + d.y * next;
    if ((ya <= top || yb <= top) && (ya >= bottom || yb >= bottom)) {
      // From the entry on: y - surface is a polynomial of second degree in s = t' - t.
      const Cell cell = cell_of(corners, thing.cells, ix, iz);
      const float u = o.x + d.x * t - float(ix), w = o.z + d.z * t - float(iz);
      const float c0 = ya - (cell.base + cell.x * u + cell.z * w + cell.twist * u * w);
      const float c1 = d.y - (cell.x * d.x + cell.z * d.z + cell.twist * (u * d.z + w * d.x));
      const float c2 = -cell.twist * d.x * d.z;
      const float q = c1 * c1 - 4 * c2 * c0;
      if (q >= 0) {
        const float root = std::sqrt(q), sum = -0.5f * (c1 + (c1 < 0 ? -root : root));
        const float s1 = c0 / sum, s2 = sum / c2, span = next - t;
        float s = no_hit;
        if (s1 >= 0 && s1 <= span) s = s1;
        if (s2 >= 0 && s2 <= span && s2 < s) s = s2;
        if (s != no_hit && t + s > from) return t + s;
      }
    }
    if (next >= last) break;
    t = next;
    if (tx < tz) {
      ix += ahead_x ? 1 : -1;
      if (ix < 0 || ix >= thing.cells) break;
    } else {
      iz += ahead_z ? 1 : -1;
      if (iz < 0 || iz >= thing.cells) break;
    }
  }
  return no_hit;
}

/// The first t above `from` at which the ray meets the primitive, or no_hit. Beyond `to` it need not look.
RELIEVO_HD inline float hit(const SceneView& scene, const Primitive& thing, const Ray& ray, float from, float to) {
  const Vec3 o = move(thing.to_object, ray.origin), d = turn(thing.to_object, ray.direction);
  switch (thing.shape) {
    case Shape::sphere:
      return hit_ball(thing, o, d, from);
    case Shape::box:
      return hit_box(thing, o, d, from);
    case Shape::frustum:
      return hit_frustum(thing, o, d, from);
    case Shape::patch:
      return hit_patch(thing, o, d, from);
    case Shape::terrain:
      return hit_terrain(thing, scene.heights, o, d, from, to);
  }
  return no_hit;
}

/// The point of a hit on a primitive, in its own coordinates, and the normal there, not yet of unit length.
struct Spot {
  Vec3 place, normal;
};
RELIEVO_HD inline Spot spot_of(const SceneView& scene, const Primitive& thing, const Ray& ray, float t) {
  const Vec3 p = move(thing.to_object, at(ray, t));
  switch (thing.shape) {
    case Shape::sphere:
      return {p, p};
    case Shape::box: {
      const float x = std::fabs(p.x), y = std::fabs(p.y), z = std::fabs(p.z);
      const float most = (x > y ? (x > z ? x : z) : (y > z ? y : z));
      if (thing.a < 1.7f && thing.a - length(p) < 1 - most) return {p, p};
      if (most == x) return {p, {p.x, 0, 0}};
      return most == y ? Spot{p, {0, p.y, 0}} : Spot{p, {0, 0, p.z}};
    }
    case Shape::frustum: {
      const float k = 0.5f * (thing.a - 1), r = 0.5f * (thing.a + 1) + k * p.y;
      const float around = std::sqrt(p.x * p.x + p.z * p.z);
      if (thing.variant == 0 && 1 - std::fabs(p.y) < std::fabs(r - around)) return {p, {0, p.y, 0}};
      return {p, {p.x, -k * r, p.z}};
    }
    case Shape::patch:
      return {p, {0, 0, 1}};
    case Shape::terrain: {
      const float half = 0.5f * float(thing.cells), x = (p.x + 1) * half, z = (p.z + 1) * half;
      int ix = floor_int(x), iz = floor_int(z);
      ix = ix < 0 ? 0 : ix >= thing.cells ? thing.cells - 1 : ix;
      iz = iz < 0 ? 0 : iz >= thing.cells ? thing.cells - 1 : iz;
      const Cell cell = cell_of(scene.heights + thing.heights, thing.cells, ix, iz);
      return {p, {-(cell.x + cell.twist * (z - float(iz))) * half, 1, -(cell.z + cell.twist * (x - float(ix))) * half}};
    }
  }
  return {p, p};
}

/// Whether the ray meets a box before `last`.
RELIEVO_HD inline bool meets(const Node& node, Vec3 origin, Vec3 inverse, float first, float last) {
  const float ax = (node.low.x - origin.x) * inverse.x, bx = (node.high.x - origin.x) * inverse.x;
  const float ay = (node.low.y - origin.y) * inverse.y, by = (node.high.y - origin.y) * inverse.y;
  const float az = (node.low.z - origin.z) * inverse.z, bz = (node.high.z - origin.z) * inverse.z;
  const float lx = ax < bx ? ax : bx, ly = ay < by ? ay : by, lz = az < bz ? az : bz;
  const float hx = ax < bx ? bx : ax, hy = ay < by ? by : ay, hz = az < bz ? bz : az;
  first = lx > first ? lx : first;
  first = ly > first ? ly : first;
  first = lz > first ? lz : first;
  last = hx < last ? hx : last;
  last = hy < last ? hy : last;
  last = hz < last ? hz : last;
  return first <= last;
}

/// Objects that a ray passes through: those of layers already seen.
struct Seen {
  std::int32_t a = -1, b = -1, c = -1;

  RELIEVO_HD bool has(std::int32_t object) const { return object == a || object == b || object == c; }
};
inline constexpr int max_layers = 4;

struct Hit {
  float t = no_hit;
  std::int32_t primitive = -1;
};

/// The nearer of two hits; at equal depth that of the lower number, whatever the order of the search.
RELIEVO_HD inline void take_nearer(Hit& best, float t, int primitive) {
  if (t < best.t || (t == best.t && t != no_hit && primitive < best.primitive)) {
    best.t = t;
    best.primitive = primitive;
  }
}

RELIEVO_HD inline Vec3 inverse_of(Vec3 d) { return {1 / d.x, 1 / d.y, 1 / d.z}; }

/// The nearest hit above `from` and below `to`.
RELIEVO_HD inline Hit nearest(const SceneView& scene, const Ray& ray, float from, Seen seen, float to = no_hit) {
  const Vec3 inverse = inverse_of(ray.direction);
  Hit best{to, -1};
  for (int i = 0; i < scene.node_count;) {
    const Node& node = scene.nodes[i];
    if (!meets(node, ray.origin, inverse, from, best.t)) {
      i = node.skip;
      continue;
    }
    if (node.primitive >= 0) {
      const Primitive& thing = scene.primitives[node.primitive];
      if (!seen.has(thing.object)) take_nearer(best, hit(scene, thing, ray, from, best.t), node.primitive);
    }
    ++i;
  }
  return best;
}

/// Whether anything stands between `from` and `to`.
RELIEVO_HD inline bool shaded(const SceneView& scene, const Ray& ray, float from, float to) {
  const Vec3 inverse = inverse_of(ray.direction);
  for (int i = 0; i < scene.node_count;) {
    const Node& node = scene.nodes[i];
    if (!meets(node, ray.origin, inverse, from, to)) {
      i = node.skip;
      continue;
    }
    if (node.primitive >= 0) {
      const Primitive& thing = scene.primitives[node.primitive];
      if (!thing.no_shadow && hit(scene, thing, ray, from, to) < to) return true;
    }
    ++i;
  }
  return false;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
