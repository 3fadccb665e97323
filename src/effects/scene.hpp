// What a LayeredScene holds, and how one is baked.
#pragma once

#include <cstdint>
#include <vector>

#include <relievo/layered_scene.hpp>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// What a scene remembers of the disparity of a layer's visible part.
struct DisparityStatistics {
  float minimum = 0, median = 0, maximum = 0;
};

struct LayeredScene::Impl {
  explicit Impl(const Device& on) : device(on), id(next_id()) {}

  struct Layer {
    Image color, coverage, disparity;
    DisparityStatistics statistics;

    LayerView view() const { return {color, coverage, disparity}; }
  };

  /// Never given twice in a process.
  static std::uint64_t next_id();

  Device device;
  std::uint64_t id;
  int width = 0, height = 0;
  PixelFormat format;
  Color color;
  std::vector<Layer> layers;
  DepthScale scale;
  float subject = 0;  // disparity of what is in focus unless told otherwise
  Image alpha;

  std::vector<LayerView> views() const;
};

/// The scene without motion, in its device's memory.
Image flattened(const LayeredScene::Impl& scene);

/// What LayeredScene::view documents.
Image view_of(const LayeredScene::Impl& scene, double baseline);

/// Statistics over the pixels whose coverage is at least half (all where it is empty).
DisparityStatistics disparity_statistics(Engine& engine, const ImageView& disparity, const ImageView& coverage);

}  // namespace v1
}  // namespace relievo
