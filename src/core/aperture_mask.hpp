// An aperture as rows of runs, the form every blur consumes.
#pragma once

#include <vector>

#include "core/aperture_shape.hpp"

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

/// What the blurs take: sums of this many 16-bit codes fit 32 bits, and runs the parameters of a kernel.
inline constexpr int max_aperture_area = 65535;
inline constexpr int max_aperture_runs = 640;

/// An aperture. `runs` are sorted by dy, then dx. Those of pictures may overlap: what n runs hold counts n times. Else
/// they do not touch.
struct ApertureMask {
  int radius = 0;  ///< |dx| and |dy| are at most this.
  int area = 0;    ///< Pixels of all runs.
  std::vector<ApertureRun> runs;
};

/// The mask of `shape` in the square of side 2 radius + 1, radius at most 128: pixels whose centre is inside an outline
/// of circumradius R = sqrt(radius^2 + radius / 2), about radius + 1/4, which blurs closest to how rays through an
/// aperture of this radius do. Radius 0, and what would be empty, is the pixel in the middle.
///
/// A picture has sides of 2 R, at most 255 px; what is turned out of the square is cut off. A pixel counts 0 to 4 times
/// by the light that it averages, the brightest being 4; 0 or 1 times where the picture knows no grey. Where that
/// breaks a limit of the blurs, grey has fewer steps, down to one; then the picture loses detail.
ApertureMask make_aperture(const ApertureShape& shape, int radius);

/// The mask that fills a kernel of odd `size`: R = size / 2.
ApertureMask make_kernel(const ApertureShape& shape, int size);

/// A vertical run: rows top .. bottom at column dx.
struct ColumnRun {
  int dx, top, bottom;
};

/// The same pixels as vertical runs, as often as the mask holds them.
std::vector<ColumnRun> column_runs(const ApertureMask& mask);

/// The ellipse of OpenCV's getStructuringElement(MORPH_ELLIPSE, {diameter, diameter}), a single run a row.
ApertureMask make_ellipse(int diameter);

/// The mask turned by half a turn: a blur that gathers under it spreads a light in the shape of `mask`.
ApertureMask mirrored(ApertureMask mask);

}  // namespace v1
}  // namespace relievo
