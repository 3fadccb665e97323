#include "scenes/builder.hpp"

#include <algorithm>

#include "kernels/noise.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

Vec3 from_hsv(float hue, float saturation, float value) {
  const auto channel = [&](float offset) {
    float k = offset + hue * 6;
    k -= 6 * float(floor_int(k / 6));
    const float t = k < 4 - k ? k : 4 - k;
    const float ramp = t < 0 ? 0 : t < 1 ? t : 1;
    return value * (1 - saturation * ramp);
  };
  return {channel(5), channel(3), channel(1)};
}

}  // namespace

Primitive& Builder::add(Shape shape, const Pose& pose, Vec3 half, int material) {
  Primitive thing{};
  thing.to_object = {
      pose.x * (1 / half.x),
      pose.y * (1 / half.y),
      pose.z * (1 / half.z),
      {-dot(pose.x, pose.place) / half.x, -dot(pose.y, pose.place) / half.y, -dot(pose.z, pose.place) / half.z}};
  thing.size = half;
  thing.shape = shape;
  thing.material = material;
  thing.object = object_;
  thing.seed = random.seed();
  scene.primitives.push_back(thing);
  return scene.primitives.back();
}

Primitive& Builder::box(const Pose& middle, Vec3 half, int material, float round) {
  Primitive& thing = add(Shape::box, middle, half, material);
  thing.a = round;
  return thing;
}

Primitive& Builder::ball(const Pose& middle, Vec3 radii, int material, float holes) {
  Primitive& thing = add(Shape::sphere, middle, radii, material);
  thing.a = holes;
  return thing;
}

void Builder::crown(const Pose& middle, Vec3 radii, int material) {
  ball(middle, radii, material, random.between(0.45f, 0.65f));
  ball(middle, radii * random.between(0.75f, 0.88f), material, random.between(0.1f, 0.4f));
}

Primitive& Builder::column(const Pose& foot, float radius, float height, int material, float narrowing) {
  Primitive& thing = add(Shape::frustum, foot.at(0, 0.5f * height, 0), {radius, 0.5f * height, radius}, material);
  thing.a = narrowing;
  return thing;
}

Primitive& Builder::rod(Vec3 from, Vec3 to, float radius, float end_radius, int material) {
  const Vec3 way = to - from;
  const float half = 0.5f * length(way);
  Pose pose;
  pose.place = (from + to) * 0.5f;
  pose.y = way * (0.5f / half);
  const Vec3 aside = std::fabs(pose.y.x) < 0.8f ? Vec3{1, 0, 0} : Vec3{0, 0, 1};
  pose.z = normalized(cross(aside, pose.y));
  pose.x = cross(pose.y, pose.z);
  Primitive& thing = add(Shape::frustum, pose, {radius, half, radius}, material);
  thing.a = end_radius / radius;
  return thing;
}

Primitive& Builder::patch(const Pose& middle, float half_x, float half_y, Outline outline, int material, float a) {
  Primitive& thing = add(Shape::patch, middle, {half_x, half_y, 1}, material);
  thing.variant = static_cast<std::int32_t>(outline);
  thing.a = a;
  return thing;
}

void Builder::add_tops(const Primitive& thing) {
  const int across = thing.cells + 1;
  for (int z = 0; z < thing.cells; z += terrain_block) {
    for (int x = 0; x < thing.cells; x += terrain_block) {
      float top = 0;
      for (int j = z; j <= z + terrain_block; ++j) {
        for (int i = x; i <= x + terrain_block; ++i) {
          top = std::max(top, scene.heights[std::size_t(thing.heights + j * across + i)]);
        }
      }
      scene.heights.push_back(top);
    }
  }
}

int Builder::material(const Material& m) {
  scene.materials.push_back(m);
  scene.materials.back().seed = random.seed();
  if (scene.materials.back().stretch == 0) scene.materials.back().stretch = 1;
  if (scene.materials.back().scale == 0) scene.materials.back().scale = 1;
  return static_cast<int>(scene.materials.size()) - 1;
}

int Builder::plain(Vec3 color, float gloss) {
  Material m{};
  m.color = m.second = color;
  m.gloss = gloss;
  m.sharpness = random.between(10, 120);
  return material(m);
}

int Builder::textured(Texture texture, Vec3 color, Vec3 second, float scale, float contrast, float gloss) {
  Material m{};
  m.texture = texture;
  m.color = color;
  m.second = second;
  m.scale = scale;
  m.contrast = contrast;
  m.gloss = gloss;
  m.sharpness = random.between(10, 120);
  return material(m);
}

int Builder::glowing(Vec3 color, float glow) {
  Material m{};
  m.color = m.second = color;
  m.glow = glow;
  return material(m);
}

int Builder::photo(float scale, float contrast) {
  if (scene.photos.count() == 0) return textured(Texture::poster, any_color(), any_color(), scale);
  Material m{};
  m.texture = Texture::photo;
  m.color = any_color();
  m.scale = scale;
  m.contrast = contrast;
  m.photo = random.whole(0, scene.photos.count() - 1);
  return material(m);
}

Vec3 Builder::muted() {
  return from_hsv(random.chance(0.6f) ? random.between(0.03f, 0.16f) : random.unit(), random.between(0, 0.4f),
                  0.03f + 0.75f * random.unit() * random.unit() + 0.1f * random.unit());
}
Vec3 Builder::vivid() { return from_hsv(random.unit(), random.between(0.45f, 0.95f), random.between(0.05f, 0.75f)); }
Vec3 Builder::wood_color() {
  return from_hsv(random.between(0.045f, 0.1f), random.between(0.4f, 0.8f), random.between(0.03f, 0.5f));
}
Vec3 Builder::leaf_color() {
  if (random.chance(0.12f)) return from_hsv(random.between(0.02f, 0.16f), 0.8f, random.between(0.15f, 0.5f));
  return from_hsv(random.between(0.18f, 0.36f), random.between(0.4f, 0.9f), random.between(0.04f, 0.3f));
}

int Builder::wood() {
  const Vec3 color = wood_color();
  const float gloss = random.chance(0.4f) ? random.between(0.03f, 0.3f) : 0;
  switch (random.whole(0, 3)) {
    case 0:
      return plain(color, gloss);
    case 1:
      return textured(Texture::planks, color, color * 0.4f, random.between(0.06f, 0.2f), 0.8f, gloss);
    default:
      return textured(Texture::wood, color, color * random.between(0.4f, 0.8f), random.between(0.08f, 0.3f), 1, gloss);
  }
}

int Builder::cloth() {
  const Vec3 color = any_color(), second = random.chance(0.5f) ? any_color() : color * 0.6f;
  switch (random.whole(0, 6)) {
    case 0:
      return plain(color);
    case 1:
      return textured(Texture::stripes, color, second, random.between(0.02f, 0.2f));
    case 2:
      return textured(Texture::checks, color, second, random.between(0.03f, 0.2f));
    case 3:
      return textured(Texture::dots, color, second, random.between(0.02f, 0.15f));
    case 4:
      return textured(Texture::noise, color, second, random.between(0.05f, 0.3f), random.between(0.2f, 1));
    case 5:
      return photo(random.between(0.3f, 1.5f), random.between(0.5f, 1));
    default:
      return textured(Texture::fabric, color, second, random.between(0.03f, 0.2f));
  }
}

int Builder::metal() {
  const float v = random.between(0.03f, 0.6f);
  return plain(mix(Vec3{v, v, v}, any_color(), random.chance(0.3f) ? 0.8f : 0.1f), random.between(0.2f, 1));
}

int Builder::paint() {
  const float v = random.between(0.25f, 0.85f);
  const Vec3 color = mix(Vec3{v, v, v}, any_color(), random.chance(0.4f) ? 0.8f : 0.2f);
  switch (random.whole(0, 9)) {
    case 0:
      return textured(Texture::stripes, color, color * random.between(0.6f, 0.95f), random.between(0.05f, 0.4f));
    case 1:
      return textured(Texture::dots, color, any_color(), random.between(0.1f, 0.4f), 0.6f);
    case 2:
      return textured(Texture::bricks, {0.35f, 0.15f, 0.1f}, {0.5f, 0.48f, 0.45f}, random.between(0.2f, 0.3f));
    case 3:
      return photo(random.between(0.8f, 4), random.between(0.3f, 0.9f));
    case 4:
      return textured(Texture::planks, color, color * 0.6f, random.between(0.1f, 0.2f));
    case 5:
    case 6:
      return textured(Texture::noise, color, color * random.between(0.75f, 0.95f), random.between(0.2f, 1.5f));
    default:
      return plain(color);
  }
}

int Builder::floor_indoors() {
  const Vec3 color = any_color();
  int made;
  switch (random.whole(0, 6)) {
    case 0:
      made = textured(Texture::checks, color, color * random.between(0.3f, 0.9f), random.between(0.4f, 1.2f));
      break;
    case 1:
      made = textured(Texture::noise, color, color * 0.6f, random.between(0.02f, 0.3f), 0.7f);
      break;
    case 2:
      made = textured(Texture::speckle, color, any_color(), random.between(0.03f, 0.1f), 0.7f);
      break;
    case 3:
      made = textured(Texture::bricks, color, color * 0.5f, random.between(0.3f, 1));
      break;
    case 4:
      made = plain(color);
      break;
    default: {
      const Vec3 tree = wood_color();
      made = textured(Texture::planks, tree, tree * 0.4f, random.between(0.08f, 0.2f));
    }
  }
  Material& m = scene.materials[std::size_t(made)];
  m.gloss = random.chance(0.4f) ? random.between(0, 0.3f) : 0;
  m.mirror = random.chance(0.25f) ? random.between(0.02f, 0.2f) : 0;
  return made;
}

int Builder::foliage() {
  const Vec3 color = leaf_color();
  return textured(Texture::leaves, color, color * random.between(0.25f, 0.6f), 1, 1, 0.02f);
}

int Builder::skin(Vec3 color) { return textured(Texture::noise, color, color * 0.9f, 0.15f, 1, 0.05f); }

int Builder::anything() {
  switch (random.whole(0, 9)) {
    case 0:
    case 1:
      return plain(any_color(), random.chance(0.5f) ? random.between(0, 0.6f) : 0);
    case 2:
      return wood();
    case 3:
      return cloth();
    case 4:
      return metal();
    case 5:
      return textured(Texture::speckle, any_color(), any_color(), random.between(0.01f, 0.06f));
    case 6:
      return textured(Texture::marble, any_color(), any_color(), random.between(0.05f, 0.3f));
    case 7:
      return textured(Texture::poster, any_color(), any_color(), random.between(0.05f, 0.25f));
    default:
      return photo(random.between(0.15f, 0.9f), random.between(0.6f, 1));
  }
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
