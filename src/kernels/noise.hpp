// Hashes of lattice points and noise between them: the same everywhere, from integers and products alone.
#pragma once

#include <cstdint>

#include "kernels/vector.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// Every bit of the result depends on every bit of `x` (lowbias32 of C. Wellons' search of hash functions).
RELIEVO_HD inline std::uint32_t mixed(std::uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}
RELIEVO_HD inline std::uint32_t cell_hash(int x, int y, int z, std::uint32_t seed) {
  return mixed(std::uint32_t(x) * 0x8da6b343u ^ std::uint32_t(y) * 0xd8163841u ^ std::uint32_t(z) * 0xcb1ab31fu ^ seed);
}
/// 0 to below 1, from the upper 24 bits.
RELIEVO_HD inline float unit_of_hash(std::uint32_t h) { return float(h >> 8) * 0x1p-24f; }

RELIEVO_HD inline int floor_int(float v) {
  const int whole = static_cast<int>(v);
  return whole - (v < static_cast<float>(whole) ? 1 : 0);
}
RELIEVO_HD inline float fraction(float v) { return v - static_cast<float>(floor_int(v)); }

RELIEVO_HD inline float smooth(float t) { return t * t * (3 - 2 * t); }
/// 0 below `from`, 1 above `to`, smooth between.
RELIEVO_HD inline float smooth_step(float from, float to, float v) {
  const float t = (v - from) / (to - from);
  return t <= 0 ? 0 : t >= 1 ? 1 : smooth(t);
}

/// Value noise, 0 to 1, one cell a unit.
RELIEVO_HD inline float noise2(float x, float y, std::uint32_t seed) {
  const int ix = floor_int(x), iy = floor_int(y);
  const float fx = smooth(x - float(ix)), fy = smooth(y - float(iy));
  const float a = mix(unit_of_hash(cell_hash(ix, iy, 0, seed)), unit_of_hash(cell_hash(ix + 1, iy, 0, seed)), fx);
  const float b =
      mix(unit_of_hash(cell_hash(ix, iy + 1, 0, seed)), unit_of_hash(cell_hash(ix + 1, iy + 1, 0, seed)), fx);
  return mix(a, b, fy);
}
RELIEVO_HD inline float noise3(Vec3 p, std::uint32_t seed) {
  const int ix = floor_int(p.x), iy = floor_int(p.y), iz = floor_int(p.z);
  const float fx = smooth(p.x - float(ix)), fy = smooth(p.y - float(iy)), fz = smooth(p.z - float(iz));
  float plane[2];
  for (int k = 0; k < 2; ++k) {
    const float a =
        mix(unit_of_hash(cell_hash(ix, iy, iz + k, seed)), unit_of_hash(cell_hash(ix + 1, iy, iz + k, seed)), fx);
    const float b = mix(unit_of_hash(cell_hash(ix, iy + 1, iz + k, seed)),
                        unit_of_hash(cell_hash(ix + 1, iy + 1, iz + k, seed)), fx);
    plane[k] = mix(a, b, fy);
  }
  return mix(plane[0], plane[1], fz);
}

/// Octaves of noise, each twice as fine and half as strong, 0 to 1; those finer than `footprint` (in cells of the
/// first) fade to their mean.
RELIEVO_HD inline float octaves3(Vec3 p, int count, float footprint, std::uint32_t seed) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < count; ++i) {
    total += weight;
    const float seen = 1 - smooth_step(0.4f, 1.2f, footprint);
    sum += weight * (seen > 0 ? mix(0.5f, noise3(p, seed + std::uint32_t(i)), seen) : 0.5f);
    p = p * 2.03f;
    footprint *= 2.03f;
    weight *= 0.55f;
  }
  return sum / total;
}
RELIEVO_HD inline float octaves2(float x, float y, int count, std::uint32_t seed) {
  float sum = 0, weight = 0.5f, total = 0;
  for (int i = 0; i < count; ++i) {
    total += weight;
    sum += weight * noise2(x, y, seed + std::uint32_t(i));
    x *= 2.03f;
    y *= 2.03f;
    weight *= 0.5f;
  }
  return sum / total;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
