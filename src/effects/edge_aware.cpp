#include "effects/edge_aware.hpp"

#include <algorithm>
#include <cmath>

#include <relievo/trace.hpp>

#include "core/views.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Above this size, and that of the depth given, depth follows edges of a smaller copy.
constexpr int edge_side = 1280;
constexpr float edge_epsilon = 4e-4f;  // (2 % of the range)^2

}  // namespace

Image at_photo_size(const Device& device, const ImageView& photo, Image disparity, bool edge_aware) {
  const TraceSpan span("bringing depth to the photo's size");
  if (edge_aware && photo.width > 1 && photo.height > 1) {
    Engine& engine = device.engine();
    const Image middle = small_rgb(device, photo, std::max({edge_side, disparity.width(), disparity.height()}));
    Image guide = device.allocate(middle.width(), middle.height(), {Scalar::f32, 3}, middle.color());
    engine.convert(middle, guide.mutable_view());
    const int radius = std::max(2, static_cast<int>(std::lround(2.0 * middle.width() / disparity.width())));
    const Image coarse = resized(device, disparity, middle.width(), middle.height(), ResizeFilter::bilinear);
    disparity = device.allocate(middle.width(), middle.height(), f32_1);
    engine.guided_filter(guide, coarse, disparity.mutable_view(), radius, edge_epsilon);
    engine.stretch(disparity, 0, 1, disparity.mutable_view());
  }
  if (disparity.width() == photo.width && disparity.height() == photo.height) return disparity;
  return resized(device, disparity, photo.width, photo.height, ResizeFilter::bilinear);
}

}  // namespace v1
}  // namespace relievo
