// The layers of a scene as kernels take them: by value, an array a field, so that 64 layers and their motions fit in
// the 4 KiB of a kernel's parameters.
#pragma once

#include <cstdint>
#include <limits>

#include <relievo/layered_scene.hpp>

#include "core/check.hpp"
#include "cuda/views.hpp"

namespace relievo {
inline namespace v1 {
namespace cuda {

/// As many as a scene can have.
inline constexpr int max_layers = 64;

/// Rows of T that a kernel reads: `pitch` in 32 bits, multiplied into 64 once a row.
template <class T>
struct LayerRows {
  const unsigned char* data;
  std::uint32_t pitch;

  RELIEVO_HD const T* row(int y) const {
    return reinterpret_cast<const T*>(data + std::uint64_t{static_cast<std::uint32_t>(y)} * pitch);
  }
};

struct Layers {
  const unsigned char* color_data[max_layers];
  const unsigned char* coverage_data[max_layers];
  const unsigned char* disparity_data[max_layers];
  std::uint32_t color_pitch[max_layers], coverage_pitch[max_layers], disparity_pitch[max_layers];

  /// Throws Error{invalid_argument} where rows of an image lie 4 GiB apart or more.
  Layers(const LayerView* views, int count) {
    for (int i = 0; i < max_layers; ++i) {
      const LayerView view = i < count ? views[i] : LayerView{};
      color_data[i] = static_cast<const unsigned char*>(view.color.data);
      coverage_data[i] = static_cast<const unsigned char*>(view.coverage.data);
      disparity_data[i] = static_cast<const unsigned char*>(view.disparity.data);
      color_pitch[i] = pitch(view.color);
      coverage_pitch[i] = pitch(view.coverage);
      disparity_pitch[i] = pitch(view.disparity);
    }
  }

  RELIEVO_HD bool opaque(int i) const { return coverage_data[i] == nullptr; }
  template <class T>
  RELIEVO_HD LayerRows<T> color(int i) const {
    return {color_data[i], color_pitch[i]};
  }
  RELIEVO_HD LayerRows<std::uint8_t> coverage(int i) const { return {coverage_data[i], coverage_pitch[i]}; }
  RELIEVO_HD LayerRows<float> disparity(int i) const { return {disparity_data[i], disparity_pitch[i]}; }

 private:
  static std::uint32_t pitch(const ImageView& view) {
    constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
    require(view.stride <= most, "A layer's stride is ", view.stride, " bytes; on a GPU it must be at most ", most,
            ".");
    return static_cast<std::uint32_t>(view.stride);
  }
};

}  // namespace cuda
}  // namespace v1
}  // namespace relievo
