// Vectors of three floats.
#pragma once

#include <cmath>

#include "kernels/host_device.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

struct Vec3 {
  float x, y, z;
};

RELIEVO_HD inline Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
RELIEVO_HD inline Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
RELIEVO_HD inline Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
RELIEVO_HD inline Vec3 operator*(Vec3 a, float s) { return {a.x * s, a.y * s, a.z * s}; }
RELIEVO_HD inline Vec3 operator*(float s, Vec3 a) { return a * s; }
RELIEVO_HD inline Vec3 operator-(Vec3 a) { return {-a.x, -a.y, -a.z}; }
RELIEVO_HD inline float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
RELIEVO_HD inline Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
RELIEVO_HD inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
RELIEVO_HD inline Vec3 normalized(Vec3 a) { return a * (1 / length(a)); }
RELIEVO_HD inline Vec3 mix(Vec3 a, Vec3 b, float t) { return a + (b - a) * t; }
RELIEVO_HD inline float mix(float a, float b, float t) { return a + (b - a) * t; }

/// Rows of a 3 x 3 matrix and what is added to its product.
struct Affine {
  Vec3 x, y, z, shift;
};

RELIEVO_HD inline Vec3 turn(const Affine& m, Vec3 v) { return {dot(m.x, v), dot(m.y, v), dot(m.z, v)}; }
RELIEVO_HD inline Vec3 move(const Affine& m, Vec3 p) { return turn(m, p) + m.shift; }
/// By the transpose, as normals go back.
RELIEVO_HD inline Vec3 turn_back(const Affine& m, Vec3 v) { return m.x * v.x + m.y * v.y + m.z * v.z; }

struct Ray {
  Vec3 origin, direction;
};

RELIEVO_HD inline Vec3 at(const Ray& ray, float t) { return ray.origin + ray.direction * t; }

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
