// Loops over the rows of a tile that a lens is made of, for the instruction set in use.
#pragma once

#include <cstddef>
#include <cstdint>

namespace relievo {
inline namespace v1 {
namespace lens {

/// What a column run of an aperture gains and loses when it moves down by a row: offsets into a strip.
struct Slide {
  std::ptrdiff_t gain, lose;
};

/// One blur of a plane over a box.
template <class Light, class Sum>
struct Sweep {
  const Light* strip;
  std::ptrdiff_t pitch;
  const Slide* slides;  ///< of each column run
  int runs;
  int group;  ///< runs whose differences add up in a lane
  Sum* sums;  ///< of the first row
  int columns, rows;
  Sum one;  ///< what a sum is divided by
  /// With positions each pixel's mean is added to `to`, weighed by how near to `level` its position lies; without, it
  /// is stored.
  const float* position;
  float level;
  float* to;
  std::ptrdiff_t to_pitch;
};

/// From disparity to positions in a table of radii.
struct Curve {
  float focus, range, scale;
  const float *radii, *inverse_steps;
  int count;
};

/// Pixels of a tile.
struct Box {
  int left, right, top, bottom;
};

/// Positions of nothing.
inline constexpr float nowhere = 1e6f;
/// What a box is cut by.
inline constexpr int block_columns = 32;

/// Signed positions of a row in the table of radii, above 0 nearer than the focus; `nowhere` where nothing is seen.
/// Widens *low .. *high to hold them.
void positions(const float* disparity, const float* seen, const Curve& curve, float* to, int n, float* low,
               float* high);
/// Where positions lie within 1 of a level.
Box box_of(const float* position, std::ptrdiff_t pitch, int columns, int rows, float level);
/// Whether any of `rows` times n bytes is not 0, and whether all are 255.
void covered(const std::uint8_t* from, std::ptrdiff_t stride, int n, int rows, bool* any, bool* all);

/// light * coverage / 255, to nearest.
void cover_row(std::int16_t* light, const std::uint8_t* coverage, int n);
void cover_row(std::int32_t* light, const std::uint8_t* coverage, int n);
/// Between the smallest and the largest light.
std::int32_t range_of(const std::int16_t* light, std::ptrdiff_t n);
std::int32_t range_of(const std::int32_t* light, std::ptrdiff_t n);
/// The mean of every two by two, to nearest.
void halve_row(const std::int16_t* upper, const std::int16_t* lower, std::int16_t* to, int n);
void halve_row(const std::int32_t* upper, const std::int32_t* lower, std::int32_t* to, int n);
/// Pixels 2 i and 2 i + 1 of a row that lies between two of half its size, three quarters of the way to `near`.
void double_row(const float* near, const float* far, float* to, int n);

/// Blurs row after row; `sums` are left as those of the last one.
void sweep(const Sweep<std::int16_t, std::int32_t>& sweep);
void sweep(const Sweep<std::int32_t, double>& sweep);
/// sums = differences of column prefix sums over all column runs.
void add_columns(const std::int32_t* prefix, const int* bottom, const int* top, int count, int n, std::int32_t* sums);
void add_columns(const double* prefix, const int* bottom, const int* top, int count, int n, double* sums);
/// to += scale * light, weighed by how near to `level` the position lies.
void add_weighted(const std::int16_t* light, const float* position, float level, float scale, float* to, int n);
void add_weighted(const std::int32_t* light, const float* position, float level, float scale, float* to, int n);
void add_weighted(const float* light, const float* position, float level, float scale, float* to, int n);

/// A layer behind what has been composited; `seen` is how much of a pixel nothing covers yet. An opaque layer has no
/// `alpha`.
void behind(const float* const* light, const float* alpha, int planes, float* seen, float* const* sum, int n);
/// Sums divided by how much is covered, times `scale`, to nearest and at most `last`.
void straight(const float* sum, const float* seen, float scale, int last, std::int32_t* to, int n);

}  // namespace lens
}  // namespace v1
}  // namespace relievo
