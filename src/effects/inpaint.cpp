#include "effects/inpaint.hpp"

#include "core/check.hpp"
#include "core/engine.hpp"
#include "core/views.hpp"
#include "effects/working_copy.hpp"
#include "vision/fill.hpp"

namespace relievo {
inline namespace v1 {

Image inpaint_photo(const Device& device, const ImageView& photo, const ImageView& mask, const InpaintOptions& options,
                    int threads, const Progress& progress) {
  progress.report(0, "fill");
  const std::int64_t hole = count_hole(mask);
  require(hole < std::int64_t{mask.width} * mask.height,
          "The mask covers the whole photo; nothing is left to fill from.");
  Image out = copy_on(device, photo);
  if (hole > 0 && device.kind() == DeviceKind::cpu) {
    fill_hole(out.mutable_view(), mask, options.method, options.radius_px, threads, progress);
  } else if (hole > 0) {
    // The hole and what is read around it go to the host and back.
    const HoleRegion region = region_of_hole(mask, options.radius_px);
    const auto within = [&](auto view) { return part_of(view, region.x, region.y, region.width, region.height); };
    Image part = device.download(within(out.view()));
    fill_hole(part.mutable_view(), within(mask), options.method, options.radius_px, threads, progress);
    device.engine().copy(part, within(out.mutable_view()));
  }
  progress.report(1, "fill");
  return out;
}

}  // namespace v1
}  // namespace relievo
