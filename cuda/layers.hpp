// The layers of a scene as kernels take them: by value, an array a field, so that 64 layers and their motions fit in
// the 4 KiB of a kernel's parameters.
#pragma once

#include <cstdint>

#include <relievo/layered_scene.hpp>

#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// As many as a scene can have.
inline constexpr int max_layers = 64;

struct Layers {
  const unsigned char* color_data[max_layers];
  const unsigned char* coverage_data[max_layers];
  const unsigned char* disparity_data[max_layers];
  std::uint32_t color_pitch[max_layers], coverage_pitch[max_layers], disparity_pitch[max_layers];

  Layers(const LayerView* views, int count) {
    for (int i = 0; i < max_layers; ++i) {
      const LayerView view = i < count ? views[i] : LayerView{};
      color_data[i] = static_cast<const unsigned char*>(view.color.data);
      coverage_data[i] = static_cast<const unsigned char*>(view.coverage.data);
      disparity_data[i] = static_cast<const unsigned char*>(view.disparity.data);
      color_pitch[i] = static_cast<std::uint32_t>(view.color.stride);
      coverage_pitch[i] = static_cast<std::uint32_t>(view.coverage.stride);
      disparity_pitch[i] = static_cast<std::uint32_t>(view.disparity.stride);
    }
  }

  RELIEVO_HD bool opaque(int i) const { return coverage_data[i] == nullptr; }
  template <class T>
  RELIEVO_HD Rows<T> color(int i) const {
    return {color_data[i], color_pitch[i]};
  }
  RELIEVO_HD Rows<std::uint8_t> coverage(int i) const { return {coverage_data[i], coverage_pitch[i]}; }
  RELIEVO_HD Rows<float> disparity(int i) const { return {disparity_data[i], disparity_pitch[i]}; }
};

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
