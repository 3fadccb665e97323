#include <relievo/image.hpp>

#include <cstdlib>
#include <cstring>
#include <utility>

#include "core/check.hpp"
#include "core/views.hpp"

namespace relievo {
inline namespace v1 {

Image::Image() noexcept = default;
Image::Image(Image&& other) noexcept
    : view_(std::exchange(other.view_, {})), owner_(std::exchange(other.owner_, nullptr)) {}
Image& Image::operator=(Image&& other) noexcept {
  view_ = std::exchange(other.view_, {});
  owner_ = std::exchange(other.owner_, nullptr);
  return *this;
}
Image::~Image() = default;

Image::Image(const MutableImageView& view, std::shared_ptr<void> owner) noexcept
    : view_(view), owner_(std::move(owner)) {}

Image::Image(int width, int height, PixelFormat format, Color color) {
  check_size(width, height);
  require(format.channels == 1 || format.channels == 3 || format.channels == 4, "An image of ", int{format.channels},
          " channels is out of range; 1, 3 or 4 are allowed.");
  const std::int64_t stride = (std::int64_t{width} * format.bytes() + 63) / 64 * 64;
  const std::size_t bytes = static_cast<std::size_t>(stride) * static_cast<std::size_t>(height);
  void* data = std::aligned_alloc(64, bytes);
  if (data == nullptr) {
    fail(ErrorCode::out_of_memory, "No memory for an image of ", width, " x ", height, " pixels (", bytes, " bytes).");
  }
  owner_ = std::shared_ptr<void>(data, std::free);
  view_ = {data, width, height, stride, format, color, {}};
}

Image Image::copy_of(const ImageView& view) {
  require(!view.empty(), "The image is empty.");
  require(view.device.kind == DeviceKind::cpu, "The image lies in device memory; copy it with device.download(image).");
  Image copy(view.width, view.height, view.format, view.color);
  const std::size_t row_bytes = static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.format.bytes());
  for (int y = 0; y < view.height; ++y) std::memcpy(copy.row<char>(y), view.row<char>(y), row_bytes);
  return copy;
}

}  // namespace v1
}  // namespace relievo
