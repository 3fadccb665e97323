#include <relievo/segmenter.hpp>

#include "api/boundary.hpp"
#include "core/options.hpp"
#include "core/views.hpp"
#include "effects/people.hpp"
#include "effects/relative.hpp"
#include "effects/segment.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

struct Segmenter::Impl {
  Device device;
  SegmentOptions options;
};

Segmenter::Segmenter(const Device& device, const SegmentOptions* options, std::size_t size)
    : impl_(at_boundary("making a Segmenter", [&] {
        return std::make_unique<Impl>(Impl{device, checked_options(options, size)});
      })) {}
Segmenter::Segmenter(Segmenter&&) noexcept = default;
Segmenter& Segmenter::operator=(Segmenter&&) noexcept = default;
Segmenter::~Segmenter() = default;

Image Segmenter::segment(const ImageView& photo, const DepthMap& depth, const Progress& progress) const {
  return at_boundary("finding the subject", [&] {
    check_image(photo, "photo");
    require(!depth.empty(), "The depth map is empty.");
    check_same_size(photo, "photo", depth.width(), depth.height(), "depth map");
    const Device& device = impl_->device;
    Image keep;
    const Image disparity = relative_disparity(device, depth).image;
    return to_host(segment_photo(device, on_device(photo, device, keep), disparity, impl_->options, progress), device);
  });
}

std::vector<Image> Segmenter::segment(const std::vector<ImageView>& photos, const std::vector<const DepthMap*>& depths,
                                      const Progress& progress) const {
  require(photos.size() == depths.size(), "There are ", photos.size(), " photos and ", depths.size(),
          " depth maps; their numbers must agree.");
  std::vector<Image> mattes;
  const auto count = static_cast<double>(photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    require(depths[i] != nullptr, "Depth map ", i, " is null.");
    const auto done = static_cast<double>(i);
    mattes.push_back(segment(photos[i], *depths[i], progress.part(done / count, (done + 1) / count)));
  }
  return mattes;
}

std::vector<Face> find_faces(const ImageView& photo) {
  return at_boundary("finding faces", [&] {
    check_image(photo, "photo");
    const bool on_cpu = photo.device.kind == DeviceKind::cpu;
    return faces_of(on_cpu ? Device::cpu() : Device::cuda(photo.device.index), photo);
  });
}

std::string why_no_person_networks() {
  return at_boundary("looking for networks", [] { return absent_person_networks(); });
}

}  // namespace v1
}  // namespace relievo
