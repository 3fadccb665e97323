#include "effects/bokeh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/views.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Radii that layers are blurred with; pixels between two of them blend both. Steps of about 4/3 keep
// the error of the blend below what the eye sees as a band.
constexpr std::array<float, 18> radius_table{0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 28, 36, 48, 64, 84, 100, 116, 128};
// From these radii on apertures of larger pixels do, unless they are so thin that fewer than `least_area` of those
// remain.
constexpr float radius_of_halves = 20, radius_of_quarters = 64;
constexpr int least_area = 100;
constexpr int band_rows = 256;
// Of a picture between two reports of progress: whole tiles.
constexpr int lens_rows = 960;

float pixels_per_disparity(const LayeredScene::Impl& scene, const BokehOptions& options) {
  return 0.03f * static_cast<float>(std::max(scene.width, scene.height)) * options.strength / options.f_number;
}

float farthest_from(float focus, const DisparityStatistics& disparity) {
  return std::max(std::fabs(disparity.minimum - focus), std::fabs(disparity.maximum - focus));
}

// Slots of scratch memory.
enum Slot : std::size_t { window = 1, level_map, blended, flat_picture, flat_disparity, first_level };

// Gathers rows y0 .. y0 + rows - 1 of a layer: premultiplied linear-light RGBA, u16.
MutableImageView gather_band(Engine& engine, Scratch& scratch, const LayerView& layer,
                             const DisparityStatistics& disparity, Aperture shape, float focus, float range,
                             float scale, int y0, int rows) {
  const int width = layer.color.width, height = layer.color.height;
  const float most = std::max(0.0f, farthest_from(focus, disparity) - range) * scale;
  const int radius = static_cast<int>(std::ceil(std::min(most, static_cast<float>(largest_radius))));
  const int from = std::max(0, y0 - radius), to = std::min(height, y0 + rows + radius);
  const Color linear{layer.color.color.primaries, Transfer::linear, true};
  const MutableImageView sharp = scratch.image(window, width, to - from, u16_4, linear);
  engine.premultiply_linear(layer.color, layer.coverage, from, sharp);
  const MutableImageView radii = scratch.image(level_map, width, to - from, f32_1);
  const float table[] = {0, static_cast<float>(radius)};
  engine.coc_levels(layer.disparity, from, focus, range, scale, table, 2, radii);
  const MutableImageView out = scratch.image(blended, width, rows, u16_4, linear);
  engine.gather_blur(sharp, rows_of(layer.disparity, from, to - from), radii, out, shape, radius, y0 - from);
  return out;
}

}  // namespace

float focus_disparity(const LayeredScene::Impl& scene, const Focus& focus) {
  return focus.disparity < 0 ? scene.subject : focus.disparity;
}

LensBlur Lens::over(const LayeredScene::Impl& scene, const BokehOptions& options, float focus) {
  LensBlur lens;
  lens.focus = focus;
  lens.range = options.focus_range;
  lens.scale = pixels_per_disparity(scene, options);
  lens.cats_eye = options.cats_eye;
  lens.radii = radius_table.data();
  // Up to the first radius that nothing of disparity 0 to 1 exceeds.
  const float most = std::max(0.0f, std::max(focus, 1 - focus) - lens.range) * lens.scale;
  lens.count =
      static_cast<int>(std::lower_bound(radius_table.begin(), radius_table.end() - 1, most) - radius_table.begin()) + 1;
  for (std::size_t i = far_apertures_.size(); i < static_cast<std::size_t>(lens.count); ++i) {
    int step = radius_table[i] < radius_of_halves ? 1 : radius_table[i] < radius_of_quarters ? 2 : 4;
    const auto radius = static_cast<int>(radius_table[i]);
    ApertureMask mask = make_aperture(options.shape, radius / step);
    for (; step > 1 && mask.area < least_area; mask = make_aperture(options.shape, radius / step)) step /= 2;
    const auto add = [&](std::vector<LensAperture>& to, ApertureMask seen) {
      std::vector<ColumnRun> columns = column_runs(seen);
      to.push_back({step, std::move(seen), std::move(columns)});
    };
    add(near_apertures_, mask);
    add(far_apertures_, mirrored(mask));
  }
  lens.far_apertures = far_apertures_.data();
  lens.near_apertures = near_apertures_.data();
  const ImageView& color = scene.layers[0].color;
  if (light_ == nullptr || light_->scalar != color.format.scalar || light_->transfer != color.color.transfer) {
    light_ =
        std::make_unique<LensLight>(color.format.scalar, color.color.transfer, std::exp2(options.highlight_recovery));
  }
  lens.light = light_.get();
  return lens;
}

void render_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, const BokehOptions& options, float focus,
                 const MutableImageView& out, const Progress& progress) {
  const LensBlur blur = lens.over(scene, options, focus);
  const std::vector<LayerView> views = scene.views();
  for (int y = 0; y < scene.height; y += lens_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(lens_rows, scene.height - y);
    engine.lens_blur(views.data(), static_cast<int>(views.size()), blur, y, rows_of(out, y, rows), {}, {});
  }
}

void defocus_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, int index, const BokehOptions& options,
                  float focus, const MutableImageView& color, const MutableImageView& coverage) {
  const LayerView layer = scene.layers[static_cast<std::size_t>(index)].view();
  engine.lens_blur(&layer, 1, lens.over(scene, options, focus), 0, color, coverage, {});
}

void render_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const ImageView& flat,
                   const ImageView& disparity, const BokehOptions& options, float focus, const MutableImageView& out,
                   const Progress& progress) {
  const float scale = pixels_per_disparity(scene, options);
  DisparityStatistics all = scene.layers[0].statistics;
  for (const LayeredScene::Impl::Layer& layer : scene.layers) {
    all.minimum = std::min(all.minimum, layer.statistics.minimum);
    all.maximum = std::max(all.maximum, layer.statistics.maximum);
  }
  for (int y = 0; y < scene.height; y += band_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(band_rows, scene.height - y);
    const MutableImageView band = gather_band(engine, scratch, {flat, {}, disparity}, all, options.shape, focus,
                                              options.focus_range, scale, y, rows);
    engine.unpremultiply_linear(band, rows_of(out, y, rows));
  }
}

void reserve_gather(Scratch& scratch, int width, int height) {
  const int rows = std::min(height, band_rows + 2 * largest_radius);
  scratch.image(window, width, rows, u16_4);
  scratch.image(level_map, width, rows, f32_1);
  scratch.image(blended, width, std::min(height, band_rows), u16_4);
  scratch.image(flat_picture, width, height, {Scalar::f32, 3});
  scratch.image(flat_disparity, width, height, f32_1);
}

void defocus_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index,
                    const BokehOptions& options, float focus, const MutableImageView& color,
                    const MutableImageView& coverage) {
  const LayeredScene::Impl::Layer& layer = scene.layers[static_cast<std::size_t>(index)];
  const float scale = pixels_per_disparity(scene, options);
  for (int y = 0; y < scene.height; y += band_rows) {
    const int rows = std::min(band_rows, scene.height - y);
    const MutableImageView band = gather_band(engine, scratch, layer.view(), layer.statistics, options.shape, focus,
                                              options.focus_range, scale, y, rows);
    engine.unpremultiply_linear(band, rows_of(color, y, rows));
    if (coverage.data != nullptr) engine.extract_alpha(band, rows_of(coverage, y, rows));
  }
}

void render_tiers(Engine& engine, Scratch& scratch, const ImageView& flat, const ImageView& disparity,
                  const BokehOptions& options, float focus, const MutableImageView& out) {
  if (flat.format.scalar == Scalar::f16) {
    // Blurs are made of bytes, words and floats.
    const PixelFormat wide{Scalar::f32, flat.format.channels};
    const MutableImageView in = scratch.image(window, flat.width, flat.height, wide, flat.color);
    const MutableImageView blurred = scratch.image(blended, flat.width, flat.height, wide, flat.color);
    engine.convert(flat, in);
    render_tiers(engine, scratch, in, disparity, options, focus, blurred);
    engine.convert(blurred, out);
    return;
  }
  constexpr std::array<int, 5> kernels{1, 7, 13, 19, 31};
  constexpr std::array<float, 5> positions{0, 1, 2, 3, 4};
  std::vector<ImageView> tiers{flat};
  for (std::size_t i = 1; i < kernels.size(); ++i) {
    const MutableImageView tier = scratch.image(first_level + i, flat.width, flat.height, flat.format, flat.color);
    if (options.shape == Aperture::circle) {
      engine.gaussian(flat, tier, kernels[i]);
    } else {
      engine.aperture_blur(flat, tier, mirrored(make_aperture(options.shape, kernels[i] / 2)), 0);
    }
    tiers.push_back(tier);
  }
  const MutableImageView map = scratch.image(level_map, flat.width, flat.height, f32_1);
  engine.coc_levels(disparity, 0, focus, 0, 4 * options.strength * 2.8f / options.f_number, positions.data(),
                    static_cast<int>(positions.size()), map);
  engine.blend_levels(tiers.data(), static_cast<int>(tiers.size()), map, out);
}

void reserve_tiers(Scratch& scratch, int width, int height) {
  for (const Slot slot : {window, blended}) scratch.image(slot, width, height, {Scalar::f32, 3});
}

}  // namespace v1
}  // namespace relievo
