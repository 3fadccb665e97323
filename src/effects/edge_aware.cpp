#include "effects/edge_aware.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/views.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Above this size depth follows edges of a smaller copy: a pixel of it is finer than what depth was made from.
constexpr int edge_side = 1600;
constexpr float edge_epsilon = 4e-4f;  // (2 % of the range)^2

struct Range {
  float low = std::numeric_limits<float>::infinity(), high = -std::numeric_limits<float>::infinity();
};

Range range_of(const Image& values) {
  Range range;
  for (int y = 0; y < values.height(); ++y) {
    const float* row = values.row<float>(y);
    const auto [low, high] = std::minmax_element(row, row + values.width());
    range = {std::min(range.low, *low), std::max(range.high, *high)};
  }
  return range;
}

void clamp_to(const Range& range, Image& values) {
  for (int y = 0; y < values.height(); ++y) {
    float* row = values.row<float>(y);
    // What is not a number becomes the least.
    for (int x = 0; x < values.width(); ++x) row[x] = row[x] > range.low ? std::min(row[x], range.high) : range.low;
  }
}

}  // namespace

Image at_photo_size(Engine& engine, const ImageView& photo, Image disparity, bool edge_aware) {
  if (edge_aware && photo.width > 1 && photo.height > 1) {
    const Range range = range_of(disparity);
    const Image middle = small_rgb(engine, photo, edge_side);
    Image guide(middle.width(), middle.height(), {Scalar::f32, 3}, middle.color());
    engine.convert(middle, guide.mutable_view());
    const Image coarse = resized(engine, disparity, middle.width(), middle.height(), ResizeFilter::bilinear);
    Image sharp(middle.width(), middle.height(), f32_1);
    const int radius = std::max(2, static_cast<int>(std::lround(2.0 * middle.width() / disparity.width())));
    engine.guided_filter(guide, coarse, sharp.mutable_view(), radius, edge_epsilon);
    clamp_to(range, sharp);
    disparity = std::move(sharp);
  }
  if (disparity.width() == photo.width && disparity.height() == photo.height) return disparity;
  return resized(engine, disparity, photo.width, photo.height, ResizeFilter::bilinear);
}

}  // namespace v1
}  // namespace relievo
