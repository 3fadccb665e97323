// A plane by least squares, from sums.
#pragma once

#include "effects/planar_surface.hpp"

namespace relievo {
inline namespace v1 {

/// Sums of points around their mean (Welford, Technometrics 1962), from which a plane follows.
class LeastSquares {
 public:
  void add(double x, double y, double value) {
    ++count_;
    const double dx = x - x_, dy = y - y_, dv = value - value_;
    x_ += dx / count_;
    y_ += dy / count_;
    value_ += dv / count_;
    xx_ += dx * (x - x_);
    xy_ += dx * (y - y_);
    yy_ += dy * (y - y_);
    xv_ += dx * (value - value_);
    yv_ += dy * (value - value_);
  }
  double count() const { return count_; }

  /// Level along what the points do not tell: all of it where they lie in one place.
  Plane plane() const {
    const double little = 1e-9 * (xx_ + yy_) + 1e-12;
    const double xx = xx_ + little, yy = yy_ + little, determinant = xx * yy - xy_ * xy_;
    Plane plane;
    plane.a = (xv_ * yy - yv_ * xy_) / determinant;
    plane.b = (yv_ * xx - xv_ * xy_) / determinant;
    plane.c = value_ - plane.a * x_ - plane.b * y_;
    return plane;
  }

 private:
  double count_ = 0, x_ = 0, y_ = 0, value_ = 0;
  double xx_ = 0, xy_ = 0, yy_ = 0, xv_ = 0, yv_ = 0;
};

}  // namespace v1
}  // namespace relievo
