// An aperture as rows of runs, the form every blur consumes.
#pragma once

#include <vector>

#include <relievo/bokeh_renderer.hpp>

namespace relievo {
inline namespace v1 {

/// One horizontal run of the mask: pixels (dx_begin .. dx_end - 1, dy) relative to the centre.
struct ApertureRun {
  int dy;
  int dx_begin;
  int dx_end;
};

/// The largest k for which the run holds 2^k pixels: two pieces of 2^k cover it.
int power_in(const ApertureRun& run);

/// A binary aperture. `runs` are sorted by dy, then dx, and do not touch; `area` is their pixel count.
struct ApertureMask {
  int radius = 0;  ///< |dx| and |dy| are at most this.
  int area = 0;
  std::vector<ApertureRun> runs;
};

/// The mask of `shape` in the square of side 2 radius + 1 (radius 0: one pixel). A disc holds pixels
/// with dx^2 + dy^2 <= radius^2 + radius / 2; polygons and the heart those whose centre is inside.
ApertureMask make_aperture(Aperture shape, int radius);

/// Whether a pixel lies in the heart of `radius`; rays from the centre leave it once.
bool inside_heart(double x, double y, double radius);

/// The ellipse of OpenCV's getStructuringElement(MORPH_ELLIPSE, {diameter, diameter}), a single run a row.
ApertureMask make_ellipse(int diameter);

/// A vertical run of a mask: pixels (dx, top .. bottom) relative to the centre.
struct ColumnRun {
  int dx, top, bottom;
};

/// The mask as vertical runs, by dx, then top.
std::vector<ColumnRun> column_runs(const ApertureMask& mask);

/// The mask turned by half a turn: a blur that gathers under it spreads a light in the shape of `mask`.
ApertureMask mirrored(ApertureMask mask);

}  // namespace v1
}  // namespace relievo
