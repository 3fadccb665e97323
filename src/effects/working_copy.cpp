#include "effects/working_copy.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace relievo {
inline namespace v1 {

ImageView on_host(const ImageView& photo, const Device& device, Image& keep) {
  if (photo.device.kind == DeviceKind::cpu) return photo;
  keep = device.download(photo);
  return keep;
}

ImageView on_device(const ImageView& image, const Device& device, Image& keep) {
  if (image.device == device.id()) return image;
  keep = device.upload(image);
  return keep;
}

Image copy_on(const Device& device, const ImageView& image) {
  if (image.device != device.id()) return device.upload(image);
  Image copy = device.allocate(image.width, image.height, image.format, image.color);
  device.engine().copy(image, copy.mutable_view());
  return copy;
}

Device host_device(const Device& device) { return device.kind() == DeviceKind::cpu ? device : Device::cpu(); }

Image to_host(Image image, const Device& device) {
  return image.device().kind == DeviceKind::cpu ? std::move(image) : device.download(image);
}

Image to_device(Image image, const Device& device) {
  return image.device() == device.id() ? std::move(image) : device.upload(image);
}

Image resized(const Device& device, const ImageView& image, int width, int height, ResizeFilter filter) {
  Image out = device.allocate(width, height, image.format, image.color);
  device.engine().resize(image, out.mutable_view(), filter);
  return out;
}

Image rgb8(const Device& device, const ImageView& image) {
  const Color color{image.color.primaries, Transfer::srgb, image.color.premultiplied};
  Image out = device.allocate(image.width, image.height, {Scalar::u8, 3}, color);
  device.engine().convert(image, out.mutable_view());
  return out;
}

Image small_rgb(const Device& device, const ImageView& photo, int longer_side) {
  const double scale = std::min(1.0, static_cast<double>(longer_side) / std::max(photo.width, photo.height));
  const int width = std::max(1, static_cast<int>(std::lround(photo.width * scale)));
  const int height = std::max(1, static_cast<int>(std::lround(photo.height * scale)));
  Image shrunk;
  ImageView small = photo;
  if (width != photo.width || height != photo.height) {
    shrunk = resized(device, photo, width, height, ResizeFilter::area);
    small = shrunk;
  }
  return rgb8(device, small);
}

}  // namespace v1
}  // namespace relievo
