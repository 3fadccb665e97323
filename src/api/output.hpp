// Checks and steps that every renderer of scenes shares.
#pragma once

#include <vector>

#include <relievo/device.hpp>
#include <relievo/progress.hpp>
#include <relievo/stream.hpp>

#include "core/registry.hpp"
#include "core/scratch.hpp"
#include "core/views.hpp"
#include "effects/scene.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

inline void check_scene_device(const LayeredScene::Impl& scene, const Device& device) {
  require(scene.device.id() == device.id(),
          "The scene was baked on another device than this object renders on; bake it on the same one.");
}

/// The engine that enqueues into `stream`. Throws Error{invalid_argument} for a stream of another device.
inline Engine& engine_on(const Stream& stream, const Device& device) {
  Engine& engine = stream.impl()->engine();
  require(engine.id() == device.id(), "The stream belongs to ", text_of(engine.id()), ", this object renders on ",
          text_of(device.id()), "; make the stream with Stream(device).");
  return engine;
}

inline PixelFormat color_format(const LayeredScene::Impl& scene) { return scene.layers[0].color.format(); }

/// Throws Error{invalid_argument} unless `out` can take the scene's picture (without alpha where `alpha` is false).
inline void check_output(const LayeredScene::Impl& scene, const Device& device, const MutableImageView& out,
                         const char* name, bool alpha) {
  check_image(out, name);
  check_same_size(out, name, scene.width, scene.height, "scene");
  require(out.device == device.id(), "The ", name,
          " does not lie in this device's memory; take device.allocate(...) or device.upload(image).");
  const PixelFormat expected = alpha ? scene.format : color_format(scene);
  require(out.format == expected, "The ", name, " has another pixel format than the scene: ", int{out.format.channels},
          " channels of ", bytes_of(out.format.scalar), " bytes; allowed are ", int{expected.channels}, " of ",
          bytes_of(expected.scalar), ".");
}

inline Image allocate_output(const LayeredScene::Impl& scene, const Device& device) {
  return device.allocate(scene.width, scene.height, scene.format, scene.color);
}

/// Calls `render(color)` for a picture without alpha and joins the photo's alpha where it had one. `out` is the
/// picture, or its rows from `first_row` on.
template <class Render>
void with_alpha(Engine& engine, const LayeredScene::Impl& scene, Scratch& scratch, const MutableImageView& out,
                Render render, int first_row = 0) {
  if (out.format.channels != 4) {
    render(out);
    return;
  }
  const MutableImageView color = scratch.image(alpha_slot, out.width, out.height, color_format(scene), scene.color);
  render(color);
  engine.convert(color, out);
  engine.insert_alpha(rows_of(ImageView(scene.alpha), first_row, out.height), out);
}

/// Scene `index` of a batch.
inline const LayeredScene& scene_of(const std::vector<const LayeredScene*>& scenes, std::size_t index) {
  require(scenes[index] != nullptr, "Scene ", index, " of the batch is null.");
  return *scenes[index];
}

inline Progress batch_part(const Progress& progress, std::size_t index, std::size_t count) {
  return progress.part(static_cast<double>(index) / static_cast<double>(count),
                       static_cast<double>(index + 1) / static_cast<double>(count));
}

}  // namespace v1
}  // namespace relievo
