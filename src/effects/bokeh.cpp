#include "effects/bokeh.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Radii that layers are blurred with; pixels between two of them blend both. Steps of about 4/3 keep
// the error of the blend below what the eye sees as a band.
constexpr std::array<float, 18> radius_table{0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 100, 113, 128};
constexpr int band_rows = 256;

// The part of the table that a layer needs.
struct Levels {
  int first = 0, count = 1;
  int radius() const { return static_cast<int>(radius_table[static_cast<std::size_t>(first + count - 1)]); }
};

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
enum Slot : std::size_t { accumulator, window, level_map, blended, first_level };

// Blurs rows y0 .. y0 + rows - 1 of a layer: premultiplied linear-light RGBA, u16.
MutableImageView blur_band(Engine& engine, Scratch& scratch, const LayerView& layer,
                           const DisparityStatistics& disparity, Aperture shape, float focus, float range, float scale,
                           int y0, int rows) {
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

}  // namespace

void render_lens(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, const BokehOptions& options,
                 float focus, const MutableImageView& out, const Progress& progress) {
  const float scale = pixels_per_disparity(scene, options, focus);
  for (int y = 0; y < scene.height; y += band_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(band_rows, scene.height - y);
    const Color linear{scene.color.primaries, Transfer::linear, true};
    const MutableImageView sum = scratch.image(accumulator, scene.width, rows, u16_4, linear);
    for (std::size_t i = 0; i < scene.layers.size(); ++i) {
      const LayeredScene::Impl::Layer& layer = scene.layers[i];
      const MutableImageView band = blur_band(engine, scratch, layer.view(), layer.statistics, options.shape, focus,
                                              options.focus_range, scale, y, rows);
      if (i == 0) {
        engine.convert(band, sum);
      } else {
        engine.over(band, sum);
      }
    }
    engine.unpremultiply_linear(sum, rows_of(out, y, rows));
  }
}

void defocus_layer(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index,
                   const BokehOptions& options, float focus, const MutableImageView& color,
                   const MutableImageView& coverage) {
  const LayeredScene::Impl::Layer& layer = scene.layers[static_cast<std::size_t>(index)];
  const float scale = pixels_per_disparity(scene, options, focus);
  for (int y = 0; y < scene.height; y += band_rows) {
    const int rows = std::min(band_rows, scene.height - y);
    const MutableImageView band = blur_band(engine, scratch, layer.view(), layer.statistics, options.shape, focus,
                                            options.focus_range, scale, y, rows);
    engine.unpremultiply_linear(band, rows_of(color, y, rows));
    if (coverage.data != nullptr) engine.extract_alpha(band, rows_of(coverage, y, rows));
  }
}

}  // namespace v1
}  // namespace relievo
