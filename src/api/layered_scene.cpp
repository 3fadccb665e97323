#include <relievo/layered_scene.hpp>

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>
#include <vector>

#include "api/boundary.hpp"
#include "core/options.hpp"
#include "core/views.hpp"
#include "effects/bake_layers.hpp"
#include "effects/bake_subject.hpp"
#include "effects/relative.hpp"
#include "effects/scene.hpp"
#include "effects/segment.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// The photo's straight colour; its alpha goes into `alpha`.
Image split_photo(const ImageView& photo, const Device& device, Image& alpha) {
  Color color = photo.color;
  color.premultiplied = false;
  if (photo.format.channels != 4) {
    Image copy = copy_on(device, photo);
    copy.set_color(color);
    return copy;
  }
  Image rgb = device.allocate(photo.width, photo.height, {photo.format.scalar, 3}, color);
  alpha = device.allocate(photo.width, photo.height, {photo.format.scalar, 1}, color);
  device.engine().split_alpha(photo, rgb.mutable_view(), alpha.mutable_view());
  return rgb;
}

}  // namespace

LayeredScene::LayeredScene(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
LayeredScene::LayeredScene(LayeredScene&&) noexcept = default;
LayeredScene& LayeredScene::operator=(LayeredScene&&) noexcept = default;
LayeredScene::~LayeredScene() = default;

LayeredScene LayeredScene::bake(const Device& device, const ImageView& photo, const DepthMap& depth,
                                const BakeOptions* given, std::size_t size, const ImageView& given_matte,
                                const Progress& progress, const Fill& fill) {
  // What the caller's own function throws is nobody else's to name.
  std::exception_ptr thrown;
  Fill watched;
  if (fill) {
    watched = [&](const ImageView& straight, const ImageView& hole) {
      try {
        return fill(straight, hole);
      } catch (...) {
        thrown = std::current_exception();
        throw;
      }
    };
  }
  const auto baked = [&] {
    const BakeOptions options = checked_options(given, size);
    check_image(photo, "photo");
    require(!depth.empty(), "The depth map is empty.");
    check_same_size(photo, "photo", depth.width(), depth.height(), "depth map");
    if (given_matte.data != nullptr) {
      check_image(given_matte, "matte");
      check_same_size(given_matte, "matte", photo.width, photo.height, "photo");
      require(given_matte.format == u8_1, "The matte must have 1 channel of u8.");
    }
    Engine& engine = device.engine();
    Image keep_photo;
    auto impl = std::make_unique<Impl>(device);
    impl->width = photo.width;
    impl->height = photo.height;
    impl->format = photo.format;
    const ImageView photo_there = on_device(photo, device, keep_photo);
    Image color = split_photo(photo_there, device, impl->alpha);
    impl->color = color.color();

    progress.report(0, "matte");
    // Pixels of disparity are of a measurement, which views of exact place need whole.
    const bool exact = depth.kind() == DepthKind::disparity_px;
    RelativeDisparity relative =
        relative_disparity(device, depth, exact ? DisparityRange::whole : DisparityRange::robust);
    Image disparity = std::move(relative.image);
    impl->scale = {depth.kind(), relative.at_zero, relative.at_one, depth.fov_degrees()};
    const auto find_subject = [&] {
      return to_device(segment_photo(device, photo_there, disparity, options.segment, progress.part(0, 0.2)), device);
    };
    Image matte =
        given_matte.data != nullptr ? copy_on(device, given_matte) : at_boundary("finding the subject", find_subject);

    bool subject = covers_something(device, matte);
    if (!subject) matte = Image();
    const float median = subject ? disparity_statistics(engine, disparity, matte).median : 0;
    const Progress rest = progress.part(0.2, 0.95);
    if (options.max_layers > 2 && options.inpaint.method == InpaintMethod::patch) {
      bake_layers(*impl, std::move(color), std::move(disparity), matte, options, watched, rest);
    } else {
      subject = bake_subject(*impl, std::move(color), std::move(disparity), std::move(matte), options, watched, rest);
    }
    for (Impl::Layer& layer : impl->layers) {
      layer.statistics = disparity_statistics(engine, layer.disparity, layer.coverage);
    }
    impl->subject = subject ? median : impl->layers.back().statistics.median;
    progress.report(1, "layers");
    return LayeredScene(std::move(impl));
  };
  try {
    return at_boundary("baking a scene", baked);
  } catch (...) {
    if (thrown) std::rethrow_exception(thrown);
    throw;
  }
}

LayeredScene LayeredScene::from_layers(const Device& device, const LayerView* layers, int count,
                                       const DepthScale& scale, const ImageView& alpha, float subject_disparity) {
  return at_boundary("making a scene of layers", [&] {
    require(layers != nullptr, "The layers are null.");
    require(count >= 1 && count <= 64, "The number of layers is ", count, "; allowed is 1 to 64.");
    auto impl = std::make_unique<Impl>(device);
    for (int i = 0; i < count; ++i) {
      const LayerView& given = layers[i];
      check_image(given.color, "layer's color");
      check_image(given.disparity, "layer's disparity");
      check_same_size(given.disparity, "layer's disparity", given.color.width, given.color.height, "layer's color");
      require(given.disparity.format == f32_1, "A layer's disparity must have 1 channel of f32.");
      require(given.color.format.channels != 4,
              "A layer's color must have 1 or 3 channels; its alpha is the coverage.");
      if (i == 0) {
        require(given.coverage.data == nullptr, "The farthest layer must be opaque: its coverage must be empty.");
        impl->width = given.color.width;
        impl->height = given.color.height;
        impl->format = given.color.format;
        impl->color = given.color.color;
      } else {
        check_image(given.coverage, "layer's coverage");
        require(given.coverage.format == u8_1, "A layer's coverage must have 1 channel of u8.");
        check_same_size(given.coverage, "layer's coverage", given.color.width, given.color.height, "layer's color");
        check_same_size(given.color, "layer", impl->width, impl->height, "farthest layer");
        require(given.color.format == impl->format, "Layers must have one pixel format.");
        require(given.color.color == impl->color, "Layers must have one colour: primaries and transfer curve.");
      }
      Impl::Layer layer;
      layer.color = copy_on(device, given.color);
      layer.disparity = copy_on(device, given.disparity);
      if (given.coverage.data != nullptr) layer.coverage = copy_on(device, given.coverage);
      Image keep;
      const ImageView disparity = on_host(given.disparity, device, keep);
      for (int y = 0; y < disparity.height; ++y) {
        const float* row = disparity.row<float>(y);
        require(std::all_of(row, row + disparity.width, [](float d) { return d >= 0 && d <= 1; }),
                "A layer's disparity must lie in 0 to 1 everywhere; row ", y, " does not.");
      }
      layer.statistics = disparity_statistics(device.engine(), layer.disparity, layer.coverage);
      impl->layers.push_back(std::move(layer));
    }
    require(std::isfinite(scale.at_zero) && std::isfinite(scale.at_one), "The scene's disparity goes from ",
            scale.at_zero, " to ", scale.at_one, "; both must be finite.");
    require(scale.fov_degrees >= 0 && scale.fov_degrees < 180, "The scene's field of view is ", scale.fov_degrees,
            " degrees; allowed is 0 (unknown) to below 180.");
    impl->scale = scale;
    require(subject_disparity <= 1, "The subject's disparity is ", subject_disparity,
            "; allowed is 0 to 1, or a negative number for that of the nearest layer.");
    impl->subject = subject_disparity < 0 ? impl->layers.back().statistics.median : subject_disparity;
    if (alpha.data != nullptr) {
      check_image(alpha, "alpha");
      check_same_size(alpha, "alpha", impl->width, impl->height, "farthest layer");
      require(alpha.format == PixelFormat{impl->format.scalar, 1} && impl->format.channels == 3,
              "A scene's alpha must have 1 channel of the layers' scalar type, beside layers of 3 channels.");
      impl->alpha = copy_on(device, alpha);
      impl->format.channels = 4;
    }
    return LayeredScene(std::move(impl));
  });
}

int LayeredScene::width() const noexcept { return impl_->width; }
int LayeredScene::height() const noexcept { return impl_->height; }
PixelFormat LayeredScene::format() const noexcept { return impl_->format; }
Color LayeredScene::color() const noexcept { return impl_->color; }
int LayeredScene::layer_count() const noexcept { return static_cast<int>(impl_->layers.size()); }
const DepthScale& LayeredScene::depth_scale() const noexcept { return impl_->scale; }
float LayeredScene::subject_disparity() const noexcept { return impl_->subject; }
ImageView LayeredScene::alpha() const noexcept { return impl_->alpha; }

LayerView LayeredScene::layer(int index) const {
  require(index >= 0 && index < layer_count(), "Layer ", index, " is out of range; the scene has ", layer_count(), ".");
  return impl_->layers[static_cast<std::size_t>(index)].view();
}

LayeredScene LayeredScene::resized(int width, int height) const {
  return at_boundary("resizing a scene", [&] {
    check_size(width, height);
    auto to = std::make_unique<Impl>(impl_->device);
    to->width = width;
    to->height = height;
    to->format = impl_->format;
    to->color = impl_->color;
    to->scale = impl_->scale;
    to->subject = impl_->subject;
    if (to->scale.kind == DepthKind::disparity_px) {
      // A disparity in pixels is of the picture's width.
      const double unit = static_cast<double>(width) / impl_->width;
      to->scale.at_zero *= unit;
      to->scale.at_one *= unit;
    }
    const ResizeFilter filter =
        width <= impl_->width && height <= impl_->height ? ResizeFilter::area : ResizeFilter::bilinear;
    const auto at_size = [&](const Image& image) {
      if (image.empty()) return Image();
      Image out = impl_->device.allocate(width, height, image.format(), image.color());
      impl_->device.engine().resize(image, out.mutable_view(), filter);
      return out;
    };
    for (const Impl::Layer& layer : impl_->layers) {
      to->layers.push_back({at_size(layer.color), at_size(layer.coverage), at_size(layer.disparity), layer.statistics});
    }
    to->alpha = at_size(impl_->alpha);
    return LayeredScene(std::move(to));
  });
}

Image LayeredScene::flatten() const {
  return at_boundary("flattening a scene", [&] { return to_host(flattened(*impl_), impl_->device); });
}

Image LayeredScene::view(double baseline) const {
  return at_boundary("rendering a view", [&] {
    require(baseline >= -1000 && baseline <= 1000, "The baseline is ", baseline, "; allowed is -1000 to 1000.");
    return view_of(*impl_, baseline);
  });
}

}  // namespace v1
}  // namespace relievo
