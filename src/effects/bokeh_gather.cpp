// Mode `gather`: every pixel gathered under its own aperture.
#include <algorithm>

#include "core/views.hpp"
#include "effects/bokeh_flat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

enum Slot : std::size_t { light = own_slot, radii, gathered };

// Gathers rows first .. first + rows - 1 of rows of a layer: premultiplied linear-light RGBA, u16.
MutableImageView gather(Engine& engine, Scratch& scratch, const LayerView& layer, const FlatBokeh& how, int first,
                        int rows) {
  const int width = layer.color.width, height = layer.color.height, radius = how.radius();
  const Color linear{layer.color.color.primaries, Transfer::linear, true};
  const MutableImageView sharp = scratch.image(light, width, height, u16_4, linear);
  engine.premultiply_linear(layer.color, layer.coverage, 0, sharp);
  const MutableImageView circles = scratch.image(radii, width, height, f32_1);
  const float table[] = {0, static_cast<float>(radius)};
  engine.coc_levels(layer.disparity, 0, how.focus, how.options.focus_range, how.scale, table, 2, circles);
  const MutableImageView out = scratch.image(gathered, width, rows, u16_4, linear);
  engine.gather_blur(sharp, layer.disparity, circles, out, how.shape, radius, first);
  return out;
}

void render(Engine& engine, Scratch& scratch, const FlatBokeh& how, const FlatBand& band, const MutableImageView& out) {
  const LayerView layer{band.color, {}, band.disparity};
  engine.unpremultiply_linear(gather(engine, scratch, layer, how, band.first, out.height), out);
}

int reach(int radius) { return radius; }

std::vector<FlatSlot> slots(int) { return {{light, u16_4, true}, {radii, f32_1, true}, {gathered, u16_4}}; }

}  // namespace

const FlatMode gather_mode{256, reach, slots, render};

void defocus_gather(Engine& engine, Scratch& scratch, const LayeredScene::Impl& scene, int index, const FlatBokeh& how,
                    const MutableImageView& color, const MutableImageView& coverage) {
  const LayerView layer = scene.layers[static_cast<std::size_t>(index)].view();
  const int most = flat_rows(how.options, scene.width, scene.height);
  for (int y = 0; y < scene.height; y += most) {
    const int rows = std::min(most, scene.height - y);
    const int from = std::max(0, y - how.radius()), to = std::min(scene.height, y + rows + how.radius());
    const MutableImageView band = gather(engine, scratch, rows_of(layer, from, to - from), how, y - from, rows);
    engine.unpremultiply_linear(band, rows_of(color, y, rows));
    if (coverage.data != nullptr) engine.extract_alpha(band, rows_of(coverage, y, rows));
  }
}

}  // namespace v1
}  // namespace relievo
