// What a LayeredScene holds, and how one is baked.
#pragma once

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
  explicit Impl(const Device& on) : device(on) {}

  struct Layer {
    Image color, coverage, disparity;
    DisparityStatistics statistics;

    LayerView view() const { return {color, coverage, disparity}; }
  };

  Device device;
  int width = 0, height = 0;
  PixelFormat format;
  Color color;
  std::vector<Layer> layers;
  Image alpha;

  std::vector<LayerView> views() const;
};

/// Steps of the bake.
/// The background's colour is `fill` where the hole is, and stays the photo's elsewhere; with
/// `decontaminate` both colours are solved so that coverage * front + (1 - coverage) * back is the photo.
void decontaminate_edges(const ImageView& photo, const ImageView& coverage, const MutableImageView& front,
                         const MutableImageView& back);
/// Statistics over the pixels whose coverage is at least half (all where it is empty). Host memory.
DisparityStatistics disparity_statistics(const ImageView& disparity, const ImageView& coverage);

}  // namespace v1
}  // namespace relievo
