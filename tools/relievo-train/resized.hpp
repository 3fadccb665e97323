// Photos at another size.
#pragma once

#include <relievo/device.hpp>
#include <relievo/image.hpp>

#include "core/engine.hpp"

namespace tool {

/// In host memory, a mean over what becomes one pixel.
inline relievo::Image resized(const relievo::ImageView& photo, int width, int height) {
  const relievo::Device device = relievo::Device::cpu(1);
  relievo::Image out = device.allocate(width, height, photo.format, photo.color);
  const bool smaller = width <= photo.width && height <= photo.height;
  device.engine().resize(photo, out.mutable_view(),
                         smaller ? relievo::ResizeFilter::area : relievo::ResizeFilter::bilinear);
  return out;
}

}  // namespace tool
