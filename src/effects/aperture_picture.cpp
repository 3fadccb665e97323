#include "effects/aperture_picture.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include <relievo/device.hpp>

#include "core/engine.hpp"
#include "core/views.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Two pixels for each of the largest mask.
constexpr int largest_side = 512;

void check_finite(const ImageView& values) {
  for (int y = 0; y < values.height; ++y) {
    const auto* const row = values.row<float>(y);
    const int count = values.width * values.format.channels;
    const auto* const wild = std::find_if(row, row + count, [](float value) { return !std::isfinite(value); });
    require(wild == row + count, "The aperture's picture is ", wild == row + count ? 0 : *wild, " at (",
            (wild - row) / values.format.channels, ", ", y, "); its values must be finite.");
  }
}

}  // namespace

AperturePicture aperture_picture(const ImageView& picture) {
  check_image(picture, "aperture's picture");
  require(picture.device.kind == DeviceKind::cpu, "The aperture's picture lies on ", text_of(picture.device),
          "; it must lie in host memory.");
  require(picture.width == picture.height, "The aperture's picture is ", picture.width, " x ", picture.height,
          " pixels; it must be square.");
  const Device host = Device::cpu(1);
  Engine& engine = host.engine();
  const int side = picture.width, channels = picture.format.channels;
  const PixelFormat format{Scalar::f32, picture.format.channels};
  Image codes(side, side, format, picture.color);
  engine.convert(picture, codes.mutable_view());
  check_finite(codes);
  const Color linear{picture.color.primaries, Transfer::linear, picture.color.premultiplied};
  Image colors(side, side, format, linear), light(side, side, f32_1, linear);
  engine.convert(codes, colors.mutable_view());
  engine.convert(colors, light.mutable_view());
  float most = 0;
  for (int y = 0; y < side; ++y) {
    auto* const row = light.row<float>(y);
    for (int x = 0; x < side; ++x) {
      const bool thinned = channels == 4 && !picture.color.premultiplied;
      row[x] = std::max(0.0f, row[x] * (thinned ? codes.row<float>(y)[4 * x + 3] : 1.0f));
      most = std::max(most, row[x]);
    }
  }
  check_finite(light);
  require(most > 0, "The aperture's picture is black; light must pass somewhere.");
  AperturePicture out;
  out.binary = true;
  for (int y = 0; y < side; ++y) {
    auto* const row = light.row<float>(y);
    for (int x = 0; x < side; ++x) {
      row[x] /= most;
      out.binary = out.binary && (row[x] == 0 || row[x] == 1);
    }
  }
  if (side > largest_side) {
    Image smaller(largest_side, largest_side, f32_1, linear);
    engine.resize(light, smaller.mutable_view(), ResizeFilter::area);
    light = std::move(smaller);
  }
  out.side = light.width();
  for (int y = 0; y < out.side; ++y)
    out.light.insert(out.light.end(), light.row<float>(y), light.row<float>(y) + out.side);
  return out;
}

}  // namespace v1
}  // namespace relievo
