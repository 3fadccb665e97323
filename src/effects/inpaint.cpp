#include "effects/inpaint.hpp"

#include "core/check.hpp"
#include "core/engine.hpp"
#include "core/views.hpp"
#include "effects/histogram.hpp"
#include "effects/patch_fill.hpp"
#include "effects/planar_fill.hpp"
#include "effects/working_copy.hpp"
#include "vision/fill.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// On the host; from a GPU the hole and what is read around it go there and back.
void fill_there(const Device& device, const MutableImageView& photo, const ImageView& hole, InpaintMethod method,
                float radius, int threads, const Progress& progress) {
  Image keep_hole;
  const ImageView mask = on_host(hole, device, keep_hole);
  if (device.kind() == DeviceKind::cpu) return fill_hole(photo, mask, method, radius, threads, progress);
  const HoleRegion region = region_of_hole(mask, radius);
  const auto within = [&](auto view) { return part_of(view, region.x, region.y, region.width, region.height); };
  Image part = device.download(within(ImageView(photo)));
  fill_hole(part.mutable_view(), within(mask), method, radius, threads, progress);
  device.engine().copy(part, within(photo));
}

void fill_by_planes(const Device& device, Image& photo, const ImageView& hole, float radius, const Progress& progress) {
  Image keep_hole;
  const ImageView mask = on_host(hole, device, keep_hole);
  Image filled = to_host(std::move(photo), device);
  planar_fill(host_device(device), filled.mutable_view(), mask, radius, progress);
  photo = to_device(std::move(filled), device);
}

// The hole is nearer than all the rest.
bool fill_by_patches(const Device& device, const MutableImageView& photo, const ImageView& hole,
                     const Progress& progress) {
  Image rank = device.allocate(hole.width, hole.height, u8_1), behind = device.allocate(hole.width, hole.height, u8_1);
  device.engine().mask_above(hole, 0, {}, rank.mutable_view());
  device.engine().mask_above(hole, 255, {}, behind.mutable_view());
  return patch_fill(device, photo, rank, behind, photo, false, progress);
}

}  // namespace

Image inpaint_photo(const Device& device, const ImageView& photo, const ImageView& mask, const InpaintOptions& options,
                    int threads, const Progress& progress) {
  progress.report(0, "fill");
  Image keep_mask;
  const ImageView hole = on_device(mask, device, keep_mask);
  const std::int64_t pixels = std::int64_t{mask.width} * mask.height;
  const std::int64_t known = histogram_of(device.engine(), hole)[0];
  require(known > 0, "The mask covers the whole photo; nothing is left to fill from.");
  Image out = copy_on(device, photo);
  if (known < pixels) {
    const bool by_patches = options.method == InpaintMethod::patch;
    if (options.method == InpaintMethod::planar) {
      fill_by_planes(device, out, hole, options.radius_px, progress);
    } else if (!by_patches || !fill_by_patches(device, out.mutable_view(), hole, progress)) {
      fill_there(device, out.mutable_view(), hole, by_patches ? InpaintMethod::telea : options.method,
                 options.radius_px, threads, progress);
    }
  }
  progress.report(1, "fill");
  return out;
}

}  // namespace v1
}  // namespace relievo
