#include "common/ramp.hpp"

#include <algorithm>

namespace tool {

relievo::DepthMap ramp(const relievo::ImageView& photo) {
  relievo::Image image(photo.width, photo.height, {relievo::Scalar::f32, 1});
  for (int y = 0; y < photo.height; ++y) {
    std::fill_n(image.row<float>(y), photo.width, (static_cast<float>(y) + 0.5f) / static_cast<float>(photo.height));
  }
  return relievo::DepthMap(image, relievo::DepthKind::disparity);
}

}  // namespace tool
