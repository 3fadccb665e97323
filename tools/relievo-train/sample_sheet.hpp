// Pictures beside one another, to be looked at.
#pragma once

#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/image.hpp>

namespace tool {

/// Rows of a photo and depths of it, each `width` px wide.
class SampleSheet {
 public:
  /// Depths in turbo colours, near = warm, each over its own range, unknown = black. Null leaves a place empty.
  void add(const relievo::ImageView& photo, const std::vector<const relievo::DepthMap*>& depths);
  bool empty() const { return rows_.empty(); }
  /// u8 RGB.
  relievo::Image picture() const;

  static constexpr int width = 256;

 private:
  std::vector<std::vector<relievo::Image>> rows_;
};

}  // namespace tool
