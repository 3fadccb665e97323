#include <relievo/parallax_animator.hpp>

#include <utility>
#include <vector>

#include "api/boundary.hpp"
#include "api/output.hpp"
#include "core/options.hpp"
#include "effects/parallax.hpp"

namespace relievo {
inline namespace v1 {

struct ParallaxAnimator::Impl {
  Impl(const Device& on, const ParallaxOptions& given) : device(on), options(given), scratch(on.engine()) {}

  void render(Engine& engine, const LayeredScene::Impl& scene, float t, const MutableImageView& out) const {
    const std::vector<LayerView> views = scene.views();
    const ParallaxFrame frame = parallax_frame(options, t, static_cast<int>(views.size()), scene.width, scene.height);
    engine.warp_layers(views.data(), frame.motions.data(), static_cast<int>(views.size()), frame.zoom, out);
  }

  Device device;
  ParallaxOptions options;
  Scratch scratch;
};

ParallaxAnimator::ParallaxAnimator(const Device& device, const ParallaxOptions* options, std::size_t size)
    : impl_(std::make_unique<Impl>(device, checked_options(options, size))) {}
ParallaxAnimator::ParallaxAnimator(ParallaxAnimator&&) noexcept = default;
ParallaxAnimator& ParallaxAnimator::operator=(ParallaxAnimator&&) noexcept = default;
ParallaxAnimator::~ParallaxAnimator() = default;

int ParallaxAnimator::frame_count() const noexcept { return impl_->options.frames; }
float ParallaxAnimator::fps() const noexcept { return impl_->options.fps; }

void ParallaxAnimator::render(const LayeredScene& scene, const FrameSink& sink, const Progress& progress) const {
  at_boundary("parallax", [&] {
    require(static_cast<bool>(sink), "The frame sink is empty.");
    check_scene_device(scene.impl(), impl_->device);
    const LayeredScene::Impl& from = scene.impl();
    const MutableImageView frame = impl_->scratch.image(0, from.width, from.height, color_format(from), from.color);
    for (int i = 0; i < frame_count(); ++i) {
      progress.report(static_cast<double>(i) / frame_count(), "frames");
      impl_->render(impl_->device.engine(), from, path_position(impl_->options, i), frame);
      if (frame.device.kind == DeviceKind::cpu) {
        sink(i, frame);
      } else {
        sink(i, impl_->device.download(frame));
      }
    }
    progress.report(1, "frames");
  });
}

void ParallaxAnimator::render(const std::vector<const LayeredScene*>& scenes, const std::vector<FrameSink>& sinks,
                              const Progress& progress) const {
  require(scenes.size() == sinks.size(), "There are ", scenes.size(), " scenes and ", sinks.size(),
          " frame sinks; each scene needs one.");
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    render(scene_of(scenes, i), sinks[i], batch_part(progress, i, scenes.size()));
  }
}

Image ParallaxAnimator::render_at(const LayeredScene& scene, float t) const {
  return at_boundary("parallax", [&] {
    require(t >= 0 && t <= 1, "t is ", t, "; allowed is 0 to 1.");
    check_scene_device(scene.impl(), impl_->device);
    const LayeredScene::Impl& from = scene.impl();
    Image out = impl_->device.allocate(from.width, from.height, color_format(from), from.color);
    impl_->render(impl_->device.engine(), from, t, out.mutable_view());
    return to_host(std::move(out), impl_->device);
  });
}

void ParallaxAnimator::reserve(int width, int height) { impl_->scratch.image(0, width, height, {Scalar::f32, 3}); }
std::size_t ParallaxAnimator::scratch_bytes() const noexcept { return impl_->scratch.bytes(); }

void ParallaxAnimator::render_into(const LayeredScene& scene, float t, const MutableImageView& out,
                                   const Stream& stream) {
  at_boundary("parallax", [&] {
    require(t >= 0 && t <= 1, "t is ", t, "; allowed is 0 to 1.");
    check_scene_device(scene.impl(), impl_->device);
    check_output(scene.impl(), impl_->device, out, "output", false);
    impl_->render(engine_on(stream, impl_->device), scene.impl(), t, out);
  });
}

}  // namespace v1
}  // namespace relievo
