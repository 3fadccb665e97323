#include "scenes/fine.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/scene_pixel.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

Image fine_parts(const Scene& scene, const Camera& camera, int width, int height) {
  Image fine(width, height, {Scalar::u8, 1});
  for (int y = 0; y < height; ++y) std::memset(fine.row<char>(y), 0, std::size_t(width));
  for (const Primitive& thing : scene.primitives) {
    if (thing.shape != Shape::frustum) continue;
    const Affine& m = thing.to_object;
    const Vec3 size = thing.size, half = m.y * (size.y * size.y);
    const Vec3 middle = m.x * (size.x * size.x * -m.shift.x) + half * -m.shift.y + m.z * (size.z * size.z * -m.shift.z);
    const auto seen = [&](Vec3 p) {
      const Vec3 d = p - camera.place;
      return Vec3{dot(d, camera.right), dot(d, camera.down), dot(d, camera.forward)};
    };
    Vec3 a = seen(middle - half), b = seen(middle + half);
    constexpr float least = 5 * near_limit;
    if (a.z < least && b.z < least) continue;
    if (a.z < least) a = mix(b, a, (b.z - least) / (b.z - a.z));
    if (b.z < least) b = mix(a, b, (a.z - least) / (a.z - b.z));
    const float radius = std::max(size.x, size.z) * std::max(1.0f, thing.a);
    const float wide = radius * camera.focal_px / std::min(a.z, b.z);
    if (radius * camera.focal_px / std::max(a.z, b.z) > 1.0f) continue;
    const auto place = [&](Vec3 p) {
      return Vec3{camera.center_x + camera.focal_px * p.x / p.z, camera.center_y + camera.focal_px * p.y / p.z, 0};
    };
    const Vec3 p = place(a), q = place(b);
    const float far = std::max(std::fabs(q.x - p.x), std::fabs(q.y - p.y));
    if (!(far < 1e5f)) continue;
    const int steps = 1 + static_cast<int>(far), reach = 1 + static_cast<int>(std::min(wide, 3.0f));
    for (int i = 0; i <= steps; ++i) {
      const Vec3 at = mix(p, q, float(i) / float(steps));
      const int x = floor_int(at.x), y = floor_int(at.y);
      if (x < -reach || y < -reach || x >= width + reach || y >= height + reach) continue;
      const int first = std::max(x - reach, 0), last = std::min(x + reach, width - 1);
      for (int r = std::max(y - reach, 0); r <= std::min(y + reach, height - 1) && first <= last; ++r) {
        std::memset(fine.row<char>(r) + first, 255, std::size_t(last - first + 1));
      }
    }
  }
  return fine;
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
