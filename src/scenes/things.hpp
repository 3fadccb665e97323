// Furniture, small things, people and plants, each an object or several, upon the floor at a pose's place. They face
// the pose's -z, so that those along a far wall face the camera.
#pragma once

#include "scenes/builder.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

void table(Builder& b, const Pose& foot, float width, float depth, float height);
void chair(Builder& b, const Pose& foot);
void sofa(Builder& b, const Pose& foot, float width);
void bed(Builder& b, const Pose& foot);
void shelf(Builder& b, const Pose& foot, float width, float height, float depth);
void cupboard(Builder& b, const Pose& foot, float width, float height, float depth);
void standing_lamp(Builder& b, const Pose& foot);
void picture(Builder& b, const Pose& middle, float width, float height);
void curtain(Builder& b, const Pose& top, float width, float height);
void bicycle(Builder& b, const Pose& foot);
void car(Builder& b, const Pose& foot);
void fence(Builder& b, const Pose& foot, float width, float height);
void street_lamp(Builder& b, const Pose& foot);

/// Anything of about `size` metres: boxes, books, bottles, cups, balls, cones, bowls, dolls, screens. Returns its
/// height.
float small_thing(Builder& b, const Pose& foot, float size);
/// `count` of them within half_x, half_z, now and then one on top of another.
void clutter(Builder& b, const Pose& middle, float half_x, float half_z, int count, float size);

struct PersonStyle {
  float height = 1.7f;
  bool seated = false;  ///< the foot's place is that of the seat's middle on the floor; the seat is 0.45 m high
  bool close = false;   ///< with strands of hair and features that only show near by
};
void person(Builder& b, const Pose& foot, const PersonStyle& style);

void tree(Builder& b, const Pose& foot, float height);
void bush(Builder& b, const Pose& foot, float size);
void grass(Builder& b, const Pose& foot, float size, int blades);
void potted_plant(Builder& b, const Pose& foot, float height);
void flower(Builder& b, const Pose& foot, float height);
void rock(Builder& b, const Pose& foot, float size);

void make_room(Builder& b);
void make_street(Builder& b);
void make_landscape(Builder& b);
void make_table_top(Builder& b);
void make_portrait(Builder& b);
void make_plants(Builder& b);

/// Light of day on what is outdoors: sun, sky, clouds, haze.
void daylight(Builder& b);
/// Looks from `from` to `to`, with a little roll.
Viewpoint look(Builder& b, Vec3 from, Vec3 to, float fov_degrees_low, float fov_degrees_high);

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
