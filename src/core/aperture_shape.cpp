#include "core/aperture_shape.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Points of a boundary belong to what it bounds, whichever way rounding goes.
constexpr double rounding = 1e-9;

bool is_polygon(Aperture shape) { return shape == Aperture::hexagon || shape == Aperture::octagon; }

int corners_of(Aperture shape) { return shape == Aperture::hexagon ? 6 : shape == Aperture::octagon ? 8 : 0; }

bool inside_heart(double u, double y) {
  const double v = 0.1 - y;
  const double s = u * u + v * v - 1;
  return s * s * s <= u * u * v * v * v;
}

// How many times the curve has to be enlarged to hold (u, v).
double heart_reach(double u, double v) {
  const double distance = std::sqrt(u * u + v * v);
  // Its points lie 0.9 to 1.35 from the centre.
  double beyond = distance / 1.4, within = distance / 0.85;
  for (int step = 0; step < 40; ++step) {
    const double middle = (beyond + within) / 2;
    (inside_heart(u / middle, v / middle) ? within : beyond) = middle;
  }
  return within;
}

}  // namespace

ApertureShape::ApertureShape(Aperture of) : shape(of), blades(corners_of(of)) {}

bool ApertureShape::operator==(const ApertureShape& other) const = default;

void check_aperture(const BokehOptions& options) {
  const std::string_view shape = name_of(options.shape);
  const bool takes_blades = options.shape == Aperture::circle || is_polygon(options.shape);
  require(options.blades != 1 && options.blades != 2, "blades is ", options.blades, "; allowed are 0 and 3 to 16.");
  require(options.blades == 0 || takes_blades, "blades is ", options.blades, " with shape ", shape,
          "; allowed is 0, for only circle, hexagon and octagon have blades.");
  require(options.roundness == 0 || options.blades > 0 || is_polygon(options.shape), "roundness is ", options.roundness,
          " with shape ", shape, takes_blades ? " and no blades" : "", "; allowed is 0, for it has no straight sides.");
  require(options.shape != Aperture::image || options.mode != BokehMode::gather,
          "shape is image with mode gather; allowed is mode lens.");
}

ApertureShape aperture_shape(const BokehOptions& options, std::shared_ptr<const AperturePicture> picture) {
  check_aperture(options);
  ApertureShape shape(options.shape);
  if (options.blades > 0) shape.blades = options.blades;
  shape.roundness = options.roundness;
  const bool is_disc = options.shape == Aperture::circle && options.blades == 0;
  shape.rotation = is_disc ? 0 : options.rotation;
  shape.squeeze = options.squeeze;
  if (options.shape == Aperture::image) {
    require(picture != nullptr, "shape is image and there is no picture of the aperture; set_aperture takes one.");
    shape.picture = std::move(picture);
  }
  return shape;
}

ApertureTurn::ApertureTurn(const ApertureShape& shape) : squeeze_(static_cast<double>(shape.squeeze)) {
  const double angle = static_cast<double>(shape.rotation) * std::numbers::pi / 180;
  cosine_ = std::cos(angle);
  sine_ = std::sin(angle);
}

ApertureOutline::ApertureOutline(const ApertureShape& shape)
    : shape_(shape.shape), roundness_(static_cast<double>(shape.roundness)), turn_(shape) {
  const double half = std::numbers::pi / std::max(shape.blades, 1);
  for (int i = 0; i < shape.blades; ++i) {
    const double angle = -std::numbers::pi / 2 + half + 2 * half * i;
    sides_.push_back({std::cos(angle) / std::cos(half), std::sin(angle) / std::cos(half)});
  }
  if (shape_ != Aperture::heart) return;
  // The outline where it crosses rays one degree apart.
  double extent = 1;
  for (int degrees = 0; degrees < 360; ++degrees) {
    const double angle = degrees * std::numbers::pi / 180, x = std::cos(angle), y = std::sin(angle);
    const auto [u, v] = turn_.before(x, y);
    extent = std::max(extent, std::max(std::fabs(x), std::fabs(y)) / (heart_size_ * heart_reach(u, v)));
  }
  heart_size_ *= extent;
}

// The pixel of each column that lies nearest to the line, or of each row where the line is steep.
double ApertureOutline::line_reach(double x, double y) const {
  const auto [along_x, along_y] = turn_.of_unit();
  const bool steep = std::fabs(along_y) > std::fabs(along_x);
  const double major = steep ? y : x, minor = steep ? x : y;
  const double step = steep ? along_y : along_x, slope = steep ? along_x / along_y : along_y / along_x;
  constexpr double never = 1e7;
  // Rounded outwards on both sides of the centre.
  return minor == std::copysign(std::floor(std::fabs(major * slope) + 0.5 + rounding), major * slope)
             ? std::fabs(major / step)
             : never;
}

double ApertureOutline::reach(double x, double y) const {
  if (shape_ == Aperture::line) return line_reach(x, y);
  const auto [u, v] = turn_.before(x, y);
  const double distance = std::sqrt(u * u + v * v);
  if (shape_ == Aperture::heart) {
    return distance == 0 ? 0 : heart_size_ * heart_reach(u, v);
  }
  if (sides_.empty()) return distance;
  double straight = 0;
  for (const ApertureTurn::Point& side : sides_) straight = std::max(straight, u * side.x + v * side.y);
  return (1 - roundness_) * straight + roundness_ * distance;
}

bool ApertureOutline::holds(double x, double y, double scale) const {
  if (shape_ != Aperture::heart) return reach(x, y) <= scale + rounding;
  const auto [u, v] = turn_.before(x, y);
  const double times = heart_size_ / (scale + rounding);
  return inside_heart(u * times, v * times);
}

}  // namespace v1
}  // namespace relievo
