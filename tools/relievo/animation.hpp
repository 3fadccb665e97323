// Animations of a scene in files.
#pragma once

#include <string>
#include <vector>

#include <relievo/io/video.hpp>
#include <relievo/relievo.hpp>

namespace tool {

/// As many of the command's threads as VideoOptions takes.
int encoder_threads(int threads);

/// Whether the scene's longer side is at most `side` px; 0 = any.
bool fits(const relievo::LayeredScene& scene, int side);
/// The scene with a longer side of `side` px, its sides even as video wants them.
relievo::LayeredScene fitted(const relievo::LayeredScene& scene, int side);

/// Renders the loop once into each of the files.
void write_animation(const std::vector<std::string>& paths, const relievo::ParallaxAnimator& animator,
                     const relievo::LayeredScene& scene, const relievo::io::VideoOptions& options,
                     const relievo::Progress& progress);

/// A still pair as one second of video, frame-packed as `layout` says.
void write_stereo_video(const std::string& path, const relievo::Image& packed, relievo::StereoLayout layout,
                        int threads);

}  // namespace tool
