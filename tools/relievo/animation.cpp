#include "animation.hpp"

#include <algorithm>

namespace tool {
namespace {

// A still pair lasts one second; more frames of it would only take time to encode.
constexpr int still_frames = 10;

}  // namespace

int encoder_threads(int threads) { return std::min(threads, 64); }

bool fits(const relievo::LayeredScene& scene, int side) {
  return side == 0 || std::max(scene.width(), scene.height()) <= side;
}

relievo::LayeredScene fitted(const relievo::LayeredScene& scene, int side) {
  const double scale = static_cast<double>(side) / std::max(scene.width(), scene.height());
  const auto even = [scale](int length) { return std::max(2, static_cast<int>(length * scale / 2 + 0.5) * 2); };
  return scene.resized(even(scene.width()), even(scene.height()));
}

void write_animation(const std::vector<std::string>& paths, const relievo::ParallaxAnimator& animator,
                     const relievo::LayeredScene& scene, const relievo::io::VideoOptions& options,
                     const relievo::Progress& progress) {
  std::vector<relievo::io::VideoWriter> writers;
  for (const std::string& path : paths) writers.emplace_back(path, options);
  const auto add = [&](int, const relievo::ImageView& frame) {
    for (relievo::io::VideoWriter& writer : writers) writer.add(frame);
  };
  animator.render(scene, add, progress);
  for (relievo::io::VideoWriter& writer : writers) writer.finish();
}

void write_stereo_video(const std::string& path, const relievo::Image& packed, relievo::StereoLayout layout,
                        int threads) {
  relievo::io::VideoOptions options;
  options.fps = still_frames;
  options.threads = encoder_threads(threads);
  if (layout == relievo::StereoLayout::side_by_side || layout == relievo::StereoLayout::half_side_by_side) {
    options.packing = relievo::io::FramePacking::side_by_side;
  } else if (layout == relievo::StereoLayout::top_bottom) {
    options.packing = relievo::io::FramePacking::top_bottom;
  }
  relievo::io::VideoWriter writer(path, options);
  for (int i = 0; i < still_frames; ++i) writer.add(packed);
  writer.finish();
}

}  // namespace tool
