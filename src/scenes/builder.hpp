// Puts scenes together: poses within poses, shapes, materials.
#pragma once

#include <cmath>
#include <cstdint>

#include "scenes/random.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

inline constexpr float pi = 3.14159265f;

/// A place and three orthogonal unit axes, in the world's coordinates.
struct Pose {
  Vec3 place{0, 0, 0};
  Vec3 x{1, 0, 0}, y{0, 1, 0}, z{0, 0, 1};

  Vec3 point(float px, float py, float pz) const { return place + x * px + y * py + z * pz; }
  Pose at(float px, float py, float pz) const { return {point(px, py, pz), x, y, z}; }
  /// For patches that lie: their y is this z, their side up this y.
  Pose lying() const { return {place, x, z, y}; }
  /// Turned about y, from z towards x.
  Pose yawed(float angle) const {
    const float c = std::cos(angle), s = std::sin(angle);
    return {place, x * c - z * s, y, z * c + x * s};
  }
  /// About x, from y towards z.
  Pose pitched(float angle) const {
    const float c = std::cos(angle), s = std::sin(angle);
    return {place, x, y * c + z * s, z * c - y * s};
  }
  /// About z, from x towards y.
  Pose rolled(float angle) const {
    const float c = std::cos(angle), s = std::sin(angle);
    return {place, x * c + y * s, y * c - x * s, z};
  }
};

class Builder {
 public:
  Builder(Scene& out, Random& numbers) : scene(out), random(numbers) {}

  Scene& scene;
  Random& random;

  /// What is added from now on is another object.
  void next_object() { object_ = scene.objects++; }
  int object() const { return object_; }
  void back_to(int object) { object_ = object; }

  Primitive& add(Shape shape, const Pose& pose, Vec3 half, int material);
  /// `round` is the radius of the ball that cuts its corners, in half sides; 2 cuts none.
  Primitive& box(const Pose& middle, Vec3 half, int material, float round = 2);
  /// A box from its foot up.
  Primitive& block(const Pose& foot, float width, float height, float depth, int material, float round = 2) {
    return box(foot.at(0, 0.5f * height, 0), {0.5f * width, 0.5f * height, 0.5f * depth}, material, round);
  }
  Primitive& ball(const Pose& middle, Vec3 radii, int material, float holes = 0);
  /// Leaves in the shape of a ball: ragged outside, dense inside.
  void crown(const Pose& middle, Vec3 radii, int material);
  /// From its foot up, `narrowing` being the radius at the top over that at the foot.
  Primitive& column(const Pose& foot, float radius, float height, int material, float narrowing = 1);
  /// Between two points of the world.
  Primitive& rod(Vec3 from, Vec3 to, float radius, float end_radius, int material);
  Primitive& patch(const Pose& middle, float half_x, float half_y, Outline outline, int material, float a = 0);
  /// Heights by surface(u, v) -> 0 to 1 with u, v from -1 to 1, over `cells` a side (a multiple of 8) in the pose's
  /// x and z.
  template <class Surface>
  Primitive& terrain(const Pose& pose, Vec3 half, int cells, int material, const Surface& surface) {
    Primitive& thing = add(Shape::terrain, pose, half, material);
    thing.heights = static_cast<std::int32_t>(scene.heights.size());
    thing.cells = cells;
    for (int j = 0; j <= cells; ++j) {
      for (int i = 0; i <= cells; ++i) {
        const float h = surface(2 * float(i) / float(cells) - 1, 2 * float(j) / float(cells) - 1);
        scene.heights.push_back(h < 0 ? 0 : h > 1 ? 1 : h);
      }
    }
    add_tops(thing);
    return thing;
  }

  int material(const Material& m);
  int plain(Vec3 color, float gloss = 0);
  int textured(Texture texture, Vec3 color, Vec3 second, float scale, float contrast = 1, float gloss = 0);
  int glowing(Vec3 color, float glow);
  int wood();
  int cloth();
  int metal();
  int paint();  ///< of walls
  int floor_indoors();
  int foliage();
  int skin(Vec3 color);
  int photo(float scale, float contrast);
  int anything();  ///< what small things are made of

  Vec3 muted();
  Vec3 vivid();
  Vec3 any_color() { return random.chance(0.55f) ? muted() : vivid(); }
  Vec3 wood_color();
  Vec3 leaf_color();

 private:
  /// The largest heights of a terrain's blocks, after its heights.
  void add_tops(const Primitive& thing);

  int object_ = 0;
};

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
