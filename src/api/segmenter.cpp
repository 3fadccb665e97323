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

namespace {

// The photo in the device's memory and its relative disparity, of one size.
struct Seen {
  Image keep;
  ImageView photo;
  Image disparity;
};

Seen seen_by(const Device& device, const ImageView& photo, const DepthMap& depth) {
  check_image(photo, "photo");
  require(!depth.empty(), "The depth map is empty.");
  check_same_size(photo, "photo", depth.width(), depth.height(), "depth map");
  Seen seen;
  seen.disparity = relative_disparity(device, depth).image;
  seen.photo = on_device(photo, device, seen.keep);
  return seen;
}

}  // namespace

Image Segmenter::segment(const ImageView& photo, const DepthMap& depth, const Progress& progress) const {
  return at_boundary("finding the subject", [&] {
    const Device& device = impl_->device;
    const Seen seen = seen_by(device, photo, depth);
    return to_host(segment_photo(device, seen.photo, seen.disparity, impl_->options, progress), device);
  });
}

Image Segmenter::segment(const ImageView& photo, const DepthMap& depth, const SegmentHint* hint, std::size_t size,
                         const Progress& progress) const {
  return at_boundary("finding what a hint means", [&] {
    const SegmentHint meant = read_options(hint, size);
    const Device& device = impl_->device;
    const Seen seen = seen_by(device, photo, depth);
    return to_host(segment_hinted(device, seen.photo, seen.disparity, meant, impl_->options, progress), device);
  });
}

void Segmenter::check(const ImageView& photo, const SegmentHint* hint, std::size_t size) const {
  at_boundary("checking a hint", [&] {
    const SegmentHint meant = read_options(hint, size);
    check_image(photo, "photo");
    Image keep;
    check_hint(impl_->device, on_device(photo, impl_->device, keep), meant, impl_->options);
  });
}

std::vector<Image> Segmenter::instances(const ImageView& photo, const DepthMap& depth, const Progress& progress) const {
  return at_boundary("telling subjects apart", [&] {
    const Seen seen = seen_by(impl_->device, photo, depth);
    return segment_instances(impl_->device, seen.photo, seen.disparity, impl_->options, progress);
  });
}

Image Segmenter::refine(const ImageView& photo, const ImageView& matte, const Progress& progress) const {
  return at_boundary("refining a matte", [&] {
    check_image(photo, "photo");
    Image keep;
    const Device& device = impl_->device;
    return to_host(refine_matte(device, on_device(photo, device, keep), matte, impl_->options, progress), device);
  });
}

Image Segmenter::trimap(const ImageView& matte, int band_px) const {
  return at_boundary("making a trimap", [&] { return trimap_of(impl_->device, matte, band_px); });
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
