#include "effects/depth_cues.hpp"

#include <utility>

#include "effects/edge_aware.hpp"
#include "effects/segment.hpp"
#include "effects/working_copy.hpp"
#include "vision/cues.hpp"

namespace relievo {
inline namespace v1 {

Image depth_from_cues(const Device& device, const ImageView& photo, int resolution, bool edge_aware,
                      const Progress& progress) {
  progress.report(0, "depth");
  const Image small = to_host(small_rgb(device, photo, resolution), device);
  const std::vector<Face> faces =
      scaled(faces_of(device, photo), photo.width, photo.height, small.width(), small.height());
  progress.report(0.3, "depth");
  Image disparity = to_device(disparity_from_cues(small, faces), device);
  progress.report(0.7, "depth");
  disparity = at_photo_size(device, photo, std::move(disparity), edge_aware);
  progress.report(1, "depth");
  return disparity;
}

}  // namespace v1
}  // namespace relievo
