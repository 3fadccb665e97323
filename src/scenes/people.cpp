#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

Vec3 skin_color(Random& r) {
  const float dark = r.unit() * r.unit();
  return mix({0.62f, 0.38f, 0.28f}, {0.09f, 0.045f, 0.03f}, dark) * r.between(0.85f, 1.1f);
}
Vec3 hair_color(Random& r) {
  switch (r.whole(0, 4)) {
    case 0:
      return {0.3f, 0.19f, 0.08f};
    case 1:
      return {0.35f, 0.34f, 0.33f};
    case 2:
      return {0.2f, 0.06f, 0.02f};
    default:
      return Vec3{0.05f, 0.03f, 0.02f} * r.between(0.2f, 1.5f);
  }
}

// A head around `middle`, which looks along -z.
void head(Builder& b, const Pose& middle, int skin, bool close) {
  Random& r = b.random;
  const Vec3 hair = hair_color(r);
  const float w = 0.075f, h = 0.115f, d = 0.095f;
  const Vec3 skin_of = b.scene.materials[std::size_t(skin)].color;
  const int face = b.textured(Texture::face, skin_of, hair, 1);
  // Its own z points forward, where the face's texture is.
  const Pose front{middle.place, middle.x, middle.y, -middle.z};
  b.ball(front, {w, h, d}, face);
  b.ball(front.at(0, -0.055f, 0.025f), {0.055f, 0.055f, 0.06f}, skin);
  b.rod(front.point(0, 0.015f, d * 0.95f), front.point(0, -0.025f, d + 0.017f), 0.008f, 0.016f, skin);
  b.ball(front.at(0, -0.026f, d + 0.008f), {0.017f, 0.012f, 0.014f}, skin);
  for (int side = -1; side <= 1; side += 2)
    b.ball(front.at(float(side) * (w + 0.004f), -0.005f, -0.01f), {0.01f, 0.03f, 0.02f}, skin);
  const int style = r.whole(0, 5);
  if (style == 0 && r.chance(0.5f)) return;  // bald
  const int fur = b.textured(Texture::noise, hair, hair * 0.3f, 0.02f, 1, 0.15f);
  b.scene.materials[std::size_t(fur)].stretch = 6;
  if (r.chance(0.15f)) {  // A hat
    const int felt = b.cloth();
    b.column(front.at(0, 0.06f, 0), w * 1.2f, 0.1f, felt, 0.8f);
    b.column(front.at(0, 0.055f, 0), r.between(0.1f, 0.19f), 0.012f, felt);
  }
  Primitive& cap = b.ball(front.at(0, 0.028f, -0.022f), {w * 1.16f, h * 0.98f, d * 1.05f}, fur, r.between(0.3f, 0.45f));
  cap.variant = 1;
  b.ball(front.at(0, 0.03f, -0.025f), {w * 1.1f, h * 0.93f, d * 1.0f}, fur);
  const bool is_long = style >= 3;
  const float down = r.between(0.12f, 0.4f);
  if (is_long) {
    Primitive& back =
        b.ball(front.at(0, -0.5f * down + 0.06f, -0.06f), {w * 1.35f, 0.5f * down + 0.05f, 0.055f}, fur, 0.35f);
    back.variant = 1;
    b.ball(front.at(0, -0.5f * down + 0.07f, -0.06f), {w * 1.2f, 0.5f * down + 0.03f, 0.045f}, fur);
    for (int side = -1; side <= 1; side += 2) {
      b.ball(front.at(float(side) * w * 1.08f, -0.4f * down + 0.05f, -0.01f), {0.022f, 0.4f * down + 0.04f, 0.05f},
             fur);
    }
  }
  if (style == 5) b.ball(front.at(0, 0.13f, -0.06f), {0.04f, 0.04f, 0.04f}, fur);
  if (!close) return;
  const int strand = b.plain(hair * 1.3f, 0.2f);
  for (int i = is_long ? r.whole(30, 70) : r.whole(10, 40); i > 0; --i) {
    const float around = r.between(-2.6f, 2.6f) + pi, tilt = r.between(0.1f, 1.2f);
    const Vec3 out{std::sin(around) * std::cos(tilt), std::sin(tilt), std::cos(around) * std::cos(tilt)};
    const Vec3 root = front.point(out.x * w * 1.05f, 0.028f + out.y * h * 0.93f, -0.02f + out.z * d);
    const float drop = is_long ? r.between(0.3f, 1.1f) * down : r.between(0.0f, 0.03f),
                spread = r.between(0.015f, 0.05f);
    const Vec3 knee = root + (front.x * out.x + front.y * (out.y * 0.6f) + front.z * out.z) * spread;
    b.rod(root, knee, 0.0012f, 0.001f, strand);
    if (is_long)
      b.rod(knee, knee + front.x * (out.x * spread * r.between(-0.5f, 1)) - front.y * drop, 0.001f, 0.0005f, strand);
  }
}

}  // namespace

void person(Builder& b, const Pose& foot, const PersonStyle& style) {
  b.next_object();
  Random& r = b.random;
  const float s = style.height / 1.7f;
  const int skin = b.skin(skin_color(r)), shirt = b.cloth(), trousers = r.chance(0.2f) ? shirt : b.cloth();
  const int shoes = b.plain(b.muted() * 0.5f, 0.2f), sleeve = r.chance(0.75f) ? shirt : skin;
  const float hip = style.seated ? 0.5f * s : 0.9f * s;
  const float girth = r.between(0.85f, 1.35f);
  const Pose bent = foot.at(0, hip, 0)
                        .pitched(style.seated ? r.between(-0.1f, 0.2f) : r.between(-0.04f, 0.1f))
                        .rolled(r.between(-0.06f, 0.06f));
  const auto at = [&](float x, float y, float z) { return bent.point(x * s, y * s, z * s); };
  // Trunk: hips, belly and chest, shoulders.
  b.ball(bent.at(0, 0.02f * s, 0), {0.165f * girth * s, 0.13f * s, 0.12f * girth * s}, trousers);
  Primitive& trunk =
      b.add(Shape::frustum, bent.at(0, 0.25f * s, 0), {0.145f * girth * s, 0.24f * s, 0.1f * girth * s}, shirt);
  trunk.a = r.between(1.05f, 1.25f);
  b.ball(bent.at(0, 0.46f * s, 0), {0.19f * girth * s, 0.075f * s, 0.105f * girth * s}, shirt);
  if (r.chance(0.4f)) b.ball(bent.at(0, 0.36f * s, -0.06f * s), {0.13f * s, 0.09f * s, 0.075f * s}, shirt);
  // Neck and head.
  b.rod(at(0, 0.46f, 0.005f), at(0, 0.58f, -0.01f), 0.055f * s, 0.05f * s, skin);
  const Pose face =
      bent.at(0, 0.675f * s, -0.02f * s).yawed(0.5f * r.normal()).pitched(0.12f * r.normal()).rolled(0.1f * r.normal());
  head(b, face, skin, style.close);
  // Limbs.
  const int gesture = r.whole(0, 4);
  for (int side = -1; side <= 1; side += 2) {
    const float k = float(side);
    const Vec3 shoulder = at(0.185f * girth * k, 0.45f, 0);
    Vec3 elbow = at((0.2f * girth + 0.06f) * k, 0.17f, r.between(-0.08f, 0.06f));
    Vec3 hand = at((0.17f * girth + r.between(0, 0.15f)) * k, -0.06f, r.between(-0.2f, 0));
    if (gesture == 1) hand = at(0.05f * k, 0.12f, -0.2f);
    if (gesture == 2 && side == 1) {
      elbow = at(0.4f, 0.35f, -0.05f);
      hand = at(0.45f, 0.62f, -0.1f);
    }
    if (gesture == 3) hand = at(-0.08f * k, 0.24f, -0.17f);
    if (style.seated && gesture == 0) hand = at(0.1f * k, 0.06f, -0.35f);
    b.ball({shoulder}, {0.058f * s, 0.058f * s, 0.058f * s}, shirt);
    b.rod(shoulder, elbow, 0.056f * s, 0.042f * s, shirt);
    b.ball({elbow}, {0.044f * s, 0.044f * s, 0.044f * s}, sleeve);
    b.rod(elbow, hand, 0.041f * s, 0.028f * s, sleeve);
    b.ball({hand}, {0.038f * s, 0.05f * s, 0.038f * s}, skin);
    const Vec3 joint = at(0.085f * k, 0, 0);
    Vec3 knee, ankle;
    if (style.seated) {
      const float spread = r.between(0.06f, 0.18f);
      knee = foot.point(spread * k * s, 0.5f * s, -0.42f * s);
      ankle = foot.point((spread + r.between(-0.05f, 0.05f)) * k * s, 0.06f * s, -0.42f * s + r.between(-0.15f, 0.1f));
    } else {
      const float step = r.between(-0.12f, 0.12f);
      knee = foot.point((0.1f + r.between(0, 0.03f)) * k * s, 0.48f * s, (0.6f * step - 0.03f) * s);
      ankle = foot.point((0.1f + r.between(0, 0.05f)) * k * s, 0.07f * s, step * s);
    }
    b.rod(joint, knee, 0.085f * girth * s, 0.055f * s, trousers);
    b.ball({knee}, {0.056f * s, 0.056f * s, 0.056f * s}, trousers);
    b.rod(knee, ankle, 0.054f * s, 0.038f * s, trousers);
    b.box(Pose{ankle, foot.x, foot.y, foot.z}.at(0, -0.025f * s, -0.06f * s), {0.042f * s, 0.042f * s, 0.12f * s},
          shoes, 1.4f);
  }
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
