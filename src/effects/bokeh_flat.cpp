#include "effects/bokeh_flat.hpp"

#include <algorithm>
#include <cmath>

#include "core/views.hpp"
#include "effects/face_mask.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr PixelFormat f32_3{Scalar::f32, 3};
constexpr int least_rows = 16;

const FlatMode& mode_of(const BokehOptions& options) {
  switch (options.mode) {
    case BokehMode::tiers:
      return tiers_mode;
    case BokehMode::threshold:
      return threshold_mode;
    case BokehMode::layered:
      return layered_mode;
    default:
      return gather_mode;
  }
}

int rounded_up(float radius) {
  return static_cast<int>(std::ceil(std::clamp(radius, 0.0f, static_cast<float>(largest_radius))));
}

// For every format and any number of layers, so that bands of a size are always the same.
std::vector<FlatSlot> slots_of(const BokehOptions& options, int radius) {
  std::vector<FlatSlot> slots = mode_of(options).slots(radius);
  slots.push_back({flat_color, f32_3, true});
  slots.push_back({flat_disparity, f32_1, true});
  slots.push_back({alpha_slot, f32_3});
  if (options.mode != BokehMode::gather) {
    slots.push_back({wide_color, f32_3, true});
    slots.push_back({wide_out, f32_3});
  }
  if (options.protect_faces && (options.mode == BokehMode::threshold || options.mode == BokehMode::layered)) {
    for (const FlatSlots slot : {no_blur, face_map, guarded}) slots.push_back({slot, f32_1});
  }
  return slots;
}

int radius_of(const BokehOptions& options, int width, int height) {
  return rounded_up(pixels_per_disparity(width, height, options));
}

}  // namespace

int FlatBokeh::radius() const { return rounded_up(scale * std::max(0.0f, farthest - options.focus_range)); }

bool is_flat(BokehMode mode) { return mode != BokehMode::lens && mode != BokehMode::preview; }

int flat_rows(const BokehOptions& options, int width, int height) {
  const int radius = radius_of(options, width, height);
  const FlatMode& mode = mode_of(options);
  std::int64_t row = 0, around = 0;
  for (const FlatSlot& slot : slots_of(options, radius)) {
    const std::int64_t bytes = (std::int64_t{width} * slot.format.bytes() + 63) / 64 * 64;
    row += bytes;
    if (slot.around) around += bytes * 2 * mode.reach(radius);
  }
  const std::int64_t budget = std::int64_t{options.memory_mib} << 20;
  const std::int64_t fitting = std::clamp<std::int64_t>((budget - around) / row, least_rows, mode.most_rows);
  return std::min(height, static_cast<int>(fitting));
}

void render_flat(Engine& engine, Scratch& scratch, const FlatBokeh& how, int y, const MutableImageView& out) {
  const FlatMode& mode = mode_of(how.options);
  const ImageView& all = how.layers[0].color;
  const int reach = how.options.strength == 0 ? 0 : mode.reach(how.radius());
  const int from = std::max(0, y - reach), rows = std::min(all.height, y + out.height + reach) - from;
  std::vector<LayerView> layers;
  for (const LayerView& layer : how.layers) layers.push_back(rows_of(layer, from, rows));
  const int count = static_cast<int>(layers.size());
  if (how.options.strength == 0) return engine.flatten(layers.data(), count, out);

  FlatBand band{layers[0].color, layers[0].disparity, y - from, y};
  if (count > 1) {
    const MutableImageView color = scratch.image(flat_color, all.width, rows, all.format, all.color);
    engine.flatten(layers.data(), count, color);
    band.color = color;
    const MutableImageView disparity = scratch.image(flat_disparity, all.width, rows, f32_1);
    engine.visible_disparity(layers.data(), count, disparity);
    band.disparity = disparity;
  }
  if (all.format.scalar != Scalar::f16 || how.options.mode == BokehMode::gather) {
    return mode.render(engine, scratch, how, band, out);
  }
  // Blurs are made of bytes, words and floats.
  const PixelFormat wide{Scalar::f32, all.format.channels};
  const MutableImageView in = scratch.image(wide_color, all.width, rows, wide, all.color);
  engine.convert(band.color, in);
  band.color = in;
  const MutableImageView blurred = scratch.image(wide_out, out.width, out.height, wide, all.color);
  mode.render(engine, scratch, how, band, blurred);
  engine.convert(blurred, out);
}

void reserve_flat(Scratch& scratch, const BokehOptions& options, int width, int height) {
  const int radius = radius_of(options, width, height), rows = flat_rows(options, width, height);
  const int more = std::min(height, rows + 2 * mode_of(options).reach(radius));
  for (const FlatSlot& slot : slots_of(options, radius)) {
    scratch.image(slot.slot, width, slot.around ? more : rows, slot.format);
  }
}

ImageView guard_faces(Engine& engine, Scratch& scratch, const FlatBokeh& how, int y, const ImageView& level) {
  if (how.faces.empty()) return level;
  Image drawn(level.width, level.height, f32_1);
  if (!draw_faces(how.faces, y, drawn.mutable_view())) return level;
  const MutableImageView faces = scratch.image(face_map, level.width, level.height, f32_1);
  engine.copy(drawn, faces);
  const MutableImageView zero = scratch.image(no_blur, level.width, level.height, f32_1);
  engine.stretch(faces, 2, 3, zero);  // no weight is as high
  const MutableImageView out = scratch.image(guarded, level.width, level.height, f32_1);
  const ImageView levels[] = {level, zero};
  engine.blend_levels(levels, 2, faces, out);
  return out;
}

}  // namespace v1
}  // namespace relievo
