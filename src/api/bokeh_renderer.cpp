#include <relievo/bokeh_renderer.hpp>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "api/boundary.hpp"
#include "api/output.hpp"
#include "core/options.hpp"
#include "core/scratch.hpp"
#include "core/views.hpp"
#include "effects/aperture_picture.hpp"
#include "effects/bokeh.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

struct BokehRenderer::Impl {
  Impl(const Device& on, const BokehOptions& given) : device(on), options(given), scratch(on.engine()) {
    check_aperture(options);
  }

  // The picture in the scene's color format.
  void render_color(Engine& engine, const LayeredScene::Impl& scene, const Focus& focus, const MutableImageView& out,
                    const Progress& progress) {
    const ApertureShape shape = aperture_shape(options, aperture);
    const float in_focus = focus_disparity(scene, focus);
    const std::vector<LayerView> views = scene.views();
    const int count = static_cast<int>(views.size());
    if (options.strength == 0) {
      engine.flatten(views.data(), count, out);
    } else if (options.mode == BokehMode::lens) {
      render_lens(engine, scratch, lens, scene, options, shape, in_focus, out, progress);
    } else {
      enum : std::size_t { flat_slot = 4, disparity_slot = 5 };
      ImageView flat = views[0].color, disparity = views[0].disparity;
      if (count > 1) {
        const MutableImageView picture =
            scratch.image(flat_slot, scene.width, scene.height, views[0].color.format, scene.color);
        engine.flatten(views.data(), count, picture);
        flat = picture;
        const MutableImageView depth = scratch.image(disparity_slot, scene.width, scene.height, f32_1);
        engine.visible_disparity(views.data(), count, depth);
        disparity = depth;
      }
      if (options.mode == BokehMode::gather) {
        render_gather(engine, scratch, scene, flat, disparity, options, shape, in_focus, out, progress);
      } else {
        render_tiers(engine, scratch, flat, disparity, options, shape, in_focus, out);
      }
    }
  }

  Device device;
  BokehOptions options;
  std::shared_ptr<const AperturePicture> aperture;
  Scratch scratch;
  Lens lens;
};

namespace {

void check_focus(const Focus& focus) {
  require(focus.disparity <= 1, "The focus disparity is ", focus.disparity,
          "; allowed is 0 (farthest) to 1 (nearest), or below 0 for the subject.");
}

}  // namespace

BokehRenderer::BokehRenderer(const Device& device, const BokehOptions* options, std::size_t size)
    : impl_(std::make_unique<Impl>(device, checked_options(options, size))) {}
BokehRenderer::BokehRenderer(BokehRenderer&&) noexcept = default;
BokehRenderer& BokehRenderer::operator=(BokehRenderer&&) noexcept = default;
BokehRenderer::~BokehRenderer() = default;

void BokehRenderer::set_aperture(const ImageView& picture) {
  at_boundary("taking the aperture's picture", [&] {
    require(impl_->options.shape == Aperture::image, "The aperture's picture is of shape image; shape is ",
            name_of(impl_->options.shape), ".");
    impl_->aperture = std::make_shared<const AperturePicture>(aperture_picture(picture));
  });
}

Image BokehRenderer::render(const LayeredScene& scene, const Focus& focus, const Progress& progress) const {
  return at_boundary("bokeh", [&] {
    check_focus(focus);
    check_scene_device(scene.impl(), impl_->device);
    Image out = allocate_output(scene.impl(), impl_->device);
    Engine& engine = impl_->device.engine();
    with_alpha(engine, scene.impl(), impl_->scratch, out.mutable_view(), [&](const MutableImageView& color) {
      impl_->render_color(engine, scene.impl(), focus, color, progress);
    });
    progress.report(1, "blur");
    return to_host(std::move(out), impl_->device);
  });
}

std::vector<Image> BokehRenderer::render(const std::vector<const LayeredScene*>& scenes, const Focus& focus,
                                         const Progress& progress) const {
  std::vector<Image> out;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    out.push_back(render(scene_of(scenes, i), focus, batch_part(progress, i, scenes.size())));
  }
  return out;
}

LayeredScene BokehRenderer::defocus(const LayeredScene& scene, const Focus& focus, const Progress& progress) const {
  return at_boundary("bokeh", [&] {
    check_focus(focus);
    check_scene_device(scene.impl(), impl_->device);
    const LayeredScene::Impl& from = scene.impl();
    auto to = std::make_unique<LayeredScene::Impl>(from.device);
    to->width = from.width;
    to->height = from.height;
    to->format = from.format;
    to->color = from.color;
    if (!from.alpha.empty()) to->alpha = copy_on(impl_->device, from.alpha);
    const ApertureShape shape = aperture_shape(impl_->options, impl_->aperture);
    const float in_focus = focus_disparity(from, focus);
    for (std::size_t i = 0; i < from.layers.size(); ++i) {
      progress.report(static_cast<double>(i) / static_cast<double>(from.layers.size()), "blur");
      const LayeredScene::Impl::Layer& layer = from.layers[i];
      LayeredScene::Impl::Layer blurred;
      const auto like = [&](const Image& image) {
        return impl_->device.allocate(image.width(), image.height(), image.format(), image.color());
      };
      blurred.color = like(layer.color);
      if (!layer.coverage.empty()) blurred.coverage = like(layer.coverage);
      if (impl_->options.mode == BokehMode::lens) {
        defocus_lens(impl_->device.engine(), impl_->lens, from, static_cast<int>(i), impl_->options, shape, in_focus,
                     blurred.color.mutable_view(), blurred.coverage.mutable_view());
      } else if (impl_->options.mode == BokehMode::gather) {
        defocus_gather(impl_->device.engine(), impl_->scratch, from, static_cast<int>(i), impl_->options, shape,
                       in_focus, blurred.color.mutable_view(), blurred.coverage.mutable_view());
      } else {
        render_tiers(impl_->device.engine(), impl_->scratch, layer.color, layer.disparity, impl_->options, shape,
                     in_focus, blurred.color.mutable_view());
        if (!layer.coverage.empty()) impl_->device.engine().convert(layer.coverage, blurred.coverage.mutable_view());
      }
      blurred.disparity = like(layer.disparity);
      impl_->device.engine().convert(layer.disparity, blurred.disparity.mutable_view());
      blurred.statistics = layer.statistics;
      to->layers.push_back(std::move(blurred));
    }
    progress.report(1, "blur");
    return LayeredScene(std::move(to));
  });
}

void BokehRenderer::reserve(int width, int height) {
  at_boundary("reserving memory for bokeh", [&] {
    impl_->scratch.image(alpha_slot, width, height, {Scalar::f32, 3});
    if (impl_->options.mode == BokehMode::gather) return reserve_gather(impl_->scratch, width, height);
    // A render of the most demanding scene of this size leaves every slot as large as it can get.
    Image color(width, height, {Scalar::f32, 3});
    Image disparity(width, height, f32_1);
    Image coverage(width, height, u8_1);
    std::fill_n(color.row<char>(0), color.stride() * height, '\0');
    std::fill_n(coverage.row<char>(0), coverage.stride() * height, '\x7f');
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) disparity.row<float>(y)[x] = (x + y) % 2 == 0 ? 0.0f : 1.0f;
    }
    const LayerView layers[2] = {{color, {}, disparity}, {color, coverage, disparity}};
    render(LayeredScene::from_layers(impl_->device, layers, 2), Focus::on_disparity(0));
    if (impl_->options.mode == BokehMode::tiers) reserve_tiers(impl_->scratch, width, height);
  });
}

std::size_t BokehRenderer::scratch_bytes() const noexcept { return impl_->scratch.bytes(); }

void BokehRenderer::render_into(const LayeredScene& scene, const Focus& focus, const MutableImageView& out,
                                const Stream& stream) {
  at_boundary("bokeh", [&] {
    check_focus(focus);
    check_scene_device(scene.impl(), impl_->device);
    check_output(scene.impl(), impl_->device, out, "output", true);
    Engine& engine = engine_on(stream, impl_->device);
    with_alpha(engine, scene.impl(), impl_->scratch, out,
               [&](const MutableImageView& color) { impl_->render_color(engine, scene.impl(), focus, color, {}); });
  });
}

}  // namespace v1
}  // namespace relievo
