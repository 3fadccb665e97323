#include <algorithm>

#include "kernels/noise.hpp"
#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

void make_table_top(Builder& b) {
  Random& r = b.random;
  Scene& s = b.scene;
  daylight(b);
  s.around.fog_density = 0;
  s.around.reach = r.between(0.08f, 0.3f);
  s.around.clouds = 0;
  s.around.ambient = Vec3{1, 1, 1} * r.between(0.15f, 0.6f);
  if (r.chance(0.6f)) s.around.sun = {0, 0, 0};
  s.around.lamp_count = r.whole(1, 3);
  for (int i = 0; i < s.around.lamp_count; ++i) {
    s.around.lamps[i] = {{r.between(-1.5f, 1.5f), r.between(0.8f, 2.2f), r.between(-1.2f, 0.7f)},
                         mix(Vec3{1, 1, 1}, Vec3{1, 0.75f, 0.5f}, r.unit()) * r.between(0.3f, 1.5f)};
  }
  // The table's top lies at y = 0; behind it a wall, a board, or the rest of a room.
  const float back = r.between(0.25f, 1.3f), half = r.between(0.5f, 1.1f);
  b.next_object();
  const int top = r.chance(0.5f) ? b.floor_indoors() : b.cloth();
  const bool room_behind = r.chance(0.25f);
  b.box(Pose{}.at(0, -0.02f, room_behind ? 0 : 0.3f),
        {room_behind ? half : 3.0f, 0.02f, room_behind ? back : 0.3f + back + 1}, top);
  b.next_object();
  if (room_behind) {
    const float wall = back + r.between(0.8f, 4);
    b.patch(Pose{}.at(0, 0, wall), 5, 3, Outline::rectangle, b.paint());
    b.next_object();
    b.patch(Pose{}.at(0, -0.75f, 0).lying(), 8, 8, Outline::rectangle, b.floor_indoors());
    for (int i = r.whole(0, 3); i > 0; --i) {
      const Pose place = Pose{}.at(r.between(-2, 2), -0.75f, wall - 0.3f);
      r.chance(0.5f) ? shelf(b, place, r.between(0.6f, 1.4f), 2, 0.3f)
                     : cupboard(b, place, r.between(0.6f, 1.5f), r.between(0.8f, 2), 0.5f);
    }
  } else {
    b.patch(Pose{}.at(0, 0, back + 0.15f).yawed(0.15f * r.normal()).pitched(r.between(-0.3f, 0.05f)), 4, 4,
            Outline::rectangle, b.paint());
    for (int i = r.whole(0, 4); i > 0; --i) {  // Boards that lean on it
      b.next_object();
      const float h = r.between(0.2f, 0.8f), lean = r.between(0.1f, 0.6f), turn = 0.5f * r.normal();
      b.box(Pose{}
                .at(r.between(-0.8f, 0.8f), 0.5f * h * std::cos(lean), back * r.between(0.5f, 1) - 0.05f)
                .yawed(turn)
                .pitched(lean),
            {r.between(0.1f, 0.5f), 0.5f * h, 0.008f}, b.anything());
    }
  }
  // Slanted planes before it, as in pictures for stereo.
  for (int i = r.whole(0, 3); i > 0; --i) {
    b.next_object();
    const float h = r.between(0.15f, 0.6f);
    b.box(Pose{}
              .at(r.between(-0.6f, 0.6f), 0.4f * h, r.between(-0.2f, back))
              .yawed(0.8f * r.normal())
              .pitched(0.5f * r.normal())
              .rolled(0.15f * r.normal()),
          {r.between(0.1f, 0.4f), 0.5f * h, 0.006f}, b.anything());
  }
  const float size = r.between(0.12f, 0.35f);
  clutter(b, Pose{}.at(0, 0, 0.4f * back), 0.6f * half, 0.6f * back, r.whole(3, 16), size);
  if (r.chance(0.35f)) {  // A pile in rows, one kind beside the other
    const int made = b.anything(), columns = r.whole(2, 5);
    for (int i = 0; i < columns; ++i) {
      b.next_object();
      float y = 0;
      for (int k = r.whole(1, 4); k > 0; --k) {
        const float h = size * r.between(0.3f, 0.8f);
        b.block(Pose{}.at((float(i) - 0.5f * float(columns)) * size * 1.1f, y, back * 0.7f).yawed(0.2f * r.normal()),
                size * r.between(0.6f, 1), h, size * r.between(0.5f, 1), r.chance(0.5f) ? made : b.anything());
        y += h;
      }
    }
  }
  if (r.chance(0.25f))
    potted_plant(b, Pose{}.at(r.between(-0.5f, 0.5f), 0, back * r.between(0.3f, 0.9f)), r.between(0.25f, 0.7f));
  if (r.chance(0.2f)) {
    b.next_object();
    const std::uint32_t seed = r.seed();
    b.terrain(Pose{}.at(r.between(-0.3f, 0.3f), 0, 0.4f * back).yawed(r.between(0, pi)), {0.35f, 0.14f, 0.25f}, 24,
              b.cloth(), [&](float u, float v) {
                const float edge = std::min(1.0f, 5 * std::min(1 - std::fabs(u), 1 - std::fabs(v)));
                return edge * std::max(0.02f, octaves2(u * 2.2f + 9, v * 2.2f + 9, 3, seed) * 1.3f - 0.25f);
              });
  }
  const float distance = r.between(0.5f, 1.3f), up = r.chance(0.2f) ? r.between(0.9f, 1.4f) : r.between(0.06f, 0.8f);
  const Vec3 to{r.between(-0.15f, 0.15f), r.between(0, 0.22f), back * r.between(0.2f, 0.6f)};
  const float around = 0.35f * r.normal();
  s.view = look(b,
                {to.x + distance * std::sin(around), to.y + distance * std::sin(up),
                 to.z - distance * std::cos(around) * std::cos(up)},
                to, 25, 65);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
