#include "stability.hpp"

#include <algorithm>
#include <array>

#include "common/depth_metrics.hpp"
#include "kernels/transfer.hpp"

namespace tool {
namespace {

relievo::ImageView middle(relievo::ImageView image) {
  const int dx = image.width / 10, dy = image.height / 10;
  image.data = image.row<unsigned char>(dy) + dx * image.format.bytes();
  image.width -= 2 * dx;
  image.height -= 2 * dy;
  return image;
}

relievo::Image exposed(const relievo::ImageView& photo, double factor) {
  std::array<std::uint8_t, 256> codes{};
  const int curve = static_cast<int>(photo.color.transfer);
  for (int code = 0; code < 256; ++code) {
    const double light = std::min(relievo::to_linear(curve, code / 255.0) * factor, 1.0);
    codes[static_cast<std::size_t>(code)] = static_cast<std::uint8_t>(relievo::from_linear(curve, light) * 255 + 0.5);
  }
  relievo::Image out = relievo::Image::copy_of(photo);
  for (int y = 0; y < photo.height; ++y) {
    auto* row = out.row<std::uint8_t>(y);
    std::transform(row, row + photo.width * photo.format.channels, row, [&](std::uint8_t code) { return codes[code]; });
  }
  return out;
}

}  // namespace

Stability stability(const DepthModel& model, const relievo::ImageView& photo, const relievo::DepthMap& estimate) {
  const relievo::DepthMap within(middle(estimate.values()), estimate.kind());
  return {rank_correlation(mirrored(model.estimate(mirrored(photo))), estimate),
          rank_correlation(model.estimate(middle(photo)), within),
          rank_correlation(model.estimate(exposed(photo, 0.5)), estimate),
          rank_correlation(model.estimate(exposed(photo, 2)), estimate)};
}

}  // namespace tool
