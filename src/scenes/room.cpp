#include <algorithm>

#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

// A wall from its foot's middle, the room lying towards -z; with a window or a door now and then.
void wall(Builder& b, const Pose& foot, float width, float height, int paint, bool may_open) {
  Random& r = b.random;
  b.next_object();
  const auto piece = [&](float x0, float x1, float y0, float y1) {
    if (x1 - x0 > 0.01f && y1 - y0 > 0.01f) {
      b.patch(foot.at(0.5f * (x0 + x1), 0.5f * (y0 + y1), 0), 0.5f * (x1 - x0), 0.5f * (y1 - y0), Outline::rectangle,
              paint);
    }
  };
  const float half = 0.5f * width;
  if (!may_open || width < 2 || r.chance(0.45f)) {
    piece(-half, half, 0, height);
  } else {
    const float wide = std::min(r.between(0.8f, 2.2f), width - 0.8f),
                x = r.between(-half + 0.5f * wide + 0.2f, half - 0.5f * wide - 0.2f);
    const bool door = r.chance(0.35f);
    const float low = door ? 0 : r.between(0.3f, 1.1f),
                high = std::min(height - 0.15f, door ? 2.05f : low + r.between(0.9f, 1.6f));
    const float x0 = x - 0.5f * wide, x1 = x + 0.5f * wide;
    piece(-half, x0, 0, height);
    piece(x1, half, 0, height);
    piece(x0, x1, 0, low);
    piece(x0, x1, high, height);
    b.next_object();
    const int frame = r.chance(0.7f) ? b.plain({0.75f, 0.75f, 0.72f}) : b.wood();
    const float bar = r.between(0.03f, 0.08f), deep = r.between(0.04f, 0.2f);
    for (float side : {x0, x1})
      b.box(foot.at(side, 0.5f * (low + high), 0.5f * deep), {bar, 0.5f * (high - low) + bar, deep}, frame);
    for (float side : {low, high}) {
      if (side > 0) b.box(foot.at(x, side, 0.5f * deep), {0.5f * wide, bar, deep}, frame);
    }
    if (door && r.chance(0.6f)) {
      b.next_object();
      b.box(foot.at(x, 0.5f * high, 0.02f), {0.5f * wide, 0.5f * high, 0.02f}, frame);
      b.ball(foot.at(x + 0.42f * wide, 1, -0.03f), {0.03f, 0.03f, 0.04f}, b.metal());
      for (int i = 0; i < 2; ++i)
        b.box(foot.at(x, high * (0.27f + 0.45f * float(i)), 0), {0.35f * wide, 0.16f * high, 0.012f}, frame);
    } else if (!door) {
      b.box(foot.at(x, 0.5f * (low + high), 0.02f), {0.02f, 0.5f * (high - low), 0.02f}, frame);
      if (r.chance(0.5f)) b.box(foot.at(x, mix(low, high, 0.6f), 0.02f), {0.5f * wide, 0.02f, 0.02f}, frame);
      if (r.chance(0.5f)) {
        const float w = 0.4f * wide;
        curtain(b, foot.at(x0 - 0.2f * w, high + 0.1f, -0.02f), w, r.chance(0.5f) ? high : high - low + 0.3f);
        curtain(b, foot.at(x1 + 0.2f * w, high + 0.1f, -0.02f), w, r.chance(0.5f) ? high : high - low + 0.3f);
      }
    }
  }
  b.next_object();
  if (r.chance(0.6f))
    b.box(foot.at(0, 0.05f, -0.008f), {half, 0.05f, 0.008f}, r.chance(0.6f) ? b.plain({0.7f, 0.7f, 0.68f}) : b.wood());
  for (int i = r.whole(0, 3); i > 0; --i) {
    picture(b, foot.at(r.between(-0.8f, 0.8f) * half, r.between(1.2f, 1.9f), 0), r.between(0.2f, 1.1f),
            r.between(0.2f, 0.8f));
  }
}

void along_wall(Builder& b, const Pose& foot, float width, float height) {
  Random& r = b.random;
  float x = -0.5f * width + r.between(0, 0.5f);
  while (x < 0.5f * width - 0.3f) {
    const float left = 0.5f * width - x;
    const auto next = [&](float wide) {
      const Pose place = foot.at(x + 0.5f * wide, 0, 0);
      x += wide + r.between(0.02f, 0.6f);
      return place;
    };
    switch (r.whole(0, 9)) {
      case 0:
        if (left > 1.8f) {
          const float wide = r.between(1.3f, std::min(2.4f, left));
          sofa(b, next(wide).at(0, 0, -0.5f), wide);
        }
        break;
      case 1:
      case 2: {
        const float wide = std::min(left, r.between(0.5f, 1.6f)), deep = r.between(0.2f, 0.4f);
        shelf(b, next(wide).at(0, 0, -0.5f * deep - 0.01f), wide, std::min(height - 0.2f, r.between(0.7f, 2.2f)), deep);
        break;
      }
      case 3:
      case 4: {
        const float wide = std::min(left, r.between(0.4f, 2)), deep = r.between(0.35f, 0.65f),
                    tall = r.chance(0.6f) ? r.between(0.45f, 1.1f) : r.between(1.6f, 2.1f);
        const Pose place = next(wide).at(0, 0, -0.5f * deep - 0.01f);
        cupboard(b, place, wide, std::min(tall, height - 0.1f), deep);
        if (tall < 1.3f) clutter(b, place.at(0, tall, 0), 0.4f * wide, 0.3f * deep, r.whole(1, 6), 0.28f);
        break;
      }
      case 5:
        potted_plant(b, next(0.5f).at(0, 0, -0.35f), r.between(0.5f, 1.6f));
        break;
      case 6: {
        const float wide = std::min(left, r.between(0.8f, 1.8f)), tall = r.between(0.7f, 0.78f);
        const Pose place = next(wide).at(0, 0, -0.4f);
        table(b, place, wide, 0.65f, tall);
        clutter(b, place.at(0, tall, 0), 0.4f * wide, 0.25f, r.whole(2, 7), 0.3f);
        if (r.chance(0.7f)) chair(b, place.at(r.between(-0.2f, 0.2f), 0, -0.5f).yawed(pi + 0.4f * r.normal()));
        break;
      }
      case 7:
        chair(b, next(0.5f).at(0, 0, -0.35f).yawed(0.5f * r.normal()));
        break;
      case 8:
        standing_lamp(b, next(0.4f).at(0, 0, -0.3f));
        break;
      default:
        x += r.between(0.2f, 0.8f);
    }
    x += 0.05f;
  }
}

}  // namespace

void make_room(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  const bool hall = r.chance(0.12f);
  const float width = hall ? r.between(5, 14) : r.between(2.2f, 5.5f),
              deep = hall ? r.between(7, 22) : r.between(2.5f, 6.5f);
  const float height = hall ? r.between(3, 6) : r.between(2.3f, 3);
  daylight(b);
  s.around.fog_density = 0;
  s.around.reach = r.between(0.3f, 1);
  if (r.chance(0.45f)) s.around.sun = {0, 0, 0};
  // What a window shows is much brighter than the room.
  const float indoors = r.between(0.1f, 0.45f);
  s.around.ambient = s.around.ambient * indoors;
  s.around.lamp_count = r.whole(1, 3);
  for (int i = 0; i < s.around.lamp_count; ++i) {
    const float power = r.between(0.4f, 2.2f) * (hall ? 5.0f : 1.0f);
    s.around.lamps[i] = {
        {width * r.between(-0.4f, 0.4f), height * r.between(0.7f, 0.95f), deep * r.between(0.05f, 0.9f)},
        mix(Vec3{1, 0.95f, 0.88f}, Vec3{1, 0.72f, 0.42f}, r.unit()) * power};
  }
  if (r.chance(0.85f)) {  // What windows show: a ground below, houses and trees upon it
    const float below = r.chance(0.6f) ? -0.2f : r.between(-12, -3);
    b.next_object();
    const Vec3 earth = b.leaf_color();
    b.patch(Pose{}.at(0, below, 0).lying(), 900, 900, Outline::rectangle,
            b.textured(Texture::terrain, earth, earth * 0.5f, 1.5f));
    for (int i = r.whole(0, 5); i > 0; --i) {
      const float around = r.between(-pi, pi), far = deep + width + r.between(2, 40);
      const Pose there = Pose{}.at(far * std::sin(around), below, far * std::cos(around)).yawed(around);
      if (r.chance(0.5f)) {
        tree(b, there, r.between(3, 9));
      } else {
        b.next_object();
        const int front =
            b.textured(Texture::facade, b.muted() + Vec3{0.1f, 0.1f, 0.1f}, {0.7f, 0.7f, 0.68f}, r.between(2, 3.5f));
        b.block(there, r.between(6, 20), r.between(5, 20), 8, front);
      }
    }
  }
  const int paint = b.paint(), other = r.chance(0.4f) ? b.paint() : paint;
  b.next_object();
  b.patch(Pose{}.at(0, 0, 0.5f * deep).lying(), 0.5f * width, 0.5f * deep, Outline::rectangle, b.floor_indoors());
  b.next_object();
  const int ceiling = r.chance(0.8f) ? b.plain(Vec3{0.8f, 0.8f, 0.78f} * r.between(0.6f, 1)) : b.wood();
  b.patch(Pose{}.at(0, height, 0.5f * deep).lying(), 0.5f * width, 0.5f * deep, Outline::rectangle, ceiling);
  if (r.chance(0.15f)) {  // Beams
    b.next_object();
    const int beam = b.wood();
    for (float z = 0.5f; z < deep; z += 0.9f)
      b.box(Pose{}.at(0, height - 0.08f, z), {0.5f * width, 0.08f, 0.07f}, beam);
  }
  b.next_object();
  b.ball(Pose{}.at(s.around.lamps[0].place.x, s.around.lamps[0].place.y, s.around.lamps[0].place.z),
         {0.12f, 0.12f, 0.12f}, b.glowing({1, 0.9f, 0.75f}, 1.5f))
      .no_shadow = 1;
  b.rod({s.around.lamps[0].place.x, s.around.lamps[0].place.y, s.around.lamps[0].place.z},
        {s.around.lamps[0].place.x, height, s.around.lamps[0].place.z}, 0.008f, 0.008f, b.plain({0.05f, 0.05f, 0.05f}))
      .no_shadow = 1;
  const Pose walls[4] = {Pose{}.at(0, 0, deep), Pose{}.at(0.5f * width, 0, 0.5f * deep).yawed(0.5f * pi),
                         Pose{}.at(-0.5f * width, 0, 0.5f * deep).yawed(-0.5f * pi), Pose{}.yawed(pi)};
  const float widths[4] = {width, deep, deep, width};
  for (int i = 0; i < 4; ++i) {
    wall(b, walls[i], widths[i], height, i == 0 ? other : paint, true);
    if (i < 3) along_wall(b, walls[i].at(0, 0, -0.02f), widths[i] - (i == 0 ? 0.2f : 1.4f), height);
  }
  // The middle.
  if (r.chance(0.3f)) {
    b.next_object();
    b.box(Pose{}.at(0.2f * width * r.normal(), 0.006f, 0.5f * deep).yawed(0.2f * r.normal()),
          {0.3f * width, 0.006f, 0.25f * deep}, b.cloth());
  }
  const int groups = hall ? r.whole(2, 6) : r.whole(1, 2);
  for (int i = 0; i < groups; ++i) {
    const Pose middle =
        Pose{}.at(width * r.between(-0.28f, 0.28f), 0, deep * r.between(0.3f, 0.75f)).yawed(0.4f * r.normal());
    switch (r.whole(0, 4)) {
      case 0:
      case 1: {
        const float w = r.between(0.7f, 2), d = r.between(0.6f, 1), h = r.between(0.4f, 0.8f);
        table(b, middle, w, d, h);
        clutter(b, middle.at(0, h, 0), 0.42f * w, 0.4f * d, r.whole(2, 8), 0.28f);
        for (int k = r.whole(0, 4); k > 0; --k) {
          const float side = k & 1 ? 1.0f : -1.0f;
          chair(b, middle.at(r.between(-0.4f, 0.4f) * w, 0, side * (0.5f * d + r.between(0, 0.4f)))
                       .yawed((side > 0 ? 0 : pi) + 0.3f * r.normal()));
        }
        break;
      }
      case 2:
        bed(b, middle);
        break;
      case 3:
        sofa(b, middle.yawed(r.between(-pi, pi)), r.between(1.3f, 2.1f));
        break;
      default:
        for (int k = r.whole(1, 3); k > 0; --k)
          chair(b, middle.at(0.8f * r.normal(), 0, 0.6f * r.normal()).yawed(r.between(-pi, pi)));
    }
  }
  clutter(b, Pose{}.at(0, 0, 0.5f * deep), 0.45f * width, 0.45f * deep, r.whole(0, 6), 0.45f);
  if (r.chance(0.12f))
    person(b, Pose{}.at(width * r.between(-0.3f, 0.3f), 0, deep * r.between(0.4f, 0.85f)).yawed(r.between(-1, 1)), {});
  const float eye = r.chance(0.75f) ? r.between(0.9f, 1.7f) : r.between(0.25f, height - 0.2f);
  const Vec3 from{width * r.between(-0.42f, 0.42f), eye, deep * r.between(0.03f, 0.3f)};
  Vec3 to{width * r.between(-0.4f, 0.4f), height * (r.chance(0.8f) ? r.between(0.12f, 0.5f) : r.between(0, 0.9f)),
          deep * r.between(0.5f, 1)};
  if (r.chance(0.12f))
    to = {from.x + r.between(-0.6f, 0.6f), 0, from.z + r.between(0.3f, 1.2f)};  // at what lies before one
  s.view = look(b, from, to, 45, 95);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
