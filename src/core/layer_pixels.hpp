// The sources of layers as kernels take them.
#pragma once

#include "core/engine.hpp"
#include "core/rows.hpp"
#include "kernels/layers.hpp"

namespace relievo {
inline namespace v1 {

template <class T, int channels>
LayerPixels<T, channels> layer_pixels(const LayerSources& from) {
  return {rows<T>(from.color),
          rows<T>(from.filled),
          rows<float>(from.disparity),
          rows<std::uint8_t>(from.front),
          rows<std::uint8_t>(from.back),
          rows<std::uint8_t>(from.rim),
          rows<std::uint8_t>(from.matte),
          rows<LayerBits>(from.covers),
          rows<float>(from.means),
          from.covers.width,
          from.covers.height,
          from.cell,
          from.cuts,
          from.contrast};
}

}  // namespace v1
}  // namespace relievo
