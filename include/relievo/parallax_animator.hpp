// A moving camera over a still photo.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <relievo/camera.hpp>
#include <relievo/device.hpp>
#include <relievo/layered_scene.hpp>
#include <relievo/progress.hpp>
#include <relievo/stream.hpp>

namespace relievo {
inline namespace v1 {

/// How layers move.
enum class ParallaxMotion : unsigned char {
  depth = 0,   ///< Every pixel by its own disparity.
  layers = 1,  ///< Each layer as a whole: foreground one way, background the other.
};
template <>
struct EnumNames<ParallaxMotion> {
  static constexpr std::string_view names[] = {"depth", "layers"};
};

/// How an animation ends.
enum class ParallaxLoop : unsigned char {
  back_and_forth = 0,  ///< Along the path in the first half of the loop, back in the second.
  continuous = 1,      ///< Along the path once; circle and swing close, sway and zoom start over.
};
template <>
struct EnumNames<ParallaxLoop> {
  static constexpr std::string_view names[] = {"back-and-forth", "continuous"};
};

/// Options of ParallaxAnimator.
struct ParallaxOptions {
  /// How layers move. Unit: none. Range: depth or layers. Default: depth.
  ParallaxMotion motion = ParallaxMotion::depth;
  /// Path of the camera. Unit: none. Range: sway, circle, swing or zoom. Default: sway.
  CameraPath path = CameraPath::sway;
  /// How the animation ends. Unit: none. Range: back-and-forth or continuous. Default:
  /// back-and-forth.
  ParallaxLoop loop = ParallaxLoop::back_and_forth;
  /// Frames of the whole loop. Unit: frames. Range: 2 to 600. Default: 60.
  int frames = 60;
  /// Frames shown a second. Unit: fps. Range: 1 to 120. Default: 30.
  float fps = 30;
  /// Motion of a unit of disparity with `depth`, as part of the width: a point moves by at most
  /// amplitude * width * |disparity - convergence|. Unit: fraction. Range: 0 to 0.1. Default: 0.012.
  float amplitude = 0.012f;
  /// Most that the foreground moves with `layers`. Unit: px. Range: 0 to 200. Default: 10.
  float foreground_px = 10;
  /// Most that the background moves, the other way, with `layers`. Unit: px. Range: 0 to 200.
  /// Default: 3.
  float background_px = 3;
  /// Factor on all motion. Unit: times. Range: 0 to 10. Default: 1.
  float strength = 1;
  /// Enlargement at the end of the path; the start is 1. Unit: times. Range: 1 to 2. Default: 1.
  float zoom = 1;
  /// Disparity that stands still with `depth`. Unit: fraction. Range: 0 to 1. Default: 0.5.
  float convergence = 0.5f;

  /// System "spatial photo effect generator": 30 frames, foreground 10 px, background 3 px, smoothstep,
  /// strength 1.5, back and forth.
  static ParallaxOptions spatial_photo() {
    ParallaxOptions o;
    o.motion = ParallaxMotion::layers;
    o.frames = 30;
    o.fps = 15;
    o.strength = 1.5f;
    return o;
  }
};

template <class Visitor>
void visit_fields(ParallaxOptions& o, Visitor&& visit) {
  visit(Field{"motion", "how layers move", ""}, o.motion);
  visit(Field{"path", "path of the camera", ""}, o.path);
  visit(Field{"loop", "how the animation ends", ""}, o.loop);
  visit(Field{"frames", "frames of the whole loop", "frames", 2, 600}, o.frames);
  visit(Field{"fps", "frames shown a second", "fps", 1, 120}, o.fps);
  visit(Field{"amplitude", "motion of a unit of disparity as part of the width", "fraction", 0, 0.1}, o.amplitude);
  visit(Field{"foreground_px", "most that the foreground layer moves", "px", 0, 200}, o.foreground_px);
  visit(Field{"background_px", "most that the background layer moves", "px", 0, 200}, o.background_px);
  visit(Field{"strength", "factor on all motion", "times", 0, 10}, o.strength);
  visit(Field{"zoom", "enlargement at the end of the path", "times", 1, 2}, o.zoom);
  visit(Field{"convergence", "disparity that stands still", "fraction", 0, 1}, o.convergence);
}

/// Animates a scene.
///
/// Every frame is composited from the scene's layers, so what the subject uncovers is the filled
/// background. What is near moves against the camera, what is far with it. With `depth` the picture is
/// enlarged just enough that no frame shows a border, at most twice; with `layers` borders are repeated.
/// Output: frames of the scene's format without alpha. Deterministic. An object serves one thread at
/// a time.
class RELIEVO_API ParallaxAnimator final {
 public:
  /// Throws Error{invalid_argument} for an option out of range.
  explicit ParallaxAnimator(const Device& device, const ParallaxOptions& options = {})
      : ParallaxAnimator(device, &options, sizeof options) {}
  ParallaxAnimator(ParallaxAnimator&&) noexcept;
  ParallaxAnimator& operator=(ParallaxAnimator&&) noexcept;
  ~ParallaxAnimator();

  /// Number of frames of the whole loop.
  int frame_count() const noexcept;
  float fps() const noexcept;

  /// Receives frame `index` of the loop; the view is valid during the call.
  using FrameSink = std::function<void(int index, const ImageView& frame)>;
  /// Renders the loop into a sink, in order. Synchronous.
  void render(const LayeredScene& scene, const FrameSink& sink, const Progress& progress = {}) const;
  /// Renders the loop of each scene of a batch into its sink.
  void render(const std::vector<const LayeredScene*>& scenes, const std::vector<FrameSink>& sinks,
              const Progress& progress = {}) const;
  /// One frame at time t in 0..1 of the path.
  Image render_at(const LayeredScene& scene, float t) const;

  /// Prepares scratch memory for scenes of this size.
  void reserve(int width, int height);
  /// Bytes of scratch memory held.
  std::size_t scratch_bytes() const noexcept;
  /// Enqueues the frame at time t into `out` (the scene's size and format without alpha, in this
  /// device's memory). Allocates no pixels once `reserve` has seen the size.
  void render_into(const LayeredScene& scene, float t, const MutableImageView& out, const Stream& stream);

 private:
  ParallaxAnimator(const Device& device, const ParallaxOptions* options, std::size_t size);
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v1
}  // namespace relievo
