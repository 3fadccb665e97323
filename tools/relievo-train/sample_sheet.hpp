// Pictures beside one another, to be looked at.
#pragma once

#include <vector>

#include <relievo/depth_map.hpp>
#include <relievo/image.hpp>

namespace tool {

/// Rows of a photo and depths of it, of one width.
class SampleSheet {
 public:
  /// `photo`: u8, 3 channels. Depths in turbo colours, near = warm, unknown = black. As many a row as in the first.
  void add(const relievo::ImageView& photo, const std::vector<const relievo::DepthMap*>& depths);
  /// u8 RGB. At least one row was added.
  relievo::Image picture() const;

 private:
  std::vector<std::vector<relievo::Image>> rows_;
};

}  // namespace tool
