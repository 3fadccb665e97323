#include "effects/depth_cues.hpp"

#include <utility>

#include "effects/edge_aware.hpp"
#include "effects/people.hpp"
#include "effects/working_copy.hpp"
#include "vision/cues.hpp"

namespace relievo {
inline namespace v1 {

Image depth_from_cues(const Device& device, const ImageView& photo, int resolution, bool edge_aware,
                      const Progress& progress) {
  progress.report(0, "depth");
  Image small_there = small_rgb(device, photo, resolution);
  const int width = small_there.width(), height = small_there.height();
  std::vector<Face> faces = faces_of(device, photo);
  const Image persons = persons_of(device, photo, faces, width, height);
  faces = scaled(std::move(faces), photo.width, photo.height, width, height);
  const Image small = to_host(std::move(small_there), device);
  progress.report(0.3, "depth");
  Image disparity = to_device(disparity_from_cues(small, {faces, persons}), device);
  progress.report(0.7, "depth");
  disparity = at_photo_size(device, photo, std::move(disparity), edge_aware);
  progress.report(1, "depth");
  return disparity;
}

}  // namespace v1
}  // namespace relievo
