// What estimates depth: a model of the library, or the ramp.
#pragma once

#include <memory>
#include <string>

#include <relievo/depth_estimator.hpp>
#include <relievo/depth_map.hpp>

namespace tool {

/// Serves one thread at a time.
class DepthModel {
 public:
  /// `options.model` may be "ramp". With `mirror` an estimate is the mean of that of the photo and of that of its
  /// mirror image, mirrored back. Throws as DepthEstimator.
  DepthModel(const relievo::Device& device, const relievo::DepthOptions& options, bool mirror);

  const std::string& name() const { return name_; }
  relievo::DepthMap estimate(const relievo::ImageView& photo) const;

 private:
  relievo::DepthMap estimate_once(const relievo::ImageView& photo) const;

  std::string name_;
  std::unique_ptr<relievo::DepthEstimator> estimator_;  // None for the ramp.
  bool mirror_;
};

/// Left and right swapped.
relievo::Image mirrored(const relievo::ImageView& image);
relievo::DepthMap mirrored(const relievo::DepthMap& depth);

}  // namespace tool
