// What a procedural scene is made of: plain structs that kernels read.
//
// The world is right-handed enough for pictures: x right, y up, z away from a camera that is not turned; metres.
#pragma once

#include <cstdint>

#include "kernels/vector.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// Shapes in their own coordinates, which a primitive's transform carries the world into.
enum class Shape : std::int32_t {
  sphere,   ///< the unit ball; `a` above 0 takes out that share of its surface (foliage, hair)
  box,      ///< |x|, |y|, |z| <= 1, cut by a ball of radius `a` (below sqrt 3 it rounds the corners)
  frustum,  ///< |y| <= 1, radius 1 at y = -1 and `a` at y = 1; without caps where `variant` is 1
  patch,    ///< z = 0, |x|, |y| <= 1, within the outline that `variant` names
  /// |x|, |z| <= 1, y = height between 0 and 1, bilinear between `cells` + 1 by `cells` + 1 heights; after these follow
  /// the largest heights of each square of terrain_block by terrain_block cells.
  terrain,
};
inline constexpr int terrain_block = 8;

/// Outlines of patches.
enum class Outline : std::int32_t { rectangle, disc, triangle, leaf, foliage, mesh, blades, waves };

enum class Texture : std::int32_t {
  flat,
  noise,
  checks,
  stripes,
  bricks,
  wood,
  fabric,
  speckle,
  photo,
  facade,  ///< storeys of windows
  books,   ///< spines beside each other
  face,    ///< eyes, brows and mouth on the side towards +z
  leaves,
  planks,
  marble,
  poster,   ///< blocks and lines of print
  terrain,  ///< grass, rock and snow by slope and height
  road,     ///< asphalt with markings
  dots,
};

struct Material {
  Vec3 color, second;  ///< linear light; `second` is what the texture mixes in
  Texture texture;
  float scale;             ///< metres of one period
  float contrast;          ///< 0 (color alone) to 1
  float gloss, sharpness;  ///< strength and exponent of the highlight
  float glow;              ///< own light, times color
  float mirror;            ///< share of what it reflects
  float stretch;           ///< of the texture along y
  std::uint32_t seed;
  std::int32_t photo;  ///< which patch of the atlas
};

struct Primitive {
  Affine to_object;
  Vec3 size;  ///< metres of one unit of x, y, z
  Shape shape;
  std::int32_t material;
  std::int32_t object;   ///< parts of one thing share it; from 0 up
  std::int32_t variant;  ///< Outline of patches; 1: frustum without caps
  std::int32_t heights;  ///< first of its heights
  std::int32_t cells;
  float a;
  std::int32_t no_shadow;  ///< 1 casts none
  std::uint32_t seed;
};

/// A node of the tree of bounds, in the order of a depth-first walk: what its box misses is skipped.
struct Node {
  Vec3 low;
  std::int32_t skip;  ///< the next node outside of it
  Vec3 high;
  std::int32_t primitive;  ///< -1 for nodes with children
};

struct Lamp {
  Vec3 place, light;
};

struct Surroundings {
  Vec3 sun_direction, sun;         ///< towards it; light, 0 where there is none
  Vec3 sky_low, sky_high, ground;  ///< light from above the horizon and below
  Vec3 ambient;                    ///< times that of sky and ground
  float reach;                     ///< metres within which what stands over a surface takes its ambient light
  Vec3 fog;
  float fog_density;  ///< 1 / m
  float clouds;       ///< 0 to 1
  Lamp lamps[3];
  std::int32_t lamp_count;
  std::uint32_t seed;
};

/// Squares of photos, each with its halves down to one of 16 px: `atlas_bytes` RGBA bytes each, light = (code / 255)^2.
inline constexpr int atlas_side = 256;
inline constexpr int atlas_levels = 5;
inline constexpr int atlas_pixels = 256 * 256 + 128 * 128 + 64 * 64 + 32 * 32 + 16 * 16;

/// All of a scene, in the memory of the engine that draws it.
struct SceneView {
  const Primitive* primitives;
  const Node* nodes;
  const Material* materials;
  const float* heights;
  const std::uint8_t* atlas;
  const Surroundings* around;
  std::int32_t primitive_count, node_count, photo_count;
};

/// A pinhole: what pixel (x, y) of centre x + 0.5, y + 0.5 sees lies along
/// forward + right (x + 0.5 - center_x) / focal_px + down (y + 0.5 - center_y) / focal_px.
struct Camera {
  Vec3 place, right, down, forward;
  float focal_px, center_x, center_y;
};

RELIEVO_HD inline Ray ray_through(const Camera& camera, float x, float y) {
  const float u = (x - camera.center_x) / camera.focal_px, v = (y - camera.center_y) / camera.focal_px;
  return {camera.place, camera.forward + camera.right * u + camera.down * v};
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
