// Animations of a scene in files.
#pragma once

#include <string>
#include <vector>

#include <relievo/io/video.hpp>
#include <relievo/relievo.hpp>

namespace tool {

/// The scene with its longer side at most `side` px (0 = as it is), sides even as video wants them
/// unless the scene is as small as that already.
relievo::LayeredScene fitted(const relievo::LayeredScene& scene, int side);
/// Whether `fitted` would change the size.
bool fits(const relievo::LayeredScene& scene, int side);

/// Renders the loop once into each of the files.
void write_animation(const std::vector<std::string>& paths, const relievo::ParallaxAnimator& animator,
                     const relievo::LayeredScene& scene, const relievo::io::VideoOptions& options,
                     const relievo::Progress& progress);

/// A still pair as one second of video, frame-packed as `layout` says.
void write_stereo_video(const std::string& path, const relievo::Image& packed, relievo::StereoLayout layout,
                        int threads);

/// Whether the name is that of a video or an animation.
bool is_video_name(const std::string& path);

}  // namespace tool
