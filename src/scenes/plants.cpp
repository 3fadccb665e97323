#include <algorithm>

#include "kernels/noise.hpp"
#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

int bark(Builder& b) {
  const float v = b.random.between(0.04f, 0.3f);
  const Vec3 color = mix(Vec3{v, v, v}, Vec3{v, 0.7f * v, 0.45f * v}, b.random.unit());
  const int made = b.textured(Texture::noise, color, color * 0.35f, b.random.between(0.03f, 0.12f));
  b.scene.materials[std::size_t(made)].stretch = 4;
  return made;
}

// A leaf that starts at `from` and points along `way`.
void leaf(Builder& b, Vec3 from, Vec3 way, float size, float width, int material) {
  const Vec3 aside{b.random.normal(), b.random.normal(), b.random.normal()};
  Pose pose;
  pose.y = normalized(way);
  pose.z = normalized(cross(pose.y, aside));
  pose.x = cross(pose.y, pose.z);
  pose.place = from + pose.y * (0.5f * size);
  b.patch(pose, width * size, 0.5f * size, Outline::leaf, material);
}

}  // namespace

void tree(Builder& b, const Pose& foot, float height) {
  b.next_object();
  Random& r = b.random;
  const int wood = bark(b), leaves = b.foliage();
  const float thick = height * r.between(0.015f, 0.035f);
  const bool bare = r.chance(0.12f);
  if (!bare && r.chance(0.25f)) {  // A conifer: cones above each other
    b.rod(foot.point(0, 0, 0), foot.point(0, 0.9f * height, 0), thick, 0.2f * thick, wood);
    const int tiers = r.whole(3, 6);
    for (int i = 0; i < tiers; ++i) {
      const float low = height * (0.12f + 0.75f * float(i) / float(tiers)),
                  wide = height * 0.24f * (1.05f - float(i) / float(tiers));
      Primitive& cone = b.column(foot.at(0, low, 0), wide, std::min(height - low, 0.4f * height), leaves, 0.08f);
      static_cast<void>(cone);
      b.ball(foot.at(0, low + 0.06f * height, 0), {wide * 1.05f, 0.1f * height, wide * 1.05f}, leaves, 0.55f);
    }
    return;
  }
  const float fork = height * r.between(0.25f, 0.5f);
  const Vec3 top = foot.point(r.between(-0.05f, 0.05f) * height, fork, r.between(-0.05f, 0.05f) * height);
  b.rod(foot.point(0, 0, 0), top, thick, 0.7f * thick, wood);
  const int branches = r.whole(3, bare ? 9 : 6);
  for (int i = 0; i < branches; ++i) {
    const float around = 2 * pi * (float(i) + r.between(-0.3f, 0.3f)) / float(branches),
                out = height * r.between(0.12f, 0.3f);
    const Vec3 end = top + foot.x * (out * std::cos(around)) + foot.z * (out * std::sin(around)) +
                     foot.y * (height * r.between(0.15f, 0.5f));
    b.rod(top, end, 0.45f * thick, 0.15f * thick, wood);
    if (bare) {
      for (int k = 0; k < 4; ++k) {
        const Vec3 from = mix(top, end, r.between(0.3f, 1));
        b.rod(from, from + Vec3{r.normal(), std::fabs(r.normal()) + 0.3f, r.normal()} * (0.06f * height), 0.12f * thick,
              0.04f * thick, wood);
      }
      continue;
    }
    const float crown = height * r.between(0.12f, 0.24f);
    b.crown({end}, {crown * r.between(0.9f, 1.3f), crown * r.between(0.7f, 1), crown}, leaves);
  }
  if (!bare) b.crown({top + foot.y * (0.3f * height)}, {0.22f * height, 0.22f * height, 0.22f * height}, leaves);
}

void bush(Builder& b, const Pose& foot, float size) {
  b.next_object();
  Random& r = b.random;
  const int leaves = b.foliage();
  for (int i = r.whole(2, 5); i > 0; --i) {
    const float own = size * r.between(0.25f, 0.5f);
    b.crown(foot.at(r.between(-0.4f, 0.4f) * size, own * 0.7f, r.between(-0.4f, 0.4f) * size),
            {own, own * r.between(0.7f, 1.1f), own}, leaves);
  }
}

void grass(Builder& b, const Pose& foot, float size, int blades) {
  b.next_object();
  Random& r = b.random;
  const int green = b.foliage();
  if (r.chance(0.3f)) {
    for (int i = 0; i < 3; ++i) {
      b.patch(foot.at(0, 0.5f * size, r.between(-0.3f, 0.3f) * size).yawed(r.between(-1, 1)), size, 0.5f * size,
              Outline::blades, green, r.between(8, 22));
    }
    return;
  }
  for (int i = 0; i < blades; ++i) {
    const Vec3 root = foot.point(r.between(-0.5f, 0.5f) * size, 0, r.between(-0.5f, 0.5f) * size);
    const float tall = size * r.between(0.4f, 1.2f);
    const Vec3 knee =
        root + foot.y * (0.6f * tall) + foot.x * (0.1f * tall * r.normal()) + foot.z * (0.1f * tall * r.normal());
    b.rod(root, knee, 0.008f * size, 0.007f * size, green);
    b.rod(knee,
          knee + foot.y * (0.3f * tall) + foot.x * (0.2f * tall * r.normal()) + foot.z * (0.2f * tall * r.normal()),
          0.007f * size, 0.001f * size, green);
  }
}

void potted_plant(Builder& b, const Pose& foot, float height) {
  b.next_object();
  Random& r = b.random;
  const float pot = height * r.between(0.12f, 0.2f), rim = 2 * pot;
  Primitive& clay = b.column(foot, 0.75f * pot, rim, b.anything(), 1.33f);
  clay.variant = 1;
  b.column(foot.at(0, 0.8f * rim, 0), 0.9f * pot, 0.02f * height, b.plain({0.05f, 0.03f, 0.02f}));
  b.next_object();
  const int green = b.foliage();
  if (r.chance(0.3f)) {
    for (int i = r.whole(2, 4); i > 0; --i) {
      const float own = height * r.between(0.18f, 0.3f);
      b.ball(foot.at(r.between(-0.1f, 0.1f) * height, height - own * r.between(0.8f, 1.2f),
                     r.between(-0.1f, 0.1f) * height),
             {own, own, own}, green, 0.6f);
    }
    b.rod(foot.point(0, rim, 0), foot.point(0, 0.7f * height, 0), 0.02f * height, 0.015f * height, bark(b));
    return;
  }
  const float width = r.between(0.08f, 0.3f);
  for (int i = r.whole(8, 26); i > 0; --i) {
    const float around = r.between(-pi, pi), lean = r.between(0.1f, 1.0f), up = (height - rim) * r.between(0.4f, 1);
    const Vec3 out = foot.x * std::cos(around) + foot.z * std::sin(around);
    const Vec3 root = foot.point(0, 0.85f * rim, 0), end = root + foot.y * (up * 0.7f) + out * (lean * 0.4f * up);
    b.rod(root, end, 0.008f * height, 0.004f * height, green);
    leaf(b, end, foot.y * (0.8f - lean) + out, height * r.between(0.2f, 0.4f), width, green);
  }
}

void flower(Builder& b, const Pose& foot, float height) {
  b.next_object();
  Random& r = b.random;
  const int green = b.foliage(), petals = b.plain(b.vivid(), 0.05f),
            heart = b.plain(r.chance(0.5f) ? Vec3{0.6f, 0.4f, 0.03f} : Vec3{0.06f, 0.03f, 0.02f});
  for (int i = r.whole(1, 5); i > 0; --i) {
    const Vec3 root = foot.point(0.03f * height * r.normal(), 0, 0.03f * height * r.normal());
    const Vec3 top = root + foot.y * (height * r.between(0.6f, 1)) + foot.x * (0.12f * height * r.normal()) +
                     foot.z * (0.12f * height * r.normal());
    b.rod(root, top, 0.012f * height, 0.009f * height, green);
    for (int k = r.whole(1, 3); k > 0; --k)
      leaf(b, mix(root, top, r.between(0.2f, 0.7f)), Vec3{r.normal(), 0.7f, r.normal()}, 0.35f * height, 0.2f, green);
    const float size = height * r.between(0.08f, 0.2f);
    const Vec3 facing =
        normalized(foot.y * r.between(0.1f, 1) + foot.x * (0.5f * r.normal()) - foot.z * r.between(0, 1));
    Vec3 aside = normalized(cross(facing, Vec3{0.31f, 0.2f, 0.93f}));
    const Vec3 other = cross(facing, aside);
    const int count = r.whole(5, 12);
    if (r.chance(0.3f)) {  // Closed, as tulips are
      b.ball({top}, {0.5f * size, 0.7f * size, 0.5f * size}, petals);
      continue;
    }
    for (int k = 0; k < count; ++k) {
      const float angle = 2 * pi * float(k) / float(count);
      const Vec3 out = aside * std::cos(angle) + other * std::sin(angle);
      Pose pose;
      pose.y = normalized(out + facing * 0.25f);
      pose.x = normalized(cross(pose.y, facing));
      pose.z = cross(pose.x, pose.y);
      pose.place = top + pose.y * (0.5f * size);
      b.patch(pose, 0.26f * size, 0.5f * size, Outline::leaf, petals);
    }
    b.ball({top}, {0.2f * size, 0.2f * size, 0.2f * size}, heart);
  }
}

void make_plants(Builder& b) {
  Random& r = b.random;
  daylight(b);
  b.next_object();
  const int ground = b.textured(Texture::noise, mix(b.leaf_color(), Vec3{0.15f, 0.1f, 0.06f}, r.unit()),
                                Vec3{0.06f, 0.04f, 0.02f}, r.between(0.05f, 0.5f));
  const std::uint32_t seed = r.seed();
  const float wavy = r.between(0.01f, 0.25f);
  b.terrain(Pose{}.at(0, -wavy, 10), {14, 2 * wavy, 14}, 48, ground,
            [&](float u, float v) { return 0.2f + 0.6f * octaves2(u * 6 + 30, v * 6 + 30, 3, seed); });
  b.next_object();
  b.patch(Pose{}.at(0, -2 * wavy, 0).lying(), 400, 400, Outline::rectangle, ground);
  // From close (flowers, leaves) to a garden.
  const bool close = r.chance(0.5f);
  const float height = close ? r.between(0.15f, 0.7f) : r.between(0.6f, 1.8f);
  const float scale = close ? r.between(0.4f, 1) : r.between(1, 3);
  for (int i = close ? r.whole(3, 9) : r.whole(2, 6); i > 0; --i) {
    const float z = scale * r.between(0.7f, 3), x = z * r.between(-0.5f, 0.5f);
    const Pose foot = Pose{}.at(x, 0, z).yawed(r.between(-pi, pi));
    switch (r.whole(0, 4)) {
      case 0:
        flower(b, foot, scale * r.between(0.3f, 0.7f));
        break;
      case 1:
        grass(b, foot, scale * r.between(0.2f, 0.6f), r.whole(12, 36));
        break;
      case 2:
        potted_plant(b, foot, scale * r.between(0.4f, 0.9f));
        break;
      case 3:
        bush(b, foot, scale * r.between(0.3f, 0.8f));
        break;
      default:
        flower(b, foot, scale * r.between(0.3f, 0.6f));
        rock(b, foot.at(0.2f, 0, 0.3f), scale * r.between(0.1f, 0.3f));
    }
  }
  for (int i = r.whole(1, 7); i > 0; --i) {
    const float z = r.between(3, 14);
    const Pose foot = Pose{}.at(z * r.between(-0.7f, 0.7f), 0, z);
    if (r.chance(0.6f)) {
      tree(b, foot, r.between(2, 8));
    } else {
      bush(b, foot, r.between(0.6f, 2));
    }
  }
  if (r.chance(0.35f)) {  // A trunk near by
    b.next_object();
    const float z = r.between(0.6f, 3), x = z * r.between(-0.4f, 0.4f);
    b.rod({x, -0.2f, z}, {x + r.between(-0.3f, 0.3f), 4, z + r.between(-0.3f, 0.3f)}, r.between(0.08f, 0.3f), 0.08f,
          bark(b));
  }
  if (r.chance(0.3f)) fence(b, Pose{}.at(0, 0, r.between(3, 10)).yawed(0.3f * r.normal()), 16, r.between(0.8f, 1.5f));
  if (r.chance(0.25f)) {
    b.next_object();
    b.block(Pose{}.at(r.between(-4, 4), 0, r.between(6, 14)).yawed(0.4f * r.normal()), r.between(4, 12),
            r.between(2.5f, 5), 3, b.paint());
  }
  b.scene.view = look(b, {0, height, -0.2f},
                      {r.between(-0.15f, 0.15f) * scale, height * r.between(0.3f, 1.05f), 1.5f * scale}, 30, 75);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
