// Memory an effect keeps between calls.
#pragma once

#include <cstddef>
#include <vector>

#include "core/engine.hpp"

namespace relievo {
inline namespace v1 {

/// The slot that holds a picture before its alpha is joined.
inline constexpr std::size_t alpha_slot = 40;

/// Numbered images that are allocated on first use and reused while they are large enough.
class Scratch {
 public:
  explicit Scratch(Engine& engine) : engine_(&engine) {}

  /// A view of slot `slot` with this size and format; its pixels are whatever was left there.
  MutableImageView image(std::size_t slot, int width, int height, PixelFormat format, Color color = {}) {
    if (slot >= slots_.size()) slots_.resize(slot + 1);
    const std::int64_t stride = (std::int64_t{width} * format.bytes() + 63) / 64 * 64;
    Image& kept = slots_[slot];
    if (kept.empty() || kept.stride() * kept.height() < stride * height) {
      kept = Image();
      kept = engine_->allocate(width, height, format, color);
    }
    MutableImageView view = kept.mutable_view();
    view.width = width;
    view.height = height;
    view.stride = stride;
    view.format = format;
    view.color = color;
    return view;
  }

  std::size_t bytes() const {
    std::size_t sum = 0;
    for (const Image& image : slots_) sum += static_cast<std::size_t>(image.stride()) * image.height();
    return sum;
  }

 private:
  Engine* engine_;
  std::vector<Image> slots_;
};

}  // namespace v1
}  // namespace relievo
