#include "effects/working_copy.hpp"

#include <algorithm>
#include <cmath>

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

Image resized(Engine& engine, const ImageView& image, int width, int height, ResizeFilter filter) {
  Image out(width, height, image.format, image.color);
  engine.resize(image, out.mutable_view(), filter);
  return out;
}

Image small_rgb(Engine& engine, const ImageView& photo, int longer_side) {
  const double scale = std::min(1.0, static_cast<double>(longer_side) / std::max(photo.width, photo.height));
  const int width = std::max(1, static_cast<int>(std::lround(photo.width * scale)));
  const int height = std::max(1, static_cast<int>(std::lround(photo.height * scale)));
  Image shrunk;
  ImageView small = photo;
  if (width != photo.width || height != photo.height) {
    shrunk = resized(engine, photo, width, height, ResizeFilter::area);
    small = shrunk;
  }
  Image out(width, height, {Scalar::u8, 3}, {photo.color.primaries, Transfer::srgb, photo.color.premultiplied});
  engine.convert(small, out.mutable_view());
  return out;
}

void clamp_to_unit(Image& image) {
  const int samples = image.width() * image.format().channels;
  for (int y = 0; y < image.height(); ++y) {
    float* row = image.row<float>(y);
    for (int i = 0; i < samples; ++i) row[i] = row[i] > 0 ? std::min(row[i], 1.0f) : 0.0f;
  }
}

}  // namespace v1
}  // namespace relievo
