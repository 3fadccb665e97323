#include "effects/bokeh_preview.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/views.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int small_side = 640;  // px of the longer side
constexpr int band_rows = 256;
constexpr std::size_t reserved_layers = 8;  // as many as are baked unless told otherwise
constexpr PixelFormat f32_3{Scalar::f32, 3};
constexpr Color linear{Primaries::bt709, Transfer::linear, false};

// The circle of confusion, in px of the small picture, from which on that begins to replace the photo, and has done so.
constexpr float first_circle = 0.2f, last_circle = 1.0f;

// How much of the light is of what spreads over a pixel where the small picture, which is mixed with that light
// already, is shown as a whole.
constexpr float whole_share = 0.1f;

// Beyond those of mode `lens`.
enum Slot : std::size_t {
  photo = alpha_slot + 1,
  photo_disparity,
  small_picture,
  large_picture,
  small_spread,
  large_spread,
  own_blur,
  all_blur,
  spread_blur,
  joined_blur,
  wide_photo,
  wide_picture,
  wide_out,
  first_layer
};
enum LayerSlot : std::size_t { layer_color, layer_coverage, layer_disparity, layer_stretched, layer_near, layer_slots };

std::size_t slot_of(std::size_t layer, LayerSlot part) { return first_layer + layer * layer_slots + part; }

struct Size {
  int width, height;
  float factor;  ///< Of lengths.
};

Size small_size(int width, int height) {
  const int longer = std::max(width, height);
  const double factor = std::min(1.0, static_cast<double>(small_side) / longer);
  const auto side = [&](int of) { return std::max(1, static_cast<int>(std::lround(of * factor))); };
  return {side(width), side(height), static_cast<float>(factor)};
}

struct SmallLayer {
  MutableImageView color, coverage, disparity;
  DisparityStatistics statistics;
};

// What is kept of a scene: its layers made small, the flattened photo and the disparity that is seen.
struct Kept {
  std::vector<SmallLayer> layers;
  ImageView photo, disparity;
};

Kept keep(Engine& engine, Scratch& scratch, PreviewCopy& copy, const LayeredScene::Impl& scene, const Size& size) {
  const bool is_new = copy.scene != scene.id || copy.engine.lock().get() != &engine;
  copy = {};
  Kept kept;
  for (std::size_t i = 0; i < scene.layers.size(); ++i) {
    const auto made_small = [&](LayerSlot part, const Image& of) {
      if (of.empty()) return MutableImageView();
      const MutableImageView to = scratch.image(slot_of(i, part), size.width, size.height, of.format(), of.color());
      if (is_new) engine.resize(of, to, ResizeFilter::area);
      return to;
    };
    const LayeredScene::Impl::Layer& layer = scene.layers[i];
    kept.layers.push_back({made_small(layer_color, layer.color), made_small(layer_coverage, layer.coverage),
                           made_small(layer_disparity, layer.disparity), layer.statistics});
  }
  const std::vector<LayerView> views = scene.views();
  kept.photo = views[0].color;
  kept.disparity = views[0].disparity;
  if (const auto count = static_cast<int>(views.size()); count > 1) {
    const MutableImageView flat = scratch.image(photo, scene.width, scene.height, views[0].color.format, scene.color);
    const MutableImageView seen = scratch.image(photo_disparity, scene.width, scene.height, f32_1);
    if (is_new) {
      engine.flatten(views.data(), count, flat);
      engine.visible_disparity(views.data(), count, seen);
    }
    kept.photo = flat;
    kept.disparity = seen;
  }
  copy = {scene.id, engine.weak_from_this()};
  return kept;
}

// A scene of pixels that scratch memory owns.
LayeredScene::Impl scene_of(const Device& device, const std::vector<SmallLayer>& layers) {
  LayeredScene::Impl scene(device);
  const MutableImageView& first = layers[0].color;
  scene.width = first.width;
  scene.height = first.height;
  scene.format = first.format;
  scene.color = first.color;
  for (const SmallLayer& layer : layers) {
    scene.layers.push_back(
        {{layer.color, nullptr}, {layer.coverage, nullptr}, {layer.disparity, nullptr}, layer.statistics});
  }
  return scene;
}

// How a scene of the small size is blurred as the large one is.
struct SmallLens {
  BokehOptions options;
  float focus;
};

// A circle ends at `largest_radius` px of the large picture, so disparity ends where it is as large.
SmallLens small_lens(Engine& engine, Scratch& scratch, std::vector<SmallLayer>& layers, const BokehOptions& options,
                     float focus, float scale, float factor) {
  SmallLens lens{options, focus};
  lens.options.mode = BokehMode::lens;
  lens.options.strength = 1;
  lens.options.focal_length = 0;
  lens.options.coc = std::max(scale * factor, std::numeric_limits<float>::min());  // 0 is the f-number's
  lens.options.grain = 0;
  if (scale <= static_cast<float>(largest_radius)) return lens;
  const float reach = static_cast<float>(largest_radius) / scale + options.focus_range;
  const float low = focus - reach, high = focus + reach;
  const auto there = [&](float disparity) { return std::clamp((disparity - low) / (high - low), 0.0f, 1.0f); };
  for (std::size_t i = 0; i < layers.size(); ++i) {
    SmallLayer& layer = layers[i];
    const MutableImageView stretched =
        scratch.image(slot_of(i, layer_stretched), layer.disparity.width, layer.disparity.height, f32_1);
    engine.stretch(layer.disparity, low, high, stretched);
    layer.disparity = stretched;
    layer.statistics = {there(layer.statistics.minimum), there(layer.statistics.median),
                        there(layer.statistics.maximum)};
  }
  lens.focus = 0.5f;
  lens.options.focus_range = options.focus_range / (2 * reach);
  lens.options.coc = lens.options.coc * 2 * reach;
  return lens;
}

// Circles of confusion, in px, of what the small picture shows in part and as a whole.
struct Circles {
  float first, last;
};

// The layers with a colour that says how much what is nearer than the focus is blurred.
std::vector<SmallLayer> spreading(Engine& engine, Scratch& scratch, const std::vector<SmallLayer>& layers,
                                  float sharp_until, float scale, const Circles& circles) {
  std::vector<SmallLayer> out = layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const MutableImageView& disparity = layers[i].disparity;
    out[i].color = scratch.image(slot_of(i, layer_near), disparity.width, disparity.height, u8_1, linear);
    engine.stretch(disparity, sharp_until + circles.first / scale, sharp_until + circles.last / scale, out[i].color);
  }
  return out;
}

MutableImageView enlarged(Engine& engine, Scratch& scratch, Slot slot, const ImageView& picture, int width,
                          int height) {
  const MutableImageView out = scratch.image(slot, width, height, picture.format, picture.color);
  engine.resize(picture, out, ResizeFilter::bicubic);
  return out;
}

// Half floats as floats, which are blended.
ImageView widened(Engine& engine, Scratch& scratch, Slot slot, const ImageView& rows) {
  if (rows.format.scalar != Scalar::f16) return rows;
  const MutableImageView out =
      scratch.image(slot, rows.width, rows.height, {Scalar::f32, rows.format.channels}, rows.color);
  engine.convert(rows, out);
  return out;
}

}  // namespace

void render_preview(Engine& engine, Scratch& scratch, Lens& lens, PreviewCopy& copy, const LayeredScene::Impl& scene,
                    const BokehOptions& options, float focus, const MutableImageView& out, const Progress& progress) {
  const Size size = small_size(scene.width, scene.height);
  if (size.factor == 1) {
    BokehOptions same = options;
    same.grain = 0;
    return render_lens(engine, scratch, lens, scene, same, focus, out, progress);
  }
  const float scale = pixels_per_disparity(scene, options, focus), range = options.focus_range;
  Kept kept = keep(engine, scratch, copy, scene, size);
  const Circles circles{first_circle / size.factor, last_circle / size.factor};
  // What is nearer than the focus spreads over pixels in focus, whose own circle says nothing of it.
  const bool spreads = (disparity_range(scene).maximum - focus - range) * scale > circles.first;
  std::vector<SmallLayer> near;
  if (spreads) near = spreading(engine, scratch, kept.layers, focus + range, scale, circles);

  const SmallLens seen = small_lens(engine, scratch, kept.layers, options, focus, scale, size.factor);
  const MutableImageView small = scratch.image(small_picture, size.width, size.height, out.format, out.color);
  render_lens(engine, scratch, lens, scene_of(scene.device, kept.layers), seen.options, seen.focus, small,
              progress.part(0, spreads ? 0.4 : 0.8));
  const ImageView picture = enlarged(engine, scratch, large_picture, small, out.width, out.height);
  ImageView spread;
  if (spreads) {
    for (std::size_t i = 0; i < near.size(); ++i) {
      near[i].disparity = kept.layers[i].disparity;
      near[i].statistics = kept.layers[i].statistics;
    }
    BokehOptions plain = seen.options;
    plain.highlight_recovery = 0;
    const MutableImageView share = scratch.image(small_spread, size.width, size.height, u8_1, linear);
    render_lens(engine, scratch, lens, scene_of(scene.device, near), plain, seen.focus, share, progress.part(0.4, 0.8));
    spread = enlarged(engine, scratch, large_spread, share, out.width, out.height);
  }

  const float table[] = {circles.first, circles.last};
  for (int y = 0; y < out.height; y += band_rows) {
    const int rows = std::min(band_rows, out.height - y);
    const MutableImageView own = scratch.image(own_blur, out.width, rows, f32_1);
    engine.coc_levels(kept.disparity, y, focus, range, scale, table, 2, own);
    ImageView level = own;
    if (spreads) {
      const MutableImageView all = scratch.image(all_blur, out.width, rows, f32_1);
      engine.stretch(own, -2, -1, all);  // 1 everywhere
      const MutableImageView share = scratch.image(spread_blur, out.width, rows, f32_1);
      engine.convert(rows_of(spread, y, rows), share);
      engine.stretch(share, 0, whole_share, share);
      const MutableImageView both = scratch.image(joined_blur, out.width, rows, f32_1);
      const ImageView levels[] = {own, all};
      engine.blend_levels(levels, 2, share, both);
      level = both;
    }
    const ImageView levels[] = {widened(engine, scratch, wide_photo, rows_of(kept.photo, y, rows)),
                                widened(engine, scratch, wide_picture, rows_of(picture, y, rows))};
    const MutableImageView to = rows_of(out, y, rows);
    if (out.format.scalar == Scalar::f16) {
      const MutableImageView wide = scratch.image(wide_out, out.width, rows, levels[0].format, out.color);
      engine.blend_levels(levels, 2, level, wide);
      engine.convert(wide, to);
    } else {
      engine.blend_levels(levels, 2, level, to);
    }
  }
}

void reserve_preview(Scratch& scratch, PreviewCopy& copy, int width, int height) {
  copy = {};  // its memory may move
  const Size size = small_size(width, height);
  if (size.factor == 1) return;
  for (std::size_t i = 0; i < reserved_layers; ++i) {
    for (const LayerSlot part : {layer_disparity, layer_stretched}) {
      scratch.image(slot_of(i, part), size.width, size.height, f32_1);
    }
    for (const LayerSlot part : {layer_coverage, layer_near}) {
      scratch.image(slot_of(i, part), size.width, size.height, u8_1);
    }
    scratch.image(slot_of(i, layer_color), size.width, size.height, f32_3);
  }
  for (const Slot slot : {small_picture, small_spread}) scratch.image(slot, size.width, size.height, f32_3);
  for (const Slot slot : {photo, large_picture}) scratch.image(slot, width, height, f32_3);
  scratch.image(photo_disparity, width, height, f32_1);
  scratch.image(large_spread, width, height, u8_1);
  const int rows = std::min(height, band_rows);
  for (const Slot slot : {own_blur, all_blur, spread_blur, joined_blur}) scratch.image(slot, width, rows, f32_1);
  for (const Slot slot : {wide_photo, wide_picture, wide_out}) scratch.image(slot, width, rows, f32_3);
}

}  // namespace v1
}  // namespace relievo
