// A surface of one plane, or of a few that meet, through what is known of a picture.
#pragma once

#include <vector>

#include <relievo/image.hpp>

namespace relievo {
inline namespace v1 {

struct Plane {
  double a = 0, b = 0, c = 0;

  double at(double x, double y) const { return a * x + b * y + c; }
};

/// Planes, and which of them a pixel lies on.
struct PlanarSurface {
  enum class Join {
    largest,   ///< that of the largest value: they meet in a crease that is hollow
    smallest,  ///< that of the smallest: in one that stands out
    line,      ///< the second where `side` is above 0, else the first: they part in a step
  };
  std::vector<Plane> planes;
  Join join = Join::largest;
  Plane side;
  double tolerance = 0;  ///< what values depart by from the planes they lie on

  double at(double x, double y) const;
};

/// The surface that the pixels of `values` (f32, 1 channel) lie on where `known` (u8) is not 0, in host memory: one
/// plane by least squares, or one to three on which three quarters of the pixels lie, where they leave less error, and
/// several less than two thirds. These are found from three pixels at random (Fischler and Bolles, Communications of
/// the ACM 1981), so that what lies elsewhere does not count. The same pixels always give the same surface.
PlanarSurface fit_surface(const ImageView& values, const ImageView& known);

}  // namespace v1
}  // namespace relievo
