#include "depth_model.hpp"

#include <cstring>

#include "common/ramp.hpp"

namespace tool {

DepthModel::DepthModel(const relievo::Device& device, const relievo::DepthOptions& options, bool mirror)
    : name_(options.model), mirror_(mirror) {
  if (name_ != "ramp") estimator_ = std::make_unique<relievo::DepthEstimator>(device, options);
}

relievo::DepthMap DepthModel::estimate_once(const relievo::ImageView& photo) const {
  return estimator_ ? estimator_->estimate(photo) : ramp(photo);
}

relievo::DepthMap DepthModel::estimate(const relievo::ImageView& photo) const {
  relievo::DepthMap depth = estimate_once(photo);
  if (!mirror_) return depth;
  relievo::Image mean = relievo::Image::copy_of(depth.values());
  const relievo::DepthMap other = mirrored(estimate_once(mirrored(photo)));
  for (int y = 0; y < mean.height(); ++y) {
    const auto* of = other.values().row<float>(y);
    auto* to = mean.row<float>(y);
    for (int x = 0; x < mean.width(); ++x) to[x] = (to[x] + of[x]) / 2;
  }
  return relievo::DepthMap(mean, depth.kind(), depth.fov_degrees());
}

relievo::Image mirrored(const relievo::ImageView& image) {
  relievo::Image out(image.width, image.height, image.format, image.color);
  const auto size = static_cast<std::size_t>(image.format.bytes());
  for (int y = 0; y < image.height; ++y) {
    const auto* from = image.row<unsigned char>(y);
    auto* to = out.row<unsigned char>(y) + size * static_cast<std::size_t>(image.width);
    for (int x = 0; x < image.width; ++x, from += size) std::memcpy(to -= size, from, size);
  }
  return out;
}

relievo::DepthMap mirrored(const relievo::DepthMap& depth) {
  return relievo::DepthMap(mirrored(depth.values()), depth.kind(), depth.fov_degrees());
}

}  // namespace tool
