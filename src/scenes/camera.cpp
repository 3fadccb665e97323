#include <cmath>

#include "scenes/builder.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

namespace {

Pose pose_of(const Viewpoint& view) { return Pose{view.place}.yawed(view.yaw).pitched(-view.pitch).rolled(-view.roll); }

}  // namespace

Viewpoint moved(const Viewpoint& view, Vec3 by) {
  Viewpoint there = view;
  there.place = pose_of(view).point(by.x, by.y, by.z);
  return there;
}

Camera camera_of(const Viewpoint& view, int width, int height) {
  const Pose pose = pose_of(view);
  return {view.place,
          pose.x,
          -pose.y,
          pose.z,
          0.5f * float(width) / std::tan(0.5f * view.fov),
          0.5f * float(width),
          0.5f * float(height)};
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
