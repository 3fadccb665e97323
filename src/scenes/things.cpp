#include "scenes/things.hpp"
#include "kernels/noise.hpp"

#include <algorithm>

namespace relievo {
inline namespace v1 {
namespace scenes {

void table(Builder& b, const Pose& foot, float width, float depth, float height) {
  b.next_object();
  Random& r = b.random;
  const int top = r.chance(0.7f) ? b.wood() : b.anything(), leg = r.chance(0.5f) ? top : b.metal();
  const float thick = r.between(0.02f, 0.05f), radius = r.between(0.015f, 0.04f);
  if (r.chance(0.2f)) {
    Primitive& disc = b.column(foot.at(0, height - thick, 0), 0.5f * width, thick, top);
    disc.size.z = 0.5f * width;
    b.column(foot, radius * 1.6f, height - thick, leg);
    b.column(foot, 0.3f * width, 0.03f, leg);
    return;
  }
  b.block(foot.at(0, height - thick, 0), width, thick, depth, top);
  for (int i = 0; i < 4; ++i) {
    const float x = (i & 1 ? 1.0f : -1.0f) * (0.5f * width - 2 * radius),
                z = (i & 2 ? 1.0f : -1.0f) * (0.5f * depth - 2 * radius);
    if (r.chance(0.5f)) {
      b.block(foot.at(x, 0, z), 2 * radius, height - thick, 2 * radius, leg);
    } else {
      b.column(foot.at(x, 0, z), radius, height - thick, leg);
    }
  }
  if (r.chance(0.3f)) b.block(foot.at(0, height - thick - 0.1f, 0), width - 0.1f, 0.1f, depth - 0.1f, leg);
}

void chair(Builder& b, const Pose& foot) {
  b.next_object();
  Random& r = b.random;
  const int wood = r.chance(0.6f) ? b.wood() : b.metal(), seat = r.chance(0.5f) ? wood : b.cloth();
  const float w = r.between(0.38f, 0.5f), h = r.between(0.42f, 0.48f), back = r.between(0.75f, 1.05f),
              leg = r.between(0.01f, 0.025f);
  b.block(foot.at(0, h - 0.04f, 0), w, r.between(0.03f, 0.08f), w, seat, r.chance(0.3f) ? 1.5f : 2);
  for (int i = 0; i < 4; ++i) {
    const float x = (i & 1 ? 1.0f : -1.0f) * (0.5f * w - leg), z = (i & 2 ? 1.0f : -1.0f) * (0.5f * w - leg);
    const bool behind = z > 0;
    b.rod(foot.point(x * 1.06f, 0, z * 1.06f), foot.point(x, behind ? back : h, z), leg, leg, wood);
  }
  if (r.chance(0.5f)) {
    b.block(foot.at(0, h + 0.15f, 0.5f * w), w, back - h - 0.15f, 0.025f, seat);
  } else {
    const int bars = r.whole(2, 5);
    for (int i = 0; i < bars; ++i) {
      const float y = h + 0.12f + (back - h - 0.12f) * float(i + 1) / float(bars);
      b.block(foot.at(0, y - 0.04f, 0.5f * w - leg), w, 0.03f, 0.015f, wood);
    }
  }
}

void sofa(Builder& b, const Pose& foot, float width) {
  b.next_object();
  Random& r = b.random;
  const int cover = b.cloth();
  const float d = r.between(0.75f, 0.95f), h = r.between(0.7f, 0.95f), arm = r.between(0.12f, 0.25f),
              seat = r.between(0.38f, 0.46f);
  b.block(foot.at(0, 0.06f, 0), width, seat - 0.16f, d, cover);
  b.block(foot.at(0, 0.06f, 0.5f * d - 0.1f), width, h - 0.06f, 0.2f, cover, 1.6f);
  for (int side = -1; side <= 1; side += 2) {
    b.block(foot.at(float(side) * 0.5f * (width - arm), 0.06f, 0), arm, seat + 0.12f, d, cover, 1.65f);
  }
  const int cushions = std::max(1, int((width - 2 * arm) / 0.65f));
  const float each = (width - 2 * arm) / float(cushions);
  for (int i = 0; i < cushions; ++i) {
    const float x = -0.5f * width + arm + each * (float(i) + 0.5f);
    b.block(foot.at(x, seat - 0.12f, -0.08f), each - 0.01f, 0.17f, d - 0.2f, cover, 1.45f);
  }
  b.next_object();
  for (int i = r.whole(0, 3); i > 0; --i) {
    const Pose at =
        foot.at(r.between(-0.4f, 0.4f) * width, seat + 0.2f, 0.12f).rolled(r.between(-0.4f, 0.4f)).pitched(0.35f);
    b.box(at, {0.2f, 0.2f, 0.08f}, b.cloth(), 1.3f);
  }
}

void bed(Builder& b, const Pose& foot) {
  b.next_object();
  Random& r = b.random;
  const float w = r.any({0.9f, 1.4f, 1.8f}), l = 2, h = r.between(0.35f, 0.6f);
  const int frame = b.wood(), sheet = b.cloth(), cover = b.cloth();
  b.block(foot.at(0, 0.05f, 0), w, h - 0.2f, l, frame);
  b.block(foot.at(0, 0.05f, 0.5f * l), w + 0.06f, r.between(0.6f, 1.2f), 0.05f, frame);
  b.block(foot.at(0, h - 0.16f, 0), w - 0.03f, 0.16f, l - 0.02f, sheet, 1.68f);
  const std::uint32_t seed = r.seed();
  b.terrain(foot.at(0, h - 0.08f, -0.2f), {0.5f * w + 0.02f, 0.2f, 0.5f * l - 0.2f}, 24, cover, [&](float u, float v) {
    const float edge = std::min(1.0f, 8 * std::min(1 - std::fabs(u), 1 - std::fabs(v)));
    return edge * (0.5f + 0.45f * octaves2(u * 2.5f + 7, v * 3.0f + 9, 3, seed));
  });
  for (int i = w > 1 ? 0 : 1; i < 2; ++i) {
    const float x = w > 1 ? (i == 0 ? -0.25f : 0.25f) * w : 0;
    b.box(foot.at(x, h + 0.06f, 0.5f * l - 0.3f).pitched(r.between(0, 0.4f)), {0.28f, 0.09f, 0.2f}, sheet, 1.35f);
  }
}

void shelf(Builder& b, const Pose& foot, float width, float height, float depth) {
  b.next_object();
  Random& r = b.random;
  const int wood = b.wood();
  const int own = b.object();
  for (int side = -1; side <= 1; side += 2)
    b.block(foot.at(float(side) * 0.5f * width, 0, 0), 0.025f, height, depth, wood);
  if (r.chance(0.7f)) b.block(foot.at(0, 0, 0.5f * depth), width, height, 0.012f, wood);
  const int boards = std::max(2, int(height / r.between(0.28f, 0.45f)));
  const float step = height / float(boards);
  for (int i = 0; i <= boards; ++i) {
    b.back_to(own);
    b.block(foot.at(0, std::max(0.0f, step * float(i) - 0.02f), 0), width, 0.02f, depth, wood);
    if (i == boards) break;
    b.next_object();
    float x = -0.5f * width + 0.04f;
    while (x < 0.5f * width - 0.12f) {
      const float y = step * float(i);
      if (r.chance(0.5f)) {
        const float w = std::min(r.between(0.12f, 0.5f), 0.5f * width - 0.03f - x), h = r.between(0.5f, 0.85f) * step;
        const int books = b.textured(Texture::books, b.any_color(), b.any_color(), r.between(0.02f, 0.045f));
        b.block(foot.at(x + 0.5f * w, y, r.between(-0.04f, 0.06f)), w, h, depth * 0.65f, books);
        x += w + 0.01f;
      } else if (r.chance(0.75f)) {
        const float size = std::min(r.between(0.08f, 0.22f), 0.6f * step);
        small_thing(b, foot.at(x + 0.5f * size, y, r.between(-0.05f, 0.02f)), size);
        x += size + 0.03f;
      } else {
        x += r.between(0.05f, 0.3f);
      }
    }
  }
}

void cupboard(Builder& b, const Pose& foot, float width, float height, float depth) {
  b.next_object();
  Random& r = b.random;
  const int body = r.chance(0.6f) ? b.wood() : b.plain(b.any_color(), r.between(0, 0.3f)), knob = b.metal();
  b.block(foot, width, height, depth, body);
  const int columns = std::max(1, int(width / r.between(0.35f, 0.6f))), rows = r.whole(1, height > 1.2f ? 2 : 4);
  const int door = r.chance(0.5f) ? body : b.wood();
  const float w = width / float(columns), h = (height - 0.08f) / float(rows);
  for (int i = 0; i < columns * rows; ++i) {
    const float x = -0.5f * width + w * (float(i % columns) + 0.5f), y = 0.06f + h * float(i / columns);
    b.block(foot.at(x, y + 0.01f, -0.5f * depth), w - 0.02f, h - 0.02f, 0.03f, door);
    b.ball(foot.at(x + (rows > 1 ? 0 : 0.4f * w), y + 0.6f * h, -0.5f * depth - 0.025f), {0.016f, 0.016f, 0.016f},
           knob);
  }
}

void standing_lamp(Builder& b, const Pose& foot) {
  b.next_object();
  Random& r = b.random;
  const int metal = b.metal();
  const float h = r.between(1.2f, 1.8f), radius = r.between(0.12f, 0.25f);
  b.column(foot, 0.14f, 0.03f, metal);
  b.rod(foot.point(0, 0, 0), foot.point(0, h, 0), 0.012f, 0.012f, metal);
  Primitive& shade = b.column(foot.at(0, h - 0.1f, 0), radius, 0.28f, b.glowing({0.9f, 0.8f, 0.6f}, r.between(0, 1.5f)),
                              r.between(0.4f, 0.9f));
  shade.variant = 1;
  shade.no_shadow = 1;
}

void picture(Builder& b, const Pose& middle, float width, float height) {
  b.next_object();
  Random& r = b.random;
  b.box(middle.at(0, 0, -0.012f), {0.5f * width, 0.5f * height, 0.012f}, b.wood());
  const float edge = r.between(0.01f, 0.06f);
  const int image = r.chance(0.7f) ? b.photo(std::max(width, height) * r.between(0.4f, 1), 1)
                                   : b.textured(Texture::noise, b.vivid(), b.vivid(), r.between(0.1f, 0.4f));
  b.box(middle.at(0, 0, -0.022f), {0.5f * width - edge, 0.5f * height - edge, 0.004f}, image);
}

void curtain(Builder& b, const Pose& top, float width, float height) {
  b.next_object();
  Random& r = b.random;
  const int cells = 32;
  const float folds = r.between(4, 11), lean = r.between(0.3f, 0.9f);
  const std::uint32_t seed = r.seed();
  // A terrain that stands: its heights point into the room.
  const Pose hanging{top.point(0, -0.5f * height, -0.01f), top.x, -top.z, top.y};
  b.terrain(hanging, {0.5f * width, 0.14f, 0.5f * height}, cells, b.cloth(), [&](float u, float v) {
    const float sway = lean * noise2(u * 3 + 5, v * 1.5f + 5, seed);
    return 0.35f + 0.25f * std::sin(folds * pi * (u + 0.15f * sway * (1 - v))) + 0.3f * sway;
  });
}

void bicycle(Builder& b, const Pose& foot) {
  b.next_object();
  const int frame = b.plain(b.vivid(), 0.5f), tyre = b.plain({0.02f, 0.02f, 0.02f});
  const float wheel = 0.34f;
  for (int side = -1; side <= 1; side += 2) {
    Vec3 before{};
    for (int i = 0; i <= 12; ++i) {
      const float angle = 2 * pi * float(i) / 12;
      const Vec3 at = foot.point(float(side) * 0.52f + wheel * std::cos(angle), wheel + wheel * std::sin(angle), 0);
      if (i > 0) b.rod(before, at, 0.02f, 0.02f, tyre);
      before = at;
    }
  }
  const Vec3 rear = foot.point(-0.52f, wheel, 0), front = foot.point(0.52f, wheel, 0),
             crank = foot.point(-0.08f, 0.3f, 0);
  const Vec3 saddle = foot.point(-0.2f, 0.85f, 0), head = foot.point(0.38f, 0.85f, 0);
  for (const auto& [p, q] :
       {std::pair{rear, crank}, {crank, saddle}, {rear, saddle}, {crank, head}, {saddle, head}, {head, front}}) {
    b.rod(p, q, 0.018f, 0.018f, frame);
  }
  b.rod(head, foot.point(0.34f, 1.02f, 0), 0.015f, 0.015f, frame);
  b.rod(foot.point(0.34f, 1.02f, -0.25f), foot.point(0.34f, 1.02f, 0.25f), 0.014f, 0.014f, tyre);
  b.box(foot.at(-0.21f, 0.9f, 0), {0.13f, 0.03f, 0.07f}, tyre, 1.5f);
}

void car(Builder& b, const Pose& foot) {
  b.next_object();
  Random& r = b.random;
  const int body = b.plain(r.chance(0.5f) ? b.vivid() : b.muted(), r.between(0.3f, 1)),
            dark = b.plain({0.015f, 0.015f, 0.02f}, 0.8f);
  b.scene.materials[std::size_t(body)].mirror = 0.06f;
  b.scene.materials[std::size_t(dark)].mirror = 0.15f;
  const bool van = r.chance(0.2f);
  const float l = r.between(3.7f, 4.8f), w = 1.75f, low = 0.22f, belt = r.between(0.8f, 0.95f),
              top = van ? 1.95f : r.between(1.38f, 1.6f);
  // Along x: bonnet towards +x.
  b.box(foot.at(0, 0.5f * (low + belt), 0), {0.5f * l, 0.5f * (belt - low), 0.5f * w}, body, 1.58f);
  const float cabin = van ? 0.8f * l : 0.55f * l, shift = van ? -0.05f * l : -0.06f * l;
  // Windows as a rounded block, smaller at the top by its rounding, and the roof on it.
  b.box(foot.at(shift, 0.5f * (belt + top) - 0.06f, 0), {0.5f * cabin, 0.5f * (top - belt) + 0.06f, 0.47f * w}, dark,
        van ? 1.62f : 1.45f);
  b.box(foot.at(shift, top - 0.025f, 0), {cabin * (van ? 0.46f : 0.37f), 0.03f, 0.42f * w}, body, 1.55f);
  const int pillar = b.plain(b.scene.materials[std::size_t(body)].color, 0.3f);
  for (int i = 0; i < 4; ++i) {
    const float k = i & 1 ? 1.0f : -1.0f, z = (i & 2 ? 0.455f : -0.455f) * w;
    b.rod(foot.point(shift + k * 0.47f * cabin, belt - 0.05f, z),
          foot.point(shift + k * cabin * (van ? 0.45f : 0.36f), top - 0.03f, 0.92f * z), 0.035f, 0.03f, pillar);
  }
  const int tyre = b.plain({0.02f, 0.02f, 0.02f}), rim = b.metal();
  for (int i = 0; i < 4; ++i) {
    const float x = (i & 1 ? 0.31f : -0.31f) * l, z = (i & 2 ? 0.5f : -0.5f) * (w - 0.14f);
    const float out = i & 2 ? 0.1f : -0.1f;
    b.rod(foot.point(x, 0.32f, z - out), foot.point(x, 0.32f, z + out), 0.32f, 0.32f, tyre);
    b.rod(foot.point(x, 0.32f, z), foot.point(x, 0.32f, z + 1.06f * out), 0.2f, 0.2f, rim);
  }
  const int lamp = b.plain({0.7f, 0.7f, 0.65f}, 1), red = b.plain({0.5f, 0.02f, 0.02f}, 1);
  for (int side = -1; side <= 1; side += 2) {
    b.ball(foot.at(0.47f * l, 0.66f, float(side) * 0.62f), {0.09f, 0.07f, 0.14f}, lamp);
    b.ball(foot.at(-0.475f * l, 0.72f, float(side) * 0.66f), {0.06f, 0.09f, 0.1f}, red);
  }
}

void fence(Builder& b, const Pose& foot, float width, float height) {
  b.next_object();
  Random& r = b.random;
  const int made = r.chance(0.6f) ? b.wood() : b.metal();
  const float gap = r.between(0.08f, 0.3f), thick = r.between(0.006f, 0.03f);
  if (r.chance(0.25f)) {
    b.patch(foot.at(0, 0.5f * height, 0), 0.5f * width, 0.5f * height, Outline::mesh, made,
            std::min(80.0f, width / 0.12f));
  } else {
    const int bars = std::min(60, int(width / gap));
    for (int i = 0; i <= bars; ++i) {
      const float x = -0.5f * width + width * float(i) / float(bars);
      b.block(foot.at(x, 0, 0), 2 * thick, height * (r.chance(0.1f) ? 0.92f : 1.0f), thick, made);
    }
    for (float y : {0.2f, 0.8f}) b.block(foot.at(0, y * height, thick), width, 0.05f, thick, made);
  }
  for (int i = 0; i <= int(width / 2.5f); ++i) {
    b.block(foot.at(-0.5f * width + 2.5f * float(i), 0, 0.03f), 0.08f, height * 1.05f, 0.08f, made);
  }
}

void street_lamp(Builder& b, const Pose& foot) {
  b.next_object();
  const int metal = b.metal();
  const float h = b.random.between(3.5f, 7);
  b.rod(foot.point(0, 0, 0), foot.point(0, h, 0), 0.07f, 0.04f, metal);
  b.rod(foot.point(0, h, 0), foot.point(1, h + 0.3f, 0), 0.04f, 0.03f, metal);
  b.box(foot.at(1.15f, h + 0.3f, 0), {0.25f, 0.06f, 0.1f}, metal, 1.5f);
}

float small_thing(Builder& b, const Pose& spot, float size) {
  Random& r = b.random;
  const Pose foot = spot.yawed(r.between(-pi, pi));
  switch (r.whole(0, 13)) {
    case 0:
    case 1: {  // Boxes
      const float w = size * r.between(0.4f, 1), h = size * r.between(0.3f, 1.2f), d = size * r.between(0.3f, 0.9f);
      b.block(foot, w, h, d, b.anything());
      return h;
    }
    case 2: {  // Books that lie
      float y = 0;
      for (int i = r.whole(1, 5); i > 0; --i) {
        const float h = r.between(0.015f, 0.05f);
        b.block(foot.at(0, y, 0).yawed(r.between(-0.3f, 0.3f)), size * r.between(0.7f, 1), h,
                size * r.between(0.5f, 0.75f), b.anything());
        y += h;
      }
      return y;
    }
    case 3: {  // Bottle
      const int glass = b.plain(b.any_color(), r.between(0.3f, 1));
      const float radius = 0.17f * size, h = size * r.between(0.9f, 1.3f);
      b.column(foot, radius, 0.62f * h, glass);
      b.column(foot.at(0, 0.62f * h, 0), radius, 0.15f * h, glass, 0.35f);
      b.column(foot.at(0, 0.77f * h, 0), 0.35f * radius, 0.23f * h, glass);
      b.column(foot.at(0, 0.2f * h, 0), 1.02f * radius, 0.28f * h, b.anything());
      return h;
    }
    case 4: {  // Cup
      const int made = b.anything();
      const float radius = 0.35f * size, h = size * r.between(0.6f, 0.9f);
      Primitive& wall = b.column(foot, radius * 0.8f, h, made, 1.25f);
      wall.variant = 1;
      b.column(foot, radius * 0.79f, 0.1f * h, made);
      b.column(foot.at(0, 0.6f * h, 0), radius * 0.9f, 0.02f * h, b.plain({0.1f, 0.05f, 0.03f}, 0.5f));
      Vec3 before{};
      for (int i = 0; i <= 5; ++i) {
        const float angle = pi * (float(i) / 5 - 0.5f);
        const Vec3 at = foot.point(radius * 0.9f + 0.3f * h * std::cos(angle), h * (0.5f + 0.28f * std::sin(angle)), 0);
        if (i > 0) b.rod(before, at, 0.05f * size, 0.05f * size, made);
        before = at;
      }
      return h;
    }
    case 5: {  // Balls and fruit
      const float radius = 0.4f * size, flat = r.between(0.8f, 1.1f);
      b.ball(foot.at(0, radius * flat, 0), {radius, radius * flat, radius}, b.anything());
      return 2 * radius * flat;
    }
    case 6: {  // Cone
      const float h = size * r.between(0.8f, 1.6f);
      b.column(foot, 0.38f * size, h, b.anything(), r.between(0, 0.3f));
      return h;
    }
    case 7: {  // Can or tube
      const float h = size * r.between(0.3f, 1.4f), radius = size * r.between(0.15f, 0.45f);
      b.column(foot, radius, h, b.anything());
      return h;
    }
    case 8: {  // Vase
      const int made = b.anything();
      b.ball(foot.at(0, 0.36f * size, 0), {0.32f * size, 0.38f * size, 0.32f * size}, made);
      Primitive& neck = b.column(foot.at(0, 0.68f * size, 0), 0.13f * size, 0.4f * size, made, 1.6f);
      neck.variant = 1;
      if (r.chance(0.5f)) flower(b, foot.at(0, 0.6f * size, 0), size * 1.3f);
      return size;
    }
    case 9: {  // Doll or animal
      const int coat = b.cloth(), skin = b.plain(b.any_color());
      const float s = size;
      b.ball(foot.at(0, 0.32f * s, 0), {0.27f * s, 0.33f * s, 0.23f * s}, coat);
      b.ball(foot.at(0, 0.78f * s, 0), {0.22f * s, 0.22f * s, 0.21f * s}, skin);
      for (int side = -1; side <= 1; side += 2) {
        const float k = float(side);
        b.ball(foot.at(0.2f * s * k, 0.98f * s, 0), {0.09f * s, 0.1f * s, 0.05f * s}, skin);
        b.rod(foot.point(0.2f * s * k, 0.5f * s, 0), foot.point(0.38f * s * k, 0.3f * s, -0.15f * s), 0.08f * s,
              0.07f * s, coat);
        b.rod(foot.point(0.13f * s * k, 0.1f * s, 0), foot.point(0.2f * s * k, 0.08f * s, -0.35f * s), 0.1f * s,
              0.09f * s, coat);
        b.ball(foot.at(0.08f * s * k, 0.82f * s, -0.19f * s), {0.03f * s, 0.035f * s, 0.03f * s},
               b.plain({0.01f, 0.01f, 0.01f}, 1));
      }
      b.ball(foot.at(0, 0.73f * s, -0.2f * s), {0.07f * s, 0.05f * s, 0.05f * s}, coat);
      return s;
    }
    case 10: {  // Bowl with fruit
      const int made = b.anything();
      Primitive& bowl = b.column(foot, 0.28f * size, 0.35f * size, made, 1.9f);
      bowl.variant = 1;
      for (int i = r.whole(0, 5); i > 0; --i) {
        const float radius = size * r.between(0.13f, 0.18f);
        b.ball(foot.at(size * r.between(-0.25f, 0.25f), 0.3f * size, size * r.between(-0.25f, 0.25f)),
               {radius, radius, radius}, b.plain(b.vivid(), 0.2f));
      }
      return 0.4f * size;
    }
    case 11: {  // Board that leans
      const float h = size * r.between(0.8f, 1.8f), w = size * r.between(0.6f, 1.4f), lean = r.between(0.05f, 0.5f);
      b.box(foot.at(0, 0.5f * h * std::cos(lean), 0).pitched(r.chance(0.5f) ? lean : -lean),
            {0.5f * w, 0.5f * h, 0.008f}, b.anything());
      return h * 0.6f;
    }
    case 12: {  // Screen
      const float w = size * r.between(1, 1.8f), h = 0.6f * w;
      const int black = b.plain({0.02f, 0.02f, 0.02f}, 0.4f);
      b.block(foot, 0.4f * w, 0.012f, 0.25f * w, black);
      b.block(foot, 0.06f * w, 0.35f * h, 0.02f, black);
      b.block(foot.at(0, 0.2f * h, 0), w, h, 0.03f, black);
      const int image = b.photo(w, 1);
      b.scene.materials[std::size_t(image)].glow = r.chance(0.5f) ? 0.7f : 0;
      b.box(foot.at(0, 0.7f * h, -0.016f), {0.47f * w, 0.45f * h, 0.002f}, image);
      return 1.2f * h;
    }
    default: {  // Torus of rods, a wreath or a coil
      const int made = b.anything();
      const float thick = r.between(0.06f, 0.14f) * size, radius = 0.4f * size;
      Vec3 before{};
      for (int i = 0; i <= 14; ++i) {
        const float angle = 2 * pi * float(i) / 14;
        const Vec3 at = foot.point(radius * std::cos(angle), thick, radius * std::sin(angle));
        if (i > 0) {
          b.rod(before, at, thick, thick, made);
          b.ball({at}, {thick, thick, thick}, made);
        }
        before = at;
      }
      return 2 * thick;
    }
  }
}

void clutter(Builder& b, const Pose& middle, float half_x, float half_z, int count, float size) {
  Random& r = b.random;
  for (int i = 0; i < count; ++i) {
    b.next_object();
    const Pose foot = middle.at(r.between(-half_x, half_x), 0, r.between(-half_z, half_z));
    const float own = size * (0.4f + 1.1f * r.unit() * r.unit());
    const float height = small_thing(b, foot, own);
    if (r.chance(0.2f)) {
      b.next_object();
      small_thing(b, foot.at(0, height, 0), 0.6f * own);
    }
  }
}

void rock(Builder& b, const Pose& foot, float size) {
  b.next_object();
  Random& r = b.random;
  const float v = r.between(0.08f, 0.4f);
  const int stone = b.textured(Texture::noise, {v, v * 0.95f, v * 0.88f}, {v * 0.4f, v * 0.38f, v * 0.36f},
                               size * r.between(0.1f, 0.5f));
  for (int i = r.whole(1, 3); i > 0; --i) {
    const float own = size * r.between(0.4f, 1);
    b.box(foot.at(r.between(-0.4f, 0.4f) * size, 0.2f * own, r.between(-0.4f, 0.4f) * size)
              .yawed(r.between(0, pi))
              .rolled(r.between(-0.4f, 0.4f))
              .pitched(r.between(-0.4f, 0.4f)),
          {0.55f * own, 0.4f * own, 0.5f * own}, stone, r.between(1.15f, 1.5f));
  }
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
