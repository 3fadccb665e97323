// The shape of an aperture of any size.
#pragma once

#include <memory>
#include <vector>

#include <relievo/bokeh_renderer.hpp>

namespace relievo {
inline namespace v1 {

/// A square picture of an aperture: the light that passes at [y * side + x], 0 to 1.
struct AperturePicture {
  int side = 0;
  bool binary = false;  ///< All or nothing passes, but for what making it smaller mixed.
  std::vector<float> light;
};

/// What BokehOptions say of the aperture. Two are equal where their values are and the picture is the same object.
struct ApertureShape {
  Aperture shape = Aperture::circle;
  int blades = 0;       ///< Corners of a polygon, those of a hexagon too; 0 = none.
  float roundness = 0;  ///< Of a polygon.
  float rotation = 0;   ///< Degrees, clockwise.
  float squeeze = 1;
  std::shared_ptr<const AperturePicture> picture;  ///< Of shape `image`.

  ApertureShape(Aperture of = Aperture::circle);  // NOLINT(google-explicit-constructor): a shape as it is named
  bool operator==(const ApertureShape& other) const;
};

/// Throws Error{invalid_argument} for options of the aperture that contradict one another.
void check_aperture(const BokehOptions& options);

/// The shape of these options; throws as `check_aperture` does, and for shape `image` without a picture.
ApertureShape aperture_shape(const BokehOptions& options, std::shared_ptr<const AperturePicture> picture = nullptr);

/// A point as it lies in the aperture before that is turned and squeezed.
class ApertureTurn {
 public:
  explicit ApertureTurn(const ApertureShape& shape);

  struct Point {
    double x, y;
  };
  Point before(double x, double y) const {
    return {cosine_ * squeeze_ * x + sine_ * y, cosine_ * y - sine_ * squeeze_ * x};
  }
  /// Where (1, 0) goes.
  Point of_unit() const { return {cosine_ / squeeze_, sine_}; }

 private:
  double cosine_, sine_, squeeze_;
};

/// The outline of every shape but `image`, around the origin, y down, of circumradius 1. Rays from there leave it once.
///
/// Polygon: regular, a corner up. With roundness t its boundary lies at the distance 1 / ((1 - t) / p + t), p being
/// that of the straight side: arcs of conics about the centre, and a circle at 1.
/// Heart: (x^2 + y^2 - 1)^3 <= x^2 y^3 with y up, its centre at (0, 0.1), 1.2 times smaller, so that it fills the
/// square around the circle; turned, as much smaller as keeps it there. Line: the pixels of a digital line from (-1, 0)
/// to (1, 0).
class ApertureOutline {
 public:
  explicit ApertureOutline(const ApertureShape& shape);

  /// How many times the outline has to be enlarged to hold (x, y); over 10^6 for pixels beside a line.
  double reach(double x, double y) const;
  /// Whether reach(x, y) <= scale, but for rounding.
  bool holds(double x, double y, double scale) const;

 private:
  double line_reach(double x, double y) const;

  Aperture shape_;
  double roundness_;
  double heart_size_ = 1.2;
  ApertureTurn turn_;
  std::vector<ApertureTurn::Point> sides_;  // Of a polygon: their normals, of length 1 / distance.
};

}  // namespace v1
}  // namespace relievo
