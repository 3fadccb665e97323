#include "effects/sequence_state.hpp"

#include <cmath>
#include <cstdlib>
#include <utility>

#include "core/views.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int thumbnail_px = 32;
// Mean difference of two thumbnails, of 255, from which on frames belong to different shots.
constexpr double cut_difference = 28;

double difference(const ImageView& a, const ImageView& b) {
  std::int64_t sum = 0;
  for (int y = 0; y < a.height; ++y) {
    for (int x = 0; x < a.width; ++x) sum += std::abs(a.row<std::uint8_t>(y)[x] - b.row<std::uint8_t>(y)[x]);
  }
  return static_cast<double>(sum) / (a.width * a.height);
}

Image thumbnail_of(const Device& device, const ImageView& frame) {
  const Image small =
      resized(device, small_rgb(device, frame, 4 * thumbnail_px), thumbnail_px, thumbnail_px, ResizeFilter::area);
  Image grey = device.allocate(thumbnail_px, thumbnail_px, u8_1, small.color());
  device.engine().convert(small, grey.mutable_view());
  return to_host(std::move(grey), device);
}

}  // namespace

Image smooth_over_time(Sequence::State& state, const Device& device, const ImageView& frame, Image disparity) {
  Image thumbnail = thumbnail_of(device, frame);
  const bool same_shot = state.frames > 0 && state.depth.width() == disparity.width() &&
                         state.depth.height() == disparity.height() &&
                         difference(thumbnail, state.thumbnail) < cut_difference;
  state.was_cut = state.frames > 0 && !same_shot;
  if (same_shot) {
    for (int y = 0; y < disparity.height(); ++y) {
      float* now = disparity.row<float>(y);
      const float* past = std::as_const(state.depth).row<float>(y);
      for (int x = 0; x < disparity.width(); ++x) now[x] += state.smoothing * (past[x] - now[x]);
    }
    ++state.frames;
  } else {
    state.frames = 1;
  }
  state.thumbnail = std::move(thumbnail);
  state.depth = disparity.clone();
  return disparity;
}

}  // namespace v1
}  // namespace relievo
