#include "io/pixels.hpp"

#include <Imath/half.h>
#include <tbb/blocked_range.h>
#include <tbb/blocked_range2d.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr int tile = 64;

template <std::size_t Size>
void turn(const ImageView& from, const MutableImageView& to, int orientation) {
  // Where upright pixel (x, y) lies in the stored image: origin + x * along_x + y * along_y.
  const std::int64_t px = static_cast<std::int64_t>(Size), row = from.stride;
  const std::int64_t right = (from.width - 1) * px, bottom = (from.height - 1) * row;
  struct Walk {
    std::int64_t origin, along_x, along_y;
  };
  const std::array<Walk, 8> walks = {{{0, px, row},
                                      {right, -px, row},
                                      {right + bottom, -px, -row},
                                      {bottom, px, -row},
                                      {0, row, px},
                                      {bottom, -row, px},
                                      {right + bottom, -row, -px},
                                      {right, row, -px}}};
  const Walk walk = walks[static_cast<std::size_t>(orientation - 1)];
  const auto* source = static_cast<const unsigned char*>(from.data) + walk.origin;
  tbb::parallel_for(tbb::blocked_range2d<int>(0, to.height, tile, 0, to.width, tile), [&](const auto& range) {
    for (int y = range.rows().begin(); y < range.rows().end(); ++y) {
      auto* out = to.row<unsigned char>(y) + range.cols().begin() * px;
      const auto* in = source + y * walk.along_y + range.cols().begin() * walk.along_x;
      for (int x = range.cols().begin(); x < range.cols().end(); ++x, out += px, in += walk.along_x) {
        std::memcpy(out, in, Size);
      }
    }
  });
}

float load(const ImageView& image, int y, std::int64_t index) {
  switch (image.format.scalar) {
    case Scalar::u8:
      return static_cast<float>(image.row<std::uint8_t>(y)[index]) / 255.0f;
    case Scalar::u16:
      return static_cast<float>(image.row<std::uint16_t>(y)[index]) / 65535.0f;
    case Scalar::f16:
      return imath_half_to_float(image.row<std::uint16_t>(y)[index]);
    case Scalar::f32:
      break;
  }
  return image.row<float>(y)[index];
}

// !(v > 0) also catches NaN.
float clamped(float v) { return !(v > 0) ? 0.0f : v > 1 ? 1.0f : v; }

void store(const MutableImageView& image, int y, std::int64_t index, float v) {
  switch (image.format.scalar) {
    case Scalar::u8:
      image.row<std::uint8_t>(y)[index] = static_cast<std::uint8_t>(clamped(v) * 255.0f + 0.5f);
      break;
    case Scalar::u16:
      image.row<std::uint16_t>(y)[index] = static_cast<std::uint16_t>(clamped(v) * 65535.0f + 0.5f);
      break;
    case Scalar::f16:
      image.row<std::uint16_t>(y)[index] = imath_float_to_half(v);
      break;
    case Scalar::f32:
      image.row<float>(y)[index] = v;
      break;
  }
}

float to_linear(Transfer transfer, float x) {
  switch (transfer) {
    case Transfer::srgb:
      return x <= 0.04045f ? x / 12.92f : std::pow((x + 0.055f) / 1.055f, 2.4f);
    case Transfer::bt709:
      return x < 0.081f ? x / 4.5f : std::pow((x + 0.099f) / 1.099f, 1 / 0.45f);
    case Transfer::gamma22:
      return x > 0 ? std::pow(x, 2.2f) : 0;
    case Transfer::linear:
      break;
  }
  return x;
}

float from_linear(Transfer transfer, float x) {
  switch (transfer) {
    case Transfer::srgb:
      return x <= 0.0031308f ? x * 12.92f : 1.055f * std::pow(x, 1 / 2.4f) - 0.055f;
    case Transfer::bt709:
      return x < 0.018f ? x * 4.5f : 1.099f * std::pow(x, 0.45f) - 0.099f;
    case Transfer::gamma22:
      return x > 0 ? std::pow(x, 1 / 2.2f) : 0;
    case Transfer::linear:
      break;
  }
  return x;
}

using Pixel = std::array<float, 4>;

Pixel load_pixel(const ImageView& image, int y, int x) {
  const int channels = image.format.channels;
  const std::int64_t at = static_cast<std::int64_t>(x) * channels;
  Pixel p{0, 0, 0, 1};
  for (int c = 0; c < channels; ++c) p[static_cast<std::size_t>(c)] = load(image, y, at + c);
  if (channels == 1) p[1] = p[2] = p[0];
  return p;
}

void scale_color(Pixel& p, float factor) {
  for (int c = 0; c < 3; ++c) p[static_cast<std::size_t>(c)] *= factor;
}

}  // namespace

Image upright(Image image, int orientation) {
  if (orientation <= 1 || orientation > 8) return image;
  const bool swaps = orientation >= 5;
  Image out(swaps ? image.height() : image.width(), swaps ? image.width() : image.height(), image.format(),
            image.color());
  const ImageView from = image.view();
  const MutableImageView to = out.mutable_view();
  switch (from.format.bytes()) {
    case 1:
      turn<1>(from, to, orientation);
      break;
    case 2:
      turn<2>(from, to, orientation);
      break;
    case 3:
      turn<3>(from, to, orientation);
      break;
    case 4:
      turn<4>(from, to, orientation);
      break;
    case 6:
      turn<6>(from, to, orientation);
      break;
    case 8:
      turn<8>(from, to, orientation);
      break;
    case 12:
      turn<12>(from, to, orientation);
      break;
    default:
      turn<16>(from, to, orientation);
      break;
  }
  return out;
}

void unpremultiply(MutableImageView image) {
  if (image.format.channels != 4) return;
  tbb::parallel_for(0, static_cast<int>(image.height), [&](int y) {
    for (int x = 0; x < image.width; ++x) {
      Pixel p = load_pixel(image, y, x);
      if (!(p[3] > 0)) continue;
      scale_color(p, 1 / p[3]);
      for (int c = 0; c < 3; ++c) store(image, y, x * 4 + c, p[static_cast<std::size_t>(c)]);
    }
  });
}

Image converted(const ImageView& image, PixelFormat format, Color color) {
  Image out(image.width, image.height, format, color);
  const MutableImageView to = out.mutable_view();
  const bool recurve = image.color.transfer != color.transfer;
  const bool alpha = image.format.channels == 4;
  const bool straighten =
      alpha && image.color.premultiplied && (recurve || !color.premultiplied) && format.channels == 4;
  const bool multiply = alpha && color.premultiplied && (straighten || !image.color.premultiplied);
  const bool plain = !recurve && !straighten && !multiply && image.format == format;
  tbb::parallel_for(0, static_cast<int>(image.height), [&](int y) {
    if (plain) {
      std::memcpy(to.row<unsigned char>(y), image.row<unsigned char>(y),
                  static_cast<std::size_t>(image.width) * format.bytes());
      return;
    }
    for (int x = 0; x < image.width; ++x) {
      Pixel p = load_pixel(image, y, x);
      if (straighten && p[3] > 0) scale_color(p, 1 / p[3]);
      for (std::size_t c = 0; recurve && c < 3; ++c) {
        p[c] = from_linear(color.transfer, to_linear(image.color.transfer, p[c]));
      }
      if (multiply) scale_color(p, p[3]);
      for (int c = 0; c < format.channels; ++c) store(to, y, x * format.channels + c, p[static_cast<std::size_t>(c)]);
    }
  });
  return out;
}

void row_to_rgb8(const ImageView& image, int y, unsigned char* rgb) {
  const int channels = image.format.channels;
  if (image.format.scalar == Scalar::u8) {
    const auto* in = image.row<std::uint8_t>(y);
    if (channels == 3) {
      std::memcpy(rgb, in, static_cast<std::size_t>(image.width) * 3);
      return;
    }
    const int green = channels == 1 ? 0 : 1, blue = channels == 1 ? 0 : 2;
    for (int x = 0; x < image.width; ++x, in += channels, rgb += 3) {
      rgb[0] = in[0], rgb[1] = in[green], rgb[2] = in[blue];
    }
    return;
  }
  for (int x = 0; x < image.width; ++x, rgb += 3) {
    const Pixel p = load_pixel(image, y, x);
    for (std::size_t c = 0; c < 3; ++c) rgb[c] = static_cast<unsigned char>(clamped(p[c]) * 255.0f + 0.5f);
  }
}

void check_size(const std::string& path, std::int64_t width, std::int64_t height, std::int64_t max_pixels) {
  if (width > max_image_side || height > max_image_side) {
    fail(ErrorCode::unsupported, "'", path, "' is ", width, " x ", height, " pixels; the longest side allowed is ",
         max_image_side, ".");
  }
  if (width > 0 && height > max_pixels / width) {
    fail(ErrorCode::unsupported, "'", path, "' is ", width, " x ", height, " pixels, more than the limit of ",
         max_pixels, " pixels.");
  }
}

void check_host_image(const ImageView& image, const char* what) {
  require(!image.empty(), "The ", what, " has no pixels.");
  require(image.device.kind == DeviceKind::cpu, "The ", what,
          " lies in device memory; bring it to the host with Device::download.");
  const int channels = image.format.channels;
  require(channels == 1 || channels == 3 || channels == 4, "The number of channels of the ", what, " is ", channels,
          "; allowed are 1, 3 and 4.");
  require(image.width <= max_image_side && image.height <= max_image_side, "The ", what, " is ", image.width, " x ",
          image.height, " pixels; the longest side allowed is ", max_image_side, ".");
  const std::int64_t row = static_cast<std::int64_t>(image.width) * image.format.bytes();
  require(image.stride >= row, "The stride of the ", what, " is ", image.stride, "; allowed is ", row,
          " or more bytes.");
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
