#include <relievo/bokeh_renderer.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "api/boundary.hpp"
#include "core/views.hpp"
#include "effects/people.hpp"
#include "effects/scene.hpp"
#include "effects/segment.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

Image visible_disparity(const LayeredScene::Impl& scene) {
  Image map = scene.device.allocate(scene.width, scene.height, f32_1);
  const std::vector<LayerView> views = scene.views();
  scene.device.engine().visible_disparity(views.data(), static_cast<int>(views.size()), map.mutable_view());
  return map;
}

// How much of the photo a matte covers, in 1/255 px.
std::int64_t size_of(const Image& matte) {
  std::int64_t sum = 0;
  for (int y = 0; y < matte.height(); ++y) {
    const auto* row = matte.row<std::uint8_t>(y);
    sum = std::accumulate(row, row + matte.width(), sum);
  }
  return sum;
}

}  // namespace

Focus Focus::on_range(float from, float to) {
  return at_boundary("focusing", [&] {
    require(from >= 0 && from <= 1 && to >= 0 && to <= 1, "The focus goes from ", from, " to ", to,
            "; allowed is 0 (farthest) to 1 (nearest).");
    return Focus{(from + to) / 2, std::fabs(to - from) / 2};
  });
}

Focus Focus::on_distance(const LayeredScene& scene, float metres) {
  return at_boundary("focusing", [&] {
    require(metres > 0 && std::isfinite(metres), "The focus distance is ", metres,
            " m; allowed is any number above 0.");
    const DepthScale& scale = scene.depth_scale();
    require(scale.kind == DepthKind::metres,
            "The focus cannot be at a distance: this scene's depth is not in metres; focus on a disparity, a point, a "
            "face or the subject instead.");
    if (scale.at_zero == scale.at_one) return on_subject();  // all is at one distance
    const double disparity = (1 / static_cast<double>(metres) - scale.at_zero) / (scale.at_one - scale.at_zero);
    return on_disparity(static_cast<float>(std::clamp(disparity, 0.0, 1.0)));
  });
}

Focus Focus::on_point(const LayeredScene& scene, int x, int y) {
  return at_boundary("focusing", [&] {
    require(x >= 0 && x < scene.width() && y >= 0 && y < scene.height(), "The focus point (", x, ", ", y,
            ") lies outside the scene of ", scene.width(), " x ", scene.height(), " pixels.");
    const Image map = visible_disparity(scene.impl());
    float found = 0;
    scene.impl().device.engine().copy(part_of(map.view(), x, y, 1, 1), {&found, 1, 1, sizeof found, f32_1, {}, {}});
    return on_disparity(found);
  });
}

Focus Focus::on_nearest_face(const LayeredScene& scene) {
  return at_boundary("focusing", [&] {
    const std::vector<Face> faces = faces_of(scene.impl().device, flattened(scene.impl()));
    if (faces.empty()) {
      fail(ErrorCode::not_found,
           "No face is found to focus on; focus on the subject (Focus::on_subject, the command's default), a point "
           "(Focus::on_point, --focus-point) or a disparity (Focus::on_disparity, --focus-disparity) instead.");
    }
    return on_point(scene, faces[0].x + faces[0].width / 2, faces[0].y + faces[0].height / 2);
  });
}

Focus Focus::on_largest_subject(const LayeredScene& scene) {
  return at_boundary("focusing", [&] {
    const LayeredScene::Impl& impl = scene.impl();
    const Image disparity = visible_disparity(impl);
    const std::vector<Image> subjects =
        segment_instances(impl.device, flattened(impl), disparity, SegmentOptions(), {});
    if (subjects.empty()) return on_subject();
    const auto largest = std::max_element(subjects.begin(), subjects.end(),
                                          [](const Image& a, const Image& b) { return size_of(a) < size_of(b); });
    return on_disparity(disparity_statistics(impl.device.engine(), disparity, copy_on(impl.device, *largest)).median);
  });
}

}  // namespace v1
}  // namespace relievo
