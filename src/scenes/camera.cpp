#include <cmath>

#include "scenes/builder.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

Camera camera_of(const Viewpoint& view, int width, int height) {
  const Pose pose = Pose{}.yawed(view.yaw).pitched(-view.pitch).rolled(-view.roll);
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
