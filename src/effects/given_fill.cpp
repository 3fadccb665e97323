#include "effects/given_fill.hpp"

#include "core/check.hpp"
#include "core/views.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

Image given_fill(const Device& device, const Fill& fill, const ImageView& photo, const ImageView& hole) {
  Image keep;
  const ImageView source = on_host(photo, device, keep);
  const Image given = fill(source, hole);
  if (given.empty()) return {};
  check_image(given, "fill's picture");
  check_same_size(given, "fill's picture", photo.width, photo.height, "photo");
  require(given.format() == photo.format, "The fill's picture must have ", int{photo.format.channels},
          photo.format.channels == 1 ? " channel" : " channels", " of the photo's scalar type.");
  Image keep_given, keep_hole;
  const LayerView sides[2] = {{photo, {}, {}},
                              {on_device(given, device, keep_given), on_device(hole, device, keep_hole), {}}};
  Image out = device.allocate(photo.width, photo.height, photo.format, photo.color);
  device.engine().flatten(sides, 2, out.mutable_view());
  return out;
}

}  // namespace v1
}  // namespace relievo
