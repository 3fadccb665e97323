#include <relievo/depth_map.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "core/check.hpp"
#include "core/quantiles.hpp"
#include "kernels/half.hpp"

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

// Disparity up to scale: what is linear in it for every kind. Double, where the inverse of every float is finite and
// so is the difference of any two.
double to_disparity(double value, DepthKind kind) { return kind == DepthKind::metres ? 1 / value : value; }

struct Range {
  double low, high;
};

// Metres have their nearest first.
Range robust_range(const ImageView& values, DepthKind kind) {
  const bool turned = kind == DepthKind::metres;
  const double at[2] = {turned ? -0.005 : 0.005, turned ? -0.995 : 0.995};
  float found[4];
  find_quantiles(values, {}, at, 2, found);
  const double least = to_disparity(found[turned ? 1 : 0], kind), most = to_disparity(found[turned ? 0 : 1], kind);
  if (kind == DepthKind::disparity && least >= 0 && most <= 1 && least <= 0.005 && most >= 0.995) return {0, 1};
  const Range range{to_disparity(found[2], kind), to_disparity(found[3], kind)};
  return range.low < range.high ? range : Range{least, most};
}

// Unknown pixels of a row take the farther of its two known neighbours; true if the row has any.
bool fill_row(float* row, int width) {
  int known = -1;
  for (int x = 0; x < width; ++x) {
    if (std::isnan(row[x])) continue;
    if (known < x - 1) {
      const float fill = known < 0 ? row[x] : std::min(row[known], row[x]);
      std::fill(row + known + 1, row + x, fill);
    }
    known = x;
  }
  if (known < 0) return false;
  std::fill(row + known + 1, row + width, row[known]);
  return true;
}

// Rows without a known value take, in each column, the farther of the rows above and below.
void fill_empty_rows(Image& image, const std::vector<bool>& known) {
  const int height = image.height();
  for (int hole = 0; hole < height; ++hole) {
    if (known[static_cast<std::size_t>(hole)]) continue;
    int end = hole;
    while (end < height && !known[static_cast<std::size_t>(end)]) ++end;
    const float* above = std::as_const(image).row<float>(hole > 0 ? hole - 1 : end);
    const float* below = std::as_const(image).row<float>(end < height ? end : hole - 1);
    for (; hole < end; ++hole) {
      std::transform(above, above + image.width(), below, image.row<float>(hole),
                     [](float a, float b) { return std::min(a, b); });
    }
  }
}

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
  const Range range = robust_range(values_, kind_);
  const double span = range.high - range.low;
  Image out(width(), height(), {Scalar::f32, 1}, values_.color());
  std::vector<bool> row_known(static_cast<std::size_t>(height()));
  for (int y = 0; y < height(); ++y) {
    const float* from = values_.row<float>(y);
    float* to = out.row<float>(y);
    for (int x = 0; x < width(); ++x) {
      if (std::isnan(from[x])) {
        to[x] = nan;
      } else {
        const double part = span > 0 ? (to_disparity(from[x], kind_) - range.low) / span : 0.5;
        to[x] = static_cast<float>(std::clamp(part, 0.0, 1.0));
      }
    }
    row_known[static_cast<std::size_t>(y)] = fill_row(to, width());
  }
  if (valid_fraction_ < 1) fill_empty_rows(out, row_known);
  return out;
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
