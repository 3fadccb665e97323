#include <algorithm>

#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

// A house from the middle of its front's foot, the street lying towards -z.
void house(Builder& b, const Pose& foot, float width, float height, float depth) {
  b.next_object();
  Random& r = b.random;
  Vec3 color = r.chance(0.7f) ? b.muted() + Vec3{0.15f, 0.14f, 0.12f} : b.any_color();
  const int front =
      b.textured(Texture::facade, color, r.chance(0.7f) ? Vec3{0.7f, 0.7f, 0.67f} : b.any_color(), r.between(1.6f, 4));
  b.scene.materials[std::size_t(front)].stretch = r.between(0.8f, 1.5f);
  b.box(foot.at(0, 0.5f * height, 0.5f * depth), {0.5f * width, 0.5f * height, 0.5f * depth}, front);
  const int trim = b.plain(color * 0.8f);
  if (r.chance(0.5f)) b.box(foot.at(0, height, 0), {0.5f * width, 0.12f, 0.25f}, trim);
  if (r.chance(0.5f)) {  // A roof of two slabs, its ridge along the street
    const int tiles = b.textured(Texture::bricks, r.chance(0.6f) ? Vec3{0.3f, 0.1f, 0.06f} : Vec3{0.1f, 0.1f, 0.11f},
                                 {0.05f, 0.04f, 0.04f}, 0.5f);
    const float steep = r.between(0.5f, 0.95f), run = 0.5f * depth / std::cos(steep);
    for (int side = -1; side <= 1; side += 2) {
      const float k = float(side);
      b.box(foot.at(0, height + 0.25f * depth * std::tan(steep), 0.5f * depth + 0.25f * k * depth).pitched(k * steep),
            {0.5f * width + 0.2f, 0.06f, 0.5f * run + 0.25f}, tiles);
    }
    const float gable = 0.25f * depth * std::tan(steep);
    for (int side = -1; side <= 1; side += 2) {
      b.patch(foot.at(0.5f * float(side) * width, height + gable, 0.5f * depth).yawed(0.5f * pi), 0.5f * depth, gable,
              Outline::triangle, trim);
    }
    b.block(foot.at(r.between(-0.3f, 0.3f) * width, height, 0.4f * depth), 0.6f, 0.5f * depth * std::tan(steep) + 0.7f,
            0.6f, tiles);
  }
  const int shop = r.chance(0.5f) ? b.photo(r.between(1.5f, 4), 0.9f) : b.plain({0.04f, 0.05f, 0.06f}, 0.6f);
  const int doors = r.whole(1, 3);
  for (int i = 0; i < doors; ++i) {
    const float x = width * r.between(-0.4f, 0.4f);
    b.block(foot.at(x, 0, -0.03f), r.between(0.9f, 0.3f * width + 1), r.between(2, 2.6f), 0.14f,
            r.chance(0.5f) ? shop : b.wood());
  }
  if (r.chance(0.3f))
    b.box(foot.at(width * r.between(-0.2f, 0.2f), 2.8f, -0.6f).pitched(0.35f), {0.25f * width, 0.03f, 0.7f}, b.cloth());
  if (r.chance(0.3f)) {
    const int rail = b.metal();
    for (int i = r.whole(1, 4); i > 0; --i) {
      const Pose at = foot.at(width * r.between(-0.35f, 0.35f), 3 * float(i), -0.5f);
      if (3 * float(i) > height - 1) continue;
      b.box(at, {1, 0.07f, 0.5f}, trim);
      b.box(at.at(0, 0.9f, -0.48f), {1, 0.03f, 0.03f}, rail);
      for (int k = 0; k <= 6; ++k)
        b.rod(at.point(-1 + float(k) / 3, 0, -0.48f), at.point(-1 + float(k) / 3, 0.9f, -0.48f), 0.012f, 0.012f, rail);
    }
  }
}

}  // namespace

void make_street(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  daylight(b);
  const float road = r.between(2.5f, 7), walk = r.between(1.2f, 5);  // half the road; one pavement
  const float edge = road + walk;
  b.next_object();
  const float dark = r.between(0.04f, 0.2f);
  const int asphalt = b.textured(r.chance(0.8f) ? Texture::road : Texture::bricks, {dark, dark, dark},
                                 Vec3{1, 1, 1} * (0.6f * dark), r.between(0.1f, 0.5f), 0.8f, r.chance(0.3f) ? 0.2f : 0);
  if (r.chance(0.15f)) s.materials[std::size_t(asphalt)].mirror = 0.08f;  // wet
  b.patch(Pose{}.at(0, 0, 150).lying(), road, 170, Outline::rectangle, asphalt);
  const float v = r.between(0.15f, 0.45f);
  const int paving = r.chance(0.8f) ? b.textured(Texture::bricks, {v, v, v * 0.95f}, {0.5f * v, 0.5f * v, 0.5f * v},
                                                 r.between(0.4f, 1.5f), 0.5f)
                                    : b.textured(Texture::noise, b.leaf_color(), {0.1f, 0.08f, 0.04f}, 0.3f);
  for (int side = -1; side <= 1; side += 2) {
    b.next_object();
    b.box(Pose{}.at(float(side) * (road + 25), -0.44f, 150), {25, 0.56f, 170}, paving);
  }
  b.next_object();
  b.patch(Pose{}.at(0, -0.5f, 0).lying(), 1500, 1500, Outline::rectangle, b.plain({0.12f, 0.13f, 0.08f}));
  const bool suburb = r.chance(0.35f);
  for (int side = -1; side <= 1; side += 2) {
    const float k = float(side);
    float z = r.between(-14, -4);
    const float end = r.between(25, 110);
    const float tall = suburb ? r.between(3, 6.5f) : r.between(6, 22);
    if (r.chance(0.12f)) continue;  // A side that is open
    while (z < end) {
      const float width = suburb ? r.between(6, 11) : r.between(6, 22), deep = r.between(6, 12);
      house(b, Pose{}.at(k * (edge + (suburb ? r.between(2, 6) : 0)), 0.12f, z + 0.5f * width).yawed(k * 0.5f * pi),
            width, tall * r.between(0.7f, 1.3f), deep);
      z += width + (suburb ? r.between(2, 9) : r.chance(0.15f) ? r.between(3, 9) : 0);
    }
  }
  if (r.chance(0.4f)) {  // What closes the street
    house(b, Pose{}.at(r.between(-8, 8), 0, r.between(25, 110)).yawed(0.2f * r.normal()), r.between(12, 40),
          r.between(6, 25), 10);
  }
  for (int side = -1; side <= 1; side += 2) {
    const float k = float(side);
    if (r.chance(0.75f)) {
      for (float z = r.between(0, 6); z < 55; z += r.between(4.8f, 14)) {
        car(b, Pose{}.at(k * (road - 1.05f), 0, z).yawed((r.chance(0.5f) ? 0.5f : -0.5f) * pi + 0.03f * r.normal()));
      }
    }
    if (r.chance(0.5f)) {
      const float gap = r.between(6, 14), high = r.between(3, 10);
      for (float z = r.between(1, gap); z < 80; z += gap * r.between(0.9f, 1.1f))
        tree(b, Pose{}.at(k * (road + 0.5f * walk), 0.1f, z), high * r.between(0.8f, 1.2f));
    }
    if (r.chance(0.6f)) {
      const float gap = r.between(12, 25);
      for (float z = r.between(1, gap); z < 80; z += gap)
        street_lamp(b, Pose{}.at(k * (road + 0.3f), 0.1f, z).yawed(k > 0 ? pi : 0));
    }
    if (r.chance(0.25f))
      fence(b, Pose{}.at(k * (road + 0.25f), 0.12f, r.between(5, 14)).yawed(0.5f * pi), r.between(6, 18),
            r.between(0.6f, 1.1f));
    if (r.chance(0.3f))
      bicycle(b, Pose{}.at(k * (road + 0.6f * walk), 0.12f, r.between(2, 12)).yawed(0.5f * pi + 0.2f * r.normal()));
    for (int i = r.whole(0, 4); i > 0; --i) {
      person(b,
             Pose{}.at(k * (road + walk * r.between(0.2f, 0.9f)), 0.12f, r.between(2.5f, 22)).yawed(r.between(-pi, pi)),
             {r.between(1.5f, 1.9f), false, false});
    }
    if (r.chance(0.3f)) clutter(b, Pose{}.at(k * (road + 0.7f * walk), 0.12f, 8), 0.3f * walk, 6, r.whole(1, 6), 0.9f);
  }
  if (r.chance(0.3f))
    car(b, Pose{}.at(r.between(-0.4f, 0.4f) * road, 0, r.between(7, 30)).yawed((r.chance(0.5f) ? 0.5f : -0.5f) * pi));
  if (r.chance(0.35f)) {  // Wires
    b.next_object();
    const int wire = b.plain({0.02f, 0.02f, 0.02f});
    const float h = r.between(4.5f, 8);
    for (int i = r.whole(2, 6); i > 0; --i) {
      const float z = r.between(3, 40), y = h + r.between(-0.5f, 0.5f);
      const bool across = r.chance(0.6f);
      const Vec3 p{across ? -edge : r.between(-1, 1) * edge, y, z},
          q{across ? edge : p.x, y, across ? z + r.between(-4, 4) : z + 40};
      const Vec3 low = mix(p, q, 0.5f) - Vec3{0, 0.4f, 0};
      b.rod(p, low, 0.012f, 0.012f, wire);
      b.rod(low, q, 0.012f, 0.012f, wire);
    }
  }
  const bool on_walk = r.chance(0.55f);
  const float x =
      on_walk ? (r.chance(0.5f) ? 1.0f : -1.0f) * (road + walk * r.between(0.2f, 0.8f)) : road * r.between(-0.8f, 0.8f);
  const float eye = r.chance(0.85f) ? r.between(1.1f, 1.9f) : r.between(0.4f, 6);
  const float turn = r.chance(0.7f) ? 0.2f * r.normal() : 0.7f * r.normal();
  s.view = look(b, {x, eye + (on_walk ? 0.12f : 0), 0},
                {x + 10 * std::sin(turn), eye + r.between(-1.5f, 2.2f), 10 * std::cos(turn)}, 38, 85);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
