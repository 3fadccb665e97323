#include <relievo/stereo_encoder.hpp>

#include <utility>
#include <vector>

#include "api/boundary.hpp"
#include "api/output.hpp"
#include "core/options.hpp"
#include "effects/stereo.hpp"

namespace relievo {
inline namespace v1 {

struct StereoEncoder::Impl {
  Impl(const Device& on, const StereoOptions& given) : device(on), options(given) {}

  void render(Engine& engine, const LayeredScene::Impl& scene, const MutableImageView& left,
              const MutableImageView& right) const {
    const std::vector<LayerView> views = scene.views();
    const StereoGains gains = stereo_gains(options, scene.width);
    const int count = static_cast<int>(views.size());
    engine.warp_rows(views.data(), count, gains.left, options.convergence, left);
    engine.warp_rows(views.data(), count, gains.right, options.convergence, right);
  }

  Device device;
  StereoOptions options;
};

StereoEncoder::StereoEncoder(const Device& device, const StereoOptions* options, std::size_t size)
    : impl_(std::make_unique<Impl>(device, checked_options(options, size))) {}
StereoEncoder::StereoEncoder(StereoEncoder&&) noexcept = default;
StereoEncoder& StereoEncoder::operator=(StereoEncoder&&) noexcept = default;
StereoEncoder::~StereoEncoder() = default;

StereoPair StereoEncoder::render(const LayeredScene& scene, const Progress& progress) const {
  return at_boundary("stereo", [&] {
    check_scene_device(scene.impl(), impl_->device);
    const LayeredScene::Impl& from = scene.impl();
    progress.report(0, "views");
    Image left = impl_->device.allocate(from.width, from.height, color_format(from), from.color);
    Image right = impl_->device.allocate(from.width, from.height, color_format(from), from.color);
    impl_->render(impl_->device.engine(), from, left.mutable_view(), right.mutable_view());
    progress.report(1, "views");
    return StereoPair{to_host(std::move(left), impl_->device), to_host(std::move(right), impl_->device)};
  });
}

std::vector<StereoPair> StereoEncoder::render(const std::vector<const LayeredScene*>& scenes,
                                              const Progress& progress) const {
  std::vector<StereoPair> out;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    out.push_back(render(scene_of(scenes, i), batch_part(progress, i, scenes.size())));
  }
  return out;
}

Image StereoEncoder::pack(const StereoPair& pair) const {
  return at_boundary("stereo", [&] {
    check_image(pair.left, "left view");
    check_image(pair.right, "right view");
    check_same_size(pair.left, "left view", pair.right.width(), pair.right.height(), "right view");
    require(pair.left.format() == pair.right.format(), "The left and the right view differ in pixel format.");
    require(pair.left.device().kind == DeviceKind::cpu && pair.right.device().kind == DeviceKind::cpu,
            "The views lie in device memory; copy them with device.download(image).");
    require(impl_->options.layout != StereoLayout::anaglyph || pair.left.format().channels == 3,
            "An anaglyph needs views of 3 channels; these have ", int{pair.left.format().channels}, ".");
    const PackedSize size = packed_size(impl_->options.layout, pair.left.width(), pair.left.height());
    Image out(size.width, size.height, pair.left.format(), pair.left.color());
    const Device host = impl_->device.kind() == DeviceKind::cpu ? impl_->device : Device::cpu();
    pack_views(host.engine(), impl_->options.layout, pair.left, pair.right, out.mutable_view());
    return out;
  });
}

void StereoEncoder::reserve(int width, int height) { check_size(width, height); }
std::size_t StereoEncoder::scratch_bytes() const noexcept { return 0; }

void StereoEncoder::render_into(const LayeredScene& scene, const MutableImageView& left, const MutableImageView& right,
                                const Stream& stream) {
  at_boundary("stereo", [&] {
    check_scene_device(scene.impl(), impl_->device);
    check_output(scene.impl(), impl_->device, left, "left view", false);
    check_output(scene.impl(), impl_->device, right, "right view", false);
    impl_->render(engine_on(stream, impl_->device), scene.impl(), left, right);
  });
}

}  // namespace v1
}  // namespace relievo
