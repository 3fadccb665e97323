#include <algorithm>
#include <cfloat>

#include "kernels/scene_pixel.hpp"
#include "scenes/things.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

// Whether nothing stands before the lens and enough is to be seen.
bool is_worth_seeing(const Scene& scene) {
  constexpr int columns = 8, rows = 6;
  const Camera camera = camera_of(scene.view, columns, rows);
  const SceneView view = scene.host_view();
  int near = 0, same = 0, before = -1, subject = 0;
  float low = FLT_MAX, high = 0;
  for (int i = 0; i < columns * rows; ++i) {
    const Hit found =
        nearest(view, ray_through(camera, float(i % columns) + 0.5f, float(i / columns) + 0.5f), near_limit, {});
    const int object = object_of(view, found);
    same += object == before ? 1 : 0;
    before = object;
    subject += object >= scene.subject ? 1 : 0;
    near += found.t < (scene.kind == SceneKind::table_top || scene.kind == SceneKind::plants ? 0.15f : 0.35f) ? 1 : 0;
    low = std::min(low, found.t);
    high = std::max(high, found.t);
  }
  return near <= 2 && (scene.subject < 0 || subject >= 5) && same < columns * rows - 6 && high > 1.25f * low;
}

}  // namespace

Scene make_scene(SceneKind kind, std::uint64_t seed, const Atlas& photos) {
  Random random(seed * 8 + static_cast<std::uint64_t>(kind));
  for (int attempt = 0;; ++attempt) {
    Scene scene;
    scene.kind = kind;
    scene.photos = photos;
    Builder b(scene, random);
    switch (kind) {
      case SceneKind::room:
        make_room(b);
        break;
      case SceneKind::street:
        make_street(b);
        break;
      case SceneKind::landscape:
        make_landscape(b);
        break;
      case SceneKind::table_top:
        make_table_top(b);
        break;
      case SceneKind::portrait:
        make_portrait(b);
        break;
      case SceneKind::plants:
        make_plants(b);
        break;
    }
    scene.index();
    if (attempt == 4 || is_worth_seeing(scene)) return scene;
  }
}

SceneKind any_kind(std::uint64_t seed) {
  Random random(seed ^ 0x6b696e64u);
  return static_cast<SceneKind>(random.whole(0, scene_kinds - 1));
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
