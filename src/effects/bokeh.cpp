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
constexpr std::array<float, 18> radius_table{0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 100, 113, 128};
constexpr int band_rows = 256;

float pixels_per_disparity(const LayeredScene::Impl& scene, const BokehOptions& options) {
  return 0.03f * static_cast<float>(std::max(scene.width, scene.height)) * options.strength / options.f_number;
}

// The part of the table that a layer needs.
struct Levels {
  int first = 0, count = 1;
  int radius() const { return static_cast<int>(radius_table[static_cast<std::size_t>(first + count - 1)]); }
};

float farthest_from(float focus, const DisparityStatistics& disparity) {
  return std::max(std::fabs(disparity.minimum - focus), std::fabs(disparity.maximum - focus));
}

Levels levels_of(const DisparityStatistics& disparity, float focus, float range, float scale) {
  const float nearest = focus < disparity.minimum   ? disparity.minimum - focus
                        : focus > disparity.maximum ? focus - disparity.maximum
                                                    : 0;
  const float farthest = farthest_from(focus, disparity);
  const float low = std::max(0.0f, nearest - range) * scale, high = std::max(0.0f, farthest - range) * scale;
  const auto index_above = [](float radius) {
    return static_cast<int>(std::lower_bound(radius_table.begin(), radius_table.end() - 1, radius) -
                            radius_table.begin());
  };
  Levels levels;
  levels.first = index_above(low);
  if (levels.first > 0 && radius_table[static_cast<std::size_t>(levels.first)] > low) --levels.first;
  levels.count = index_above(high) - levels.first + 1;
  return levels;
}

// Slots of scratch memory.
enum Slot : std::size_t { accumulator, window, level_map, blended, flat_picture, flat_disparity, first_level };

// Blurs rows y0 .. y0 + rows - 1 of a layer: premultiplied linear-light RGBA, u16.
MutableImageView blur_band(Engine& engine, Scratch& scratch, const LayerView& layer,
                           const DisparityStatistics& disparity, const ApertureShape& shape, float focus, float range,
                           float scale, int y0, int rows) {
  const int width = layer.color.width, height = layer.color.height;
  const Levels levels = levels_of(disparity, focus, range, scale);
  const int from = std::max(0, y0 - levels.radius()), to = std::min(height, y0 + rows + levels.radius());
  const Color linear{layer.color.color.primaries, Transfer::linear, true};
  const MutableImageView sharp = scratch.image(window, width, to - from, u16_4, linear);
  engine.premultiply_linear(layer.color, layer.coverage, from, sharp);

  std::vector<ImageView> blurred;
  for (int i = 0; i < levels.count; ++i) {
    const auto radius = static_cast<int>(radius_table[static_cast<std::size_t>(levels.first + i)]);
    if (radius == 0) {
      blurred.push_back(rows_of(ImageView(sharp), y0 - from, rows));
      continue;
    }
    // A slot for each radius of the table, so that scenes of other depths find the memory of earlier ones.
    const MutableImageView level =
        scratch.image(first_level + static_cast<std::size_t>(levels.first + i), width, rows, u16_4, linear);
    engine.aperture_blur(sharp, level, mirrored(make_aperture(shape, radius)), y0 - from);
    blurred.push_back(level);
  }
  const MutableImageView map = scratch.image(level_map, width, rows, f32_1);
  engine.coc_levels(layer.disparity, y0, focus, range, scale, radius_table.data() + levels.first, levels.count, map);
  const MutableImageView out = scratch.image(blended, width, rows, u16_4, linear);
  engine.blend_levels(blurred.data(), levels.count, map, out);
  return out;
}

// Gathers rows y0 .. y0 + rows - 1 of a layer: premultiplied linear-light RGBA, u16.
MutableImageView gather_band(Engine& engine, Scratch& scratch, const LayerView& layer,
                             const DisparityStatistics& disparity, const ApertureShape& shape, float focus, float range,
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

void render_lens(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const BokehOptions& options,
                 const ApertureShape& shape, float focus, const MutableImageView& out, const Progress& progress) {
  const float scale = pixels_per_disparity(scene, options);
  for (int y = 0; y < scene.height; y += band_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(band_rows, scene.height - y);
    const Color linear{scene.color.primaries, Transfer::linear, true};
    const MutableImageView sum = scratch.image(accumulator, scene.width, rows, u16_4, linear);
    for (std::size_t i = 0; i < scene.layers.size(); ++i) {
      const LayeredScene::Impl::Layer& layer = scene.layers[i];
      const MutableImageView band =
          blur_band(engine, scratch, layer.view(), layer.statistics, shape, focus, options.focus_range, scale, y, rows);
      if (i == 0) {
        engine.convert(band, sum);
      } else {
        engine.over(band, sum);
      }
    }
    engine.unpremultiply_linear(sum, rows_of(out, y, rows));
  }
}

void render_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const ImageView& flat,
                   const ImageView& disparity, const BokehOptions& options, const ApertureShape& shape, float focus,
                   const MutableImageView& out, const Progress& progress) {
  const float scale = pixels_per_disparity(scene, options);
  DisparityStatistics all = scene.layers[0].statistics;
  for (const LayeredScene::Impl::Layer& layer : scene.layers) {
    all.minimum = std::min(all.minimum, layer.statistics.minimum);
    all.maximum = std::max(all.maximum, layer.statistics.maximum);
  }
  for (int y = 0; y < scene.height; y += band_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(band_rows, scene.height - y);
    const MutableImageView band =
        gather_band(engine, scratch, {flat, {}, disparity}, all, shape, focus, options.focus_range, scale, y, rows);
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

void defocus_layer(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index,
                   const BokehOptions& options, const ApertureShape& shape, float focus, const MutableImageView& color,
                   const MutableImageView& coverage) {
  const LayeredScene::Impl::Layer& layer = scene.layers[static_cast<std::size_t>(index)];
  const float scale = pixels_per_disparity(scene, options);
  for (int y = 0; y < scene.height; y += band_rows) {
    const int rows = std::min(band_rows, scene.height - y);
    const auto blur = options.mode == BokehMode::gather ? gather_band : blur_band;
    const MutableImageView band =
        blur(engine, scratch, layer.view(), layer.statistics, shape, focus, options.focus_range, scale, y, rows);
    engine.unpremultiply_linear(band, rows_of(color, y, rows));
    if (coverage.data != nullptr) engine.extract_alpha(band, rows_of(coverage, y, rows));
  }
}

void render_tiers(Engine& engine, Scratch& scratch, const ImageView& flat, const ImageView& disparity,
                  const BokehOptions& options, const ApertureShape& shape, float focus, const MutableImageView& out) {
  if (flat.format.scalar == Scalar::f16) {
    // Blurs are made of bytes, words and floats.
    const PixelFormat wide{Scalar::f32, flat.format.channels};
    const MutableImageView in = scratch.image(window, flat.width, flat.height, wide, flat.color);
    const MutableImageView blurred = scratch.image(blended, flat.width, flat.height, wide, flat.color);
    engine.convert(flat, in);
    render_tiers(engine, scratch, in, disparity, options, shape, focus, blurred);
    engine.convert(blurred, out);
    return;
  }
  constexpr std::array<int, 5> kernels{1, 7, 13, 19, 31};
  constexpr std::array<float, 5> positions{0, 1, 2, 3, 4};
  std::vector<ImageView> tiers{flat};
  for (std::size_t i = 1; i < kernels.size(); ++i) {
    const MutableImageView tier = scratch.image(first_level + i, flat.width, flat.height, flat.format, flat.color);
    if (shape == ApertureShape()) {
      engine.gaussian(flat, tier, kernels[i]);
    } else {
      engine.aperture_blur(flat, tier, mirrored(make_kernel(shape, kernels[i])), 0);
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
