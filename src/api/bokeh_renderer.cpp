#include <relievo/bokeh_renderer.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include "api/boundary.hpp"
#include "api/output.hpp"
#include "core/options.hpp"
#include "core/scratch.hpp"
#include "core/views.hpp"
#include "effects/aperture_picture.hpp"
#include "effects/bokeh_flat.hpp"
#include "effects/bokeh_preview.hpp"
#include "effects/people.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

struct BokehRenderer::Impl {
  Impl(const Device& on, const BokehOptions& given) : device(on), options(given), scratch(on.engine()) {}

  ApertureShape shape() const { return aperture_shape(options, aperture); }

  void render(Engine& engine, const LayeredScene::Impl& scene, const Focus& focus, const MutableImageView& out,
              const Progress& progress) {
    FlatBokeh how = how_to(scene, focus, scene.views(), disparity_range(scene));
    how.faces = faces_in(scene);
    if (is_flat(options.mode)) return render_bands(engine, scene, how, out, progress);
    lens.set_shape(how.shape);
    with_alpha(engine, scene, scratch, out, [&](const MutableImageView& color) {
      if (options.strength == 0) {
        engine.flatten(how.layers.data(), static_cast<int>(how.layers.size()), color);
      } else if (options.mode == BokehMode::lens) {
        render_lens(engine, scratch, lens, scene, how.options, how.focus, color, progress);
      } else {
        render_preview(engine, scratch, lens, copy, scene, how.options, how.focus, color, progress);
      }
    });
  }

  // Rows of the picture after one another; alpha is the scene's.
  void render_bands(Engine& engine, const LayeredScene::Impl& scene, const FlatBokeh& how, const MutableImageView& out,
                    const Progress& progress) {
    const int most = flat_rows(options, scene.width, scene.height);
    for (int y = 0; y < scene.height; y += most) {
      progress.report(static_cast<double>(y) / scene.height, "blur");
      with_alpha(
          engine, scene, scratch, rows_of(out, y, std::min(most, scene.height - y)),
          [&](const MutableImageView& color) { render_flat(engine, scratch, how, y, color); }, y);
    }
  }

  FlatBokeh how_to(const LayeredScene::Impl& scene, const Focus& focus, std::vector<LayerView> layers,
                   const DisparityStatistics& disparity) const {
    FlatBokeh how;
    how.options = with_focus_range(options, focus);
    how.layers = std::move(layers);
    how.shape = shape();
    how.focus = focus_disparity(scene, focus);
    // The kernels of tiers are given, and so is where threshold blurs.
    if (options.mode != BokehMode::tiers) how.scale = pixels_per_disparity(scene, options, how.focus);
    if (options.mode != BokehMode::threshold) how.farthest = farthest_from(how.focus, disparity);
    return how;
  }

  // Those that the mode keeps sharp.
  std::vector<Face> faces_in(const LayeredScene::Impl& scene) const {
    const bool guards = options.mode == BokehMode::threshold || options.mode == BokehMode::layered;
    if (!guards || !options.protect_faces || options.strength == 0) return {};
    if (scene.layers.size() == 1) return faces_of(device, scene.layers[0].color);
    return faces_of(device, flattened(scene));
  }

  Device device;
  BokehOptions options;
  std::shared_ptr<const AperturePicture> aperture;
  Scratch scratch;
  Lens lens;
  PreviewCopy copy;
};

namespace {

void check_focus(const Focus& focus) {
  require(focus.disparity <= 1, "The focus disparity is ", focus.disparity,
          "; allowed is 0 (farthest) to 1 (nearest), or below 0 for the subject.");
  require(focus.range <= 1, "The focus range is ", focus.range,
          "; allowed is 0 to 1, or below 0 for that of the options.");
}

BokehOptions checked_bokeh(const BokehOptions* given, std::size_t size) {
  const BokehOptions options = checked_options(given, size);
  require(options.coc == 0 || options.focal_length == 0, "coc is ", options.coc, " px and focal_length ",
          options.focal_length, " mm; each says how large the blur is, so one of them must be 0.");
  check_aperture(options);
  return options;
}

}  // namespace

BokehRenderer::BokehRenderer(const Device& device, const BokehOptions* options, std::size_t size)
    : impl_(std::make_unique<Impl>(device, checked_bokeh(options, size))) {}
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
    impl_->render(engine, scene.impl(), focus, out.mutable_view(), progress);
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
    const std::vector<Face> faces = impl_->faces_in(from);
    for (std::size_t i = 0; i < from.layers.size(); ++i) {
      progress.report(static_cast<double>(i) / static_cast<double>(from.layers.size()), "blur");
      const LayeredScene::Impl::Layer& layer = from.layers[i];
      LayeredScene::Impl::Layer blurred;
      const auto like = [&](const Image& image) {
        return impl_->device.allocate(image.width(), image.height(), image.format(), image.color());
      };
      blurred.color = like(layer.color);
      if (!layer.coverage.empty()) blurred.coverage = like(layer.coverage);
      Engine& engine = impl_->device.engine();
      const MutableImageView color = blurred.color.mutable_view(), coverage = blurred.coverage.mutable_view();
      const int index = static_cast<int>(i);
      FlatBokeh how = impl_->how_to(from, focus, {{layer.color, {}, layer.disparity}}, layer.statistics);
      if (!is_flat(impl_->options.mode)) {
        impl_->lens.set_shape(how.shape);
        defocus_lens(engine, impl_->lens, from, index, how.options, how.focus, color, coverage);
      } else if (impl_->options.mode == BokehMode::gather) {
        defocus_gather(engine, impl_->scratch, from, index, how, color, coverage);
      } else {
        // The recipes know no layers; each is blurred as a photo of its own, and covers what it did.
        how.faces = faces;
        impl_->render_bands(engine, from, how, color, {});
        if (!layer.coverage.empty()) engine.convert(layer.coverage, coverage);
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
    if (is_flat(impl_->options.mode)) return reserve_flat(impl_->scratch, impl_->options, width, height);
    impl_->scratch.image(alpha_slot, width, height, {Scalar::f32, 3});
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
    // Any aperture takes as much memory.
    const std::shared_ptr<const AperturePicture> given = impl_->aperture;
    if (given == nullptr) impl_->aperture = std::make_shared<const AperturePicture>(AperturePicture{1, true, {1.0f}});
    // A true lens needs metres; from infinitely far to a micrometre its blur is as large as any.
    const DepthScale scale{DepthKind::metres, 0, 1e6, 0};
    render(LayeredScene::from_layers(impl_->device, layers, 2, scale), Focus::on_disparity(0));
    impl_->aperture = given;
    if (impl_->options.mode == BokehMode::preview) reserve_preview(impl_->scratch, impl_->copy, width, height);
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
    impl_->render(engine, scene.impl(), focus, out, {});
  });
}

}  // namespace v1
}  // namespace relievo
