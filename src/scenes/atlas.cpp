#include <algorithm>

#include "core/check.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {
namespace {

constexpr std::size_t square_bytes = std::size_t{4} * atlas_pixels;

// The square of `side` px at (x0, y0) of a photo, averaged down or sampled up to atlas_side, and its halves.
void add_square(const Image& photo, int x0, int y0, int side, std::vector<std::uint8_t>& pixels) {
  const std::size_t start = pixels.size();
  pixels.resize(start + square_bytes);
  std::uint8_t* to = pixels.data() + start;
  for (int y = 0; y < atlas_side; ++y) {
    const int top = y0 + y * side / atlas_side, bottom = std::max(top + 1, y0 + (y + 1) * side / atlas_side);
    for (int x = 0; x < atlas_side; ++x, to += 4) {
      const int left = x0 + x * side / atlas_side, right = std::max(left + 1, x0 + (x + 1) * side / atlas_side);
      int sum[3] = {0, 0, 0};
      for (int py = top; py < bottom; ++py) {
        const std::uint8_t* from = photo.row<std::uint8_t>(py);
        for (int px = left; px < right; ++px) {
          for (int c = 0; c < 3; ++c) sum[c] += from[3 * px + c];
        }
      }
      const int count = (right - left) * (bottom - top);
      for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>((sum[c] + count / 2) / count);
      to[3] = 255;
    }
  }
  const std::uint8_t* from = pixels.data() + start;
  for (int level = 1, wide = atlas_side; level < atlas_levels; ++level, wide /= 2) {
    const std::uint8_t* const larger = from;
    from += std::ptrdiff_t{4} * wide * wide;
    for (int y = 0; y < wide; y += 2) {
      for (int x = 0; x < wide; x += 2) {
        const std::uint8_t* p = larger + 4 * (y * wide + x);
        for (int c = 0; c < 4; ++c, ++to) {
          *to = static_cast<std::uint8_t>((p[c] + p[c + 4] + p[4 * wide + c] + p[4 * wide + c + 4] + 2) / 4);
        }
      }
    }
  }
}

}  // namespace

Atlas::Atlas(const std::vector<Image>& photos) {
  auto pixels = std::make_shared<std::vector<std::uint8_t>>();
  for (const Image& photo : photos) {
    require(photo.format() == PixelFormat{Scalar::u8, 3} && photo.device().kind == DeviceKind::cpu,
            "A photo of an atlas must have three channels of bytes in host memory.");
    const int side = std::min(photo.width(), photo.height()), spare = std::max(photo.width(), photo.height()) - side;
    const bool wide = photo.width() > photo.height();
    const auto square = [&](int offset) { add_square(photo, wide ? offset : 0, wide ? 0 : offset, side, *pixels); };
    if (spare > side / 3) {
      square(0);
      square(spare);
    } else {
      square(spare / 2);
    }
  }
  count_ = static_cast<int>(pixels->size() / square_bytes);
  if (count_ > 0) pixels_ = std::move(pixels);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
