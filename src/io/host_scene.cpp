#include "io/host_scene.hpp"

#include <algorithm>
#include <cstdint>

#include <relievo/device.hpp>

#include "io/pixels.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

constexpr Color srgb{Primaries::bt709, Transfer::srgb, false};

ImageView cropped(ImageView view, const Box& box) {
  view.data = view.row<std::uint8_t>(box.y0) + std::ptrdiff_t{box.x0} * view.format.bytes();
  view.width = box.width();
  view.height = box.height();
  return view;
}

// Linear light of other primaries to that of BT.709, from the chromaticities of ITU-T H.273; all have white D65.
const float* to_bt709(Primaries primaries) {
  static constexpr float matrices[3][9] = {
      {1.2249402f, -0.2249402f, 0, -0.0420570f, 1.0420570f, 0, -0.0196376f, -0.0786360f, 1.0982736f},
      {1.6604910f, -0.5876411f, -0.0728499f, -0.1245505f, 1.1328999f, -0.0083494f, -0.0181508f, -0.1005789f,
       1.1187297f},
      {1.3983557f, -0.3983557f, 0, 0, 1, 0, 0, -0.0429290f, 1.0429290f}};
  switch (primaries) {
    case Primaries::display_p3:
      return matrices[0];
    case Primaries::bt2020:
      return matrices[1];
    case Primaries::adobe_rgb:
      return matrices[2];
    default:
      return nullptr;
  }
}

// Straight colour as sRGB, u8, 3 channels.
Image as_srgb(const ImageView& color) {
  const float* matrix = color.format.channels == 3 ? to_bt709(color.color.primaries) : nullptr;
  if (!matrix) return converted(color, {Scalar::u8, 3}, srgb);
  Image linear = converted(color, {Scalar::f32, 3}, {Primaries::bt709, Transfer::linear, false});
  for (int y = 0; y < linear.height(); ++y) {
    float* rgb = linear.row<float>(y);
    for (int x = 0; x < linear.width(); ++x, rgb += 3) {
      const float r = rgb[0], g = rgb[1], b = rgb[2];
      for (int c = 0; c < 3; ++c) rgb[c] = matrix[3 * c] * r + matrix[3 * c + 1] * g + matrix[3 * c + 2] * b;
    }
  }
  return converted(linear, {Scalar::u8, 3}, srgb);
}

}  // namespace

ImageView on_host(const ImageView& view, Image& keep) {
  if (view.empty() || view.device.kind == DeviceKind::cpu) return view;
  keep = Device::cuda(view.device.index).download(view);
  return keep;
}

HostLayer::HostLayer(const LayeredScene& scene, int index) {
  const LayerView layer = scene.layer(index);
  color_ = on_host(layer.color, keep_color_);
  disparity_ = on_host(layer.disparity, keep_disparity_);
  coverage_ = on_host(layer.coverage, keep_coverage_);
  Image keep_alpha;
  const ImageView alpha = on_host(scene.alpha(), keep_alpha);
  if (!alpha.empty()) {
    Image both = converted(alpha, {Scalar::u8, 1}, alpha.color);
    for (int y = 0; y < both.height() && !coverage_.empty(); ++y) {
      auto* out = both.row<std::uint8_t>(y);
      const auto* cover = coverage_.row<std::uint8_t>(y);
      for (int x = 0; x < both.width(); ++x) out[x] = static_cast<std::uint8_t>((out[x] * cover[x] + 127) / 255);
    }
    keep_coverage_ = std::move(both);
    coverage_ = keep_coverage_;
  }
  box_ = {0, 0, color_.width, color_.height};
  if (!coverage_.empty()) look_at_coverage();
}

void HostLayer::look_at_coverage() {
  box_ = {coverage_.width, coverage_.height, 0, 0};
  for (int y = 0; y < coverage_.height; ++y) {
    const auto* row = coverage_.row<std::uint8_t>(y);
    for (int x = 0; x < coverage_.width; ++x) {
      if (row[x] == 0) continue;
      is_soft_ |= row[x] != 255;
      box_.x0 = std::min(box_.x0, x), box_.x1 = std::max(box_.x1, x + 1);
      box_.y0 = std::min(box_.y0, y), box_.y1 = std::max(box_.y1, y + 1);
    }
  }
}

Image HostLayer::picture(const Box& box) const {
  Image rgb = as_srgb(cropped(color_, box));
  if (coverage_.empty()) return rgb;
  Image rgba(box.width(), box.height(), {Scalar::u8, 4}, srgb);
  for (int y = 0; y < box.height(); ++y) {
    const auto* in = rgb.row<std::uint8_t>(y);
    const auto* cover = coverage_.row<std::uint8_t>(box.y0 + y) + box.x0;
    auto* out = rgba.row<std::uint8_t>(y);
    for (int x = 0; x < box.width(); ++x, in += 3, out += 4) {
      std::copy_n(in, 3, out);
      out[3] = cover[x];
    }
  }
  return rgba;
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
