#include <algorithm>

#include "kernels/scene_hit.hpp"
#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

// Takes away what stands between the camera and a little beyond `distance`: where people will be.
void clear_foreground(Scene& s, float distance) {
  const Vec3 ahead{std::sin(s.view.yaw), 0, std::cos(s.view.yaw)};
  std::vector<char> gone(std::size_t(s.objects), 0);
  for (const Primitive& thing : s.primitives) {
    const Affine& m = thing.to_object;
    const Vec3 z = thing.size;
    const Vec3 middle =
        m.x * (z.x * z.x * -m.shift.x) + m.y * (z.y * z.y * -m.shift.y) + m.z * (z.z * z.z * -m.shift.z);
    const Vec3 from = middle - s.view.place;
    const float along = dot(from, ahead), aside = length(Vec3{from.x, 0, from.z} - ahead * along);
    if (std::max({z.x, z.y, z.z}) < 1.6f && along < distance + 0.5f && aside < 0.9f)
      gone[std::size_t(thing.object)] = 1;
  }
  std::erase_if(s.primitives, [&](const Primitive& thing) { return gone[std::size_t(thing.object)] != 0; });
}

// The height of the ground outdoors at (x, z): of what is large and lies below the camera.
float ground_below(const Scene& s, float x, float z) {
  const SceneView view = s.host_view();
  float best = -FLT_MAX;
  for (const Primitive& thing : s.primitives) {
    if (thing.size.x < 8) continue;
    const Ray down{{x, s.view.place.y + 0.2f, z}, {0, -1, 0}};
    const float t = hit(view, thing, down, 0, no_hit);
    if (t != no_hit) best = std::max(best, down.origin.y - t);
  }
  return best == -FLT_MAX ? 0 : best;
}

// A wall, a cloth, or nothing but blur behind.
void backdrop(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  daylight(b);
  s.around.fog_density = 0;
  s.around.reach = 0.4f;
  s.around.lamp_count = r.whole(1, 3);
  for (int i = 0; i < s.around.lamp_count; ++i) {
    s.around.lamps[i] = {{r.between(-3, 3), r.between(1.2f, 3), r.between(-1.5f, 1)},
                         mix(Vec3{1, 1, 1}, Vec3{1, 0.75f, 0.5f}, r.unit()) * r.between(1, 5)};
  }
  s.around.ambient = Vec3{1, 1, 1} * r.between(0.1f, 0.5f);
  if (r.chance(0.6f)) s.around.sun = {0, 0, 0};
  b.next_object();
  b.patch(Pose{}.lying(), 12, 12, Outline::rectangle, b.floor_indoors());
  b.next_object();
  const float wall = r.between(1.8f, 6);
  b.patch(Pose{}.at(0, 0, wall).yawed(0.3f * r.normal()), 12, 6, Outline::rectangle, b.paint());
  for (int i = r.whole(0, 3); i > 0; --i)
    picture(b, Pose{}.at(r.between(-2, 2), r.between(1.2f, 2), wall - 0.05f), r.between(0.3f, 1),
            r.between(0.3f, 0.8f));
  s.view = look(b, {0, r.between(1.1f, 1.7f), 0}, {0, 1.4f, 3}, 30, 60);
}

}  // namespace

void make_portrait(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  switch (r.whole(0, 7)) {
    case 0:
    case 1:
    case 2:
      make_room(b);
      break;
    case 3:
      make_street(b);
      break;
    case 4:
      make_landscape(b);
      break;
    case 5:
      make_plants(b);
      break;
    default:
      backdrop(b);
  }
  const bool indoors = s.around.lamp_count > 0;
  s.view.fov = r.between(28, 62) * pi / 180;
  s.view.roll = 0.04f * r.normal();
  // How much of the picture a person fills decides the distance: of the whole body, its upper half, or the head.
  const float fill = r.between(0.4f, 1.05f), part = r.any({1.75f, 1.75f, 0.95f, 0.95f, 0.65f, 0.5f});
  const float tall = 0.75f * 2 * std::tan(0.5f * s.view.fov);  // of a 4:3 picture at distance 1
  float distance = std::clamp(part / (fill * tall), 0.55f, indoors ? 3.2f : 7.0f);
  const bool seated = r.chance(0.25f);
  const float tallness = r.between(1.5f, 1.9f);
  const Pose start = Pose{s.view.place}.yawed(s.view.yaw);
  const auto floor_at = [&](Vec3 p) { return indoors ? 0 : ground_below(s, p.x, p.z); };
  const float floor = floor_at(start.point(0, 0, distance));
  const float head = floor + (seated ? 0.45f + 0.47f * tallness : 0.94f * tallness);
  // The middle of what shall be seen.
  const float aim = part > 1.2f ? floor + 0.55f * (head - floor) : head - 0.35f * part;
  s.view.place.y = std::max({floor + 0.4f, floor_at(s.view.place) + 0.4f, aim + distance * r.between(-0.25f, 0.35f)});
  s.view.pitch = std::atan2(aim - s.view.place.y, distance);
  clear_foreground(s, distance);
  const float yaw = s.view.yaw;
  const Pose at = Pose{s.view.place}.yawed(yaw);
  s.subject = s.objects;
  const int people = r.any({1, 1, 1, 2, 2, 3});
  for (int i = 0; i < people; ++i) {
    const float aside =
        (float(i) - 0.5f * float(people - 1)) * r.between(0.5f, 0.75f) + r.between(-0.15f, 0.15f) * distance;
    Pose foot = at.at(aside, 0, distance + (i > 0 ? r.between(-0.1f, 0.7f) : 0));
    foot.place.y = i == 0 ? floor : floor_at(foot.place);
    foot = foot.yawed(0.45f * r.normal());
    if (seated) {
      r.chance(0.6f) ? chair(b, foot.at(0, 0, 0.05f)) : table(b, foot, 0.6f, 0.5f, 0.44f);
    }
    person(b, foot, {i == 0 ? tallness : r.between(1.5f, 1.9f), seated, distance < 2.2f});
  }
  if (s.view.place.y > floor + 1 && r.chance(0.3f)) {  // A table before them
    Pose foot = at.at(0, 0, 0.62f * distance);
    foot.place.y = floor;
    table(b, foot, 1.4f, 0.5f, 0.74f);
    clutter(b, foot.at(0, 0.74f, 0), 0.6f, 0.2f, r.whole(1, 5), 0.2f);
  }
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
