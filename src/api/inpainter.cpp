#include <relievo/inpainter.hpp>

#include "api/boundary.hpp"
#include "core/options.hpp"
#include "core/views.hpp"
#include "effects/inpaint.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

struct Inpainter::Impl {
  Device device;
  Device host;
  InpaintOptions options;
};

Inpainter::Inpainter(const Device& device, const InpaintOptions* options, std::size_t size)
    : impl_(at_boundary("making an Inpainter", [&] {
        return std::make_unique<Impl>(Impl{device, host_device(device), checked_options(options, size)});
      })) {}
Inpainter::Inpainter(Inpainter&&) noexcept = default;
Inpainter& Inpainter::operator=(Inpainter&&) noexcept = default;
Inpainter::~Inpainter() = default;

Image Inpainter::inpaint(const ImageView& photo, const ImageView& mask, const Progress& progress) const {
  return at_boundary("filling a hole", [&] {
    check_image(photo, "photo");
    check_image(mask, "mask");
    check_same_size(mask, "mask", photo.width, photo.height, "photo");
    require(mask.format == u8_1, "The mask must have 1 channel of u8.");
    // The other methods are the host's: nothing is carried to a GPU for them.
    const bool there = impl_->options.method == InpaintMethod::patch;
    Image keep_photo;
    Image keep_mask;
    const Device& device = there ? impl_->device : impl_->host;
    return to_host(inpaint_photo(device, there ? photo : on_host(photo, impl_->device, keep_photo),
                                 there ? mask : on_host(mask, impl_->device, keep_mask), impl_->options,
                                 impl_->host.threads(), progress),
                   device);
  });
}

std::vector<Image> Inpainter::inpaint(const std::vector<ImageView>& photos, const std::vector<ImageView>& masks,
                                      const Progress& progress) const {
  require(photos.size() == masks.size(), "There are ", photos.size(), " photos and ", masks.size(),
          " masks; their numbers must agree.");
  std::vector<Image> filled;
  const auto count = static_cast<double>(photos.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const auto done = static_cast<double>(i);
    filled.push_back(inpaint(photos[i], masks[i], progress.part(done / count, (done + 1) / count)));
  }
  return filled;
}

}  // namespace v1
}  // namespace relievo
