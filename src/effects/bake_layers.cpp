#include "effects/bake_layers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/views.hpp"
#include "effects/bake_subject.hpp"
#include "effects/given_fill.hpp"
#include "effects/layer_cuts.hpp"
#include "effects/patch_fill.hpp"
#include "effects/working_copy.hpp"
#include "kernels/layers.hpp"
#include "kernels/steps.hpp"
#include "vision/silhouettes.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Cells of the working grid, which is as fine as a layer's hidden part needs.
constexpr double most_cells = 125'000;
// The longer side of the photos that thicknesses are given for.
constexpr double reference_side = 960;

// `side` without a border of `smear` px, in which disparity still leads to the other side; what is thinner stays.
void settle(const Device& device, const MutableImageView& side, int smear) {
  Engine& engine = device.engine();
  Image core = device.allocate(side.width, side.height, u8_1), other = device.allocate(side.width, side.height, u8_1);
  engine.morphology(side, core.mutable_view(), Morphology::erode, make_ellipse(2 * smear + 1));
  // Wider, so that corners are not taken for what is thin.
  engine.morphology(core, other.mutable_view(), Morphology::dilate, make_ellipse(2 * smear + 1 + smear / 2 * 2));
  engine.invert(side, side);
  engine.mask_above(side, 127, other, side);
  engine.invert(side, side);
  engine.mask_above(core, 127, side, side);
}

// Disparity that ends at the matte's outline: within it that of the subject, beyond it that of the rest, each
// continued.
struct Outlined {
  Image disparity, subject;
};

Outlined outlined(const Device& device, Image disparity, const Image& matte, int smear) {
  Engine& engine = device.engine();
  const int width = matte.width(), height = matte.height();
  Image subject = copy_on(device, disparity), mask = device.allocate(width, height, u8_1);
  engine.mask_above(matte, solid_coverage - 1, {}, mask.mutable_view());
  settle(device, mask.mutable_view(), smear);
  engine.pull_push(subject.mutable_view(), mask, 255);
  engine.mask_above(matte, faint_coverage, {}, mask.mutable_view());
  engine.invert(mask, mask.mutable_view());
  settle(device, mask.mutable_view(), smear);
  engine.pull_push(disparity.mutable_view(), mask, 255);
  engine.mask_above(matte, 127, {}, mask.mutable_view());
  const LayerView sides[2] = {{disparity, {}, {}}, {subject, mask, {}}};
  Image out = device.allocate(width, height, f32_1);
  engine.flatten(sides, 2, out.mutable_view());
  return {std::move(out), std::move(subject)};
}

int layers_within(const BakeOptions& options, const ImageView& color) {
  const double bytes = (color.format.bytes() + 5.0) * color.width * color.height;
  const double fitting = std::floor(options.layer_memory_mib * 1048576.0 / bytes);
  return static_cast<int>(std::clamp<double>(fitting, 1, options.max_layers));
}

// Where a pixel's front hides something: 255, in host memory.
Image hidden_by(const Device& device, const ImageView& front, const ImageView& back) {
  Image keep_front, keep_back;
  const ImageView nearest = on_host(front, device, keep_front), behind = on_host(back, device, keep_back);
  Image hole(front.width, front.height, u8_1);
  for (int y = 0; y < front.height; ++y) {
    const std::uint8_t *const f = nearest.row<std::uint8_t>(y), *const b = behind.row<std::uint8_t>(y);
    std::transform(f, f + front.width, b, hole.row<std::uint8_t>(y),
                   [](std::uint8_t shown, std::uint8_t hidden) { return hidden < shown ? 255 : 0; });
  }
  return hole;
}

}  // namespace

void bake_layers(LayeredScene::Impl& scene, Image color, Image disparity, const Image& matte,
                 const BakeOptions& options, const Fill& fill, const Progress& progress) {
  const Device& device = scene.device;
  Engine& engine = device.engine();
  const int width = color.width(), height = color.height();
  progress.report(0, "layers");
  const double scale = std::max(width, height) / reference_side;
  // A smeared step takes about six pixels of 960.
  const int smear = static_cast<int>(std::clamp<long>(std::lround(3 * scale), 1, 24));
  const StepSearch steps{options.depth_threshold, smear, std::max(1, smear / 3)};
  Image sharp = device.allocate(width, height, f32_1);
  engine.sharpen_steps(color, disparity, steps, sharp.mutable_view());
  disparity = std::move(sharp);
  LayerSources from;
  Outlined edges;
  if (matte.empty()) {
    edges.disparity = std::move(disparity);
  } else {
    edges = outlined(device, std::move(disparity), matte, smear);
    from.matte = matte;
  }
  from.color = color;
  from.disparity = edges.disparity;

  from.cell = static_cast<int>(std::ceil(std::sqrt(static_cast<double>(width) * height / most_cells)));
  const int columns = (width + from.cell - 1) / from.cell, rows = (height + from.cell - 1) / from.cell;
  const Image grid = to_host(resized(device, edges.disparity, columns, rows, ResizeFilter::nearest), device);
  from.cuts = choose_cuts(grid, options.depth_threshold, layers_within(options, color));
  from.cuts.reach = static_cast<int>(std::clamp<long>(std::lround(scale), 1, 8));
  const int count = from.cuts.count;
  if (count == 1) {
    scene.layers.resize(1);
    scene.layers[0].color = std::move(color);
    scene.layers[0].disparity = std::move(edges.disparity);
    progress.report(1, "layers");
    return;
  }

  Image front = device.allocate(width, height, u8_1), back = device.allocate(width, height, u8_1),
        rim = device.allocate(width, height, u8_1);
  engine.layer_sites(edges.disparity, edges.subject, from.matte, from.cuts, front.mutable_view(), back.mutable_view(),
                     rim.mutable_view());
  edges.subject = Image();
  const Image covers = to_device(
      covering_layers(grid, from.cuts, static_cast<float>(options.background_thickness * scale / from.cell)), device);
  engine.layers_behind(front, covers, from.cell, back.mutable_view());
  Image means = device.allocate(columns, 4 * count * rows, f32_1), known = device.allocate(columns, count * rows, u8_1);
  engine.layer_means(color, edges.disparity, front, rim, from.cuts, from.cell, means.mutable_view(),
                     known.mutable_view());
  for (int i = 0; i < 4 * count; ++i) {
    engine.pull_push(rows_of(means.mutable_view(), i * rows, rows), rows_of(ImageView(known), i / 4 * rows, rows), 255);
  }
  from.front = front;
  from.back = back;
  from.rim = rim;
  from.covers = covers;
  from.means = means;
  progress.report(0.2, "fill");
  Image filled;
  if (fill) filled = given_fill(device, fill, color, hidden_by(device, front, back));
  if (filled.empty()) {
    filled = device.allocate(width, height, color.format(), color.color());
    engine.guess_behind(from, filled.mutable_view());
    patch_fill(device, color, front, back, filled.mutable_view(), true, progress.part(0.2, 0.8));
  }
  from.filled = filled;

  scene.layers.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    progress.report(0.8 + 0.2 * i / count, "layers");
    LayeredScene::Impl::Layer& layer = scene.layers[static_cast<std::size_t>(i)];
    layer.color = device.allocate(width, height, color.format(), color.color());
    if (i > 0) layer.coverage = device.allocate(width, height, u8_1);
    layer.disparity = device.allocate(width, height, f32_1);
    engine.compose_layer(from, i, layer.color.mutable_view(),
                         i > 0 ? layer.coverage.mutable_view() : MutableImageView{}, layer.disparity.mutable_view());
  }
  progress.report(1, "layers");
}

}  // namespace v1
}  // namespace relievo
