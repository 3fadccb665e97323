#include <relievo/depth_map.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "effects/relative.hpp"
#include "kernels/half.hpp"
#include "kernels/relative.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

float scalar_at(const ImageView& view, int x, int y) {
  switch (view.format.scalar) {
    case Scalar::u8:
      return static_cast<float>(view.row<std::uint8_t>(y)[x]) / 255.0f;
    case Scalar::u16:
      return static_cast<float>(view.row<std::uint16_t>(y)[x]) / 65535.0f;
    case Scalar::f16:
      return half_to_float(view.row<std::uint16_t>(y)[x]);
    case Scalar::f32:
      return view.row<float>(y)[x];
  }
  return nan;
}

// Linear in disparity for every kind.
double to_disparity(double value, DepthKind kind) { return disparity_of(value, kind == DepthKind::metres); }

}  // namespace

DepthMap::DepthMap() noexcept = default;
DepthMap::DepthMap(DepthMap&&) noexcept = default;
DepthMap& DepthMap::operator=(DepthMap&&) noexcept = default;
DepthMap::~DepthMap() = default;

DepthMap::DepthMap(const ImageView& values, DepthKind kind, float fov_degrees)
    : kind_(kind), fov_degrees_(fov_degrees) {
  require(!values.empty(), "The depth map is empty.");
  require(values.device.kind == DeviceKind::cpu,
          "The depth map lies in device memory; copy it with device.download(image).");
  require(values.format.channels == 1, "The depth map has ", int{values.format.channels}, " channels; 1 is allowed.");
  require(fov_degrees >= 0 && fov_degrees < 180, "fov_degrees is ", fov_degrees,
          "; allowed is 0 (unknown) to below 180.");
  values_ = Image(values.width, values.height, {Scalar::f32, 1}, {Primaries::unspecified, Transfer::linear, false});
  const bool positive = kind != DepthKind::disparity;
  std::int64_t known = 0;
  for (int y = 0; y < values.height; ++y) {
    float* row = values_.row<float>(y);
    for (int x = 0; x < values.width; ++x) {
      const float value = scalar_at(values, x, y);
      const bool valid = std::isfinite(value) && (!positive || value > 0);
      row[x] = valid ? value : nan;
      known += valid;
    }
  }
  require(known > 0, "The depth map holds no known value (all are NaN, infinite", positive ? " or <= 0" : "", ").");
  valid_fraction_ = static_cast<double>(known) / (static_cast<double>(values.width) * values.height);
}

DepthMap DepthMap::clone() const {
  DepthMap copy;
  if (!empty()) copy.values_ = values_.clone();
  copy.kind_ = kind_;
  copy.fov_degrees_ = fov_degrees_;
  copy.valid_fraction_ = valid_fraction_;
  return copy;
}

Image DepthMap::relative() const {
  require(!empty(), "The depth map is empty.");
  return relative_disparity(Device::cpu(1), *this).image;
}

DepthMap DepthMap::resized(int new_width, int new_height) const {
  require(!empty(), "The depth map is empty.");
  if (new_width == width() && new_height == height()) return clone();
  DepthMap out;
  out.values_ = Image(new_width, new_height, {Scalar::f32, 1}, values_.color());
  out.kind_ = kind_;
  out.fov_degrees_ = fov_degrees_;
  const double sx = static_cast<double>(width()) / new_width, sy = static_cast<double>(height()) / new_height;
  // A disparity in pixels is of this picture's width.
  const double unit = kind_ == DepthKind::disparity_px ? 1.0 / sx : 1.0;
  std::int64_t known = 0;
  for (int y = 0; y < new_height; ++y) {
    const double v = std::clamp((y + 0.5) * sy - 0.5, 0.0, height() - 1.0);
    const int y0 = static_cast<int>(v), y1 = std::min(y0 + 1, height() - 1);
    const double fy = v - y0;
    float* to = out.values_.row<float>(y);
    for (int x = 0; x < new_width; ++x) {
      const double u = std::clamp((x + 0.5) * sx - 0.5, 0.0, width() - 1.0);
      const int x0 = static_cast<int>(u), x1 = std::min(x0 + 1, width() - 1);
      const double fx = u - x0;
      const float taps[4] = {values_.row<float>(y0)[x0], values_.row<float>(y0)[x1], values_.row<float>(y1)[x0],
                             values_.row<float>(y1)[x1]};
      const double weights[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy, fx * fy};
      double sum = 0, weight = 0;
      for (int i = 0; i < 4; ++i) {
        if (std::isnan(taps[i])) continue;
        sum += weights[i] * to_disparity(taps[i], kind_);
        weight += weights[i];
      }
      // A pixel is known where most of what it is made from is.
      const bool valid = weight >= 0.5;
      to[x] = valid ? static_cast<float>(to_disparity(sum / weight, kind_) * unit) : nan;
      known += valid;
    }
  }
  require(known > 0, "The depth map holds no known value at ", new_width, " x ", new_height, " pixels.");
  out.valid_fraction_ = static_cast<double>(known) / (static_cast<double>(new_width) * new_height);
  return out;
}

}  // namespace v1
}  // namespace relievo
