#include "effects/depth_cues.hpp"

#include <algorithm>
#include <cmath>

#include "core/views.hpp"
#include "effects/segment.hpp"
#include "effects/working_copy.hpp"
#include "vision/cues.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Above this size depth follows edges of a smaller copy: a pixel of it is finer than any cue.
constexpr int edge_side = 1600;
constexpr float edge_epsilon = 4e-4f;  // (2 % of the range)^2

}  // namespace

Image depth_from_cues(const Device& device, const ImageView& photo, int resolution, bool edge_aware,
                      const Progress& progress) {
  progress.report(0, "depth");
  Engine& engine = device.engine();
  const Image small = to_host(small_rgb(device, photo, resolution), device);
  const std::vector<Face> faces =
      scaled(faces_of(device, photo), photo.width, photo.height, small.width(), small.height());
  progress.report(0.3, "depth");
  Image disparity = to_device(disparity_from_cues(small, faces), device);
  progress.report(0.7, "depth");
  if (edge_aware && photo.width > 1 && photo.height > 1) {
    const Image middle = small_rgb(device, photo, edge_side);
    Image guide = device.allocate(middle.width(), middle.height(), {Scalar::f32, 3}, middle.color());
    engine.convert(middle, guide.mutable_view());
    const Image coarse = resized(device, disparity, middle.width(), middle.height(), ResizeFilter::bilinear);
    disparity = device.allocate(middle.width(), middle.height(), f32_1);
    const int radius = std::max(2, static_cast<int>(std::lround(2.0 * middle.width() / small.width())));
    engine.guided_filter(guide, coarse, disparity.mutable_view(), radius, edge_epsilon);
    engine.stretch(disparity, 0, 1, disparity.mutable_view());
  }
  if (disparity.width() != photo.width || disparity.height() != photo.height) {
    disparity = resized(device, disparity, photo.width, photo.height, ResizeFilter::bilinear);
  }
  progress.report(1, "depth");
  return disparity;
}

}  // namespace v1
}  // namespace relievo
