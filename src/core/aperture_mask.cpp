#include "core/aperture_mask.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <tuple>

namespace relievo {
inline namespace v1 {
namespace {

// Of a picture's mask, px: a full square of 257 would break the limit of the area.
constexpr int max_picture_side = 255;

// How often each pixel of a square of side 2 radius + 1 counts.
struct Counts {
  int radius, side;
  std::vector<std::uint8_t> counts;

  explicit Counts(int r)
      : radius(r), side(2 * r + 1), counts(static_cast<std::size_t>(side) * static_cast<std::size_t>(side)) {}
  std::uint8_t& at(int dx, int dy) { return counts[static_cast<std::size_t>((dy + radius) * side + dx + radius)]; }

  // Calls run(fixed, first, last) for runs of pixels that count at least once, at least twice ..., along rows at fixed
  // dy or along columns at fixed dx.
  template <class Run>
  void each_run(bool along_rows, const Run& run) {
    const int most = *std::max_element(counts.begin(), counts.end());
    for (int fixed = -radius; fixed <= radius; ++fixed) {
      for (int level = 1; level <= most; ++level) {
        const auto counted = [&](int i) { return (along_rows ? at(i, fixed) : at(fixed, i)) >= level; };
        for (int i = -radius; i <= radius; ++i) {
          if (!counted(i)) continue;
          const int first = i;
          while (i < radius && counted(i + 1)) ++i;
          run(fixed, first, i);
        }
      }
    }
  }
};

ApertureMask mask_of(Counts& counts) {
  if (std::all_of(counts.counts.begin(), counts.counts.end(), [](int count) { return count == 0; }))
    counts.at(0, 0) = 1;
  ApertureMask mask;
  mask.radius = counts.radius;
  counts.each_run(true, [&](int dy, int first, int last) {
    mask.runs.push_back({dy, first, last + 1});
    mask.area += last + 1 - first;
  });
  return mask;
}

void sort_runs(ApertureMask& mask) {
  std::sort(mask.runs.begin(), mask.runs.end(), [](const ApertureRun& a, const ApertureRun& b) {
    return std::tie(a.dy, a.dx_begin, a.dx_end) < std::tie(b.dy, b.dx_begin, b.dx_end);
  });
}

// The mean light of every pixel of the mask, the brightest 1.
std::vector<float> light_of(const AperturePicture& picture, const ApertureShape& shape, int radius,
                            double circumradius) {
  const ApertureTurn turn(shape);
  const double half = std::min(circumradius, max_picture_side / 2.0);
  const double to_picture = picture.side / (2 * half);
  // Samples along a pixel lie no farther apart than pixels of the picture.
  const int samples = std::max(4, static_cast<int>(std::ceil(to_picture * static_cast<double>(shape.squeeze))));
  std::vector<float> light;
  for (int dy = -radius; dy <= radius; ++dy) {
    for (int dx = -radius; dx <= radius; ++dx) {
      float sum = 0;
      for (int i = 0; i < samples * samples; ++i) {
        const auto [u, v] =
            turn.before(dx - 0.5 + (i % samples + 0.5) / samples, dy - 0.5 + (i / samples + 0.5) / samples);
        const double x = std::floor((u + half) * to_picture), y = std::floor((v + half) * to_picture);
        if (x < 0 || y < 0 || x >= picture.side || y >= picture.side) continue;
        sum += picture.light[static_cast<std::size_t>(y) * static_cast<std::size_t>(picture.side) +
                             static_cast<std::size_t>(x)];
      }
      light.push_back(sum);
    }
  }
  const float most = *std::max_element(light.begin(), light.end());
  if (most > 0) {
    for (float& value : light) value /= most;
  }
  return light;
}

// Half as large, each pixel the mean of four.
AperturePicture halved(const AperturePicture& picture) {
  AperturePicture out;
  out.side = (picture.side + 1) / 2;
  out.binary = picture.binary;
  const auto at = [&](int x, int y) {
    const int last = picture.side - 1;
    return picture.light[static_cast<std::size_t>(std::min(y, last) * picture.side + std::min(x, last))];
  };
  for (int y = 0; y < picture.side; y += 2) {
    for (int x = 0; x < picture.side; x += 2) {
      out.light.push_back((at(x, y) + at(x + 1, y) + at(x, y + 1) + at(x + 1, y + 1)) / 4);
    }
  }
  return out;
}

bool fits(const ApertureMask& mask) { return mask.area <= max_aperture_area && mask.runs.size() <= max_aperture_runs; }

ApertureMask mask_of_picture(const AperturePicture& picture, const ApertureShape& shape, int radius,
                             double circumradius) {
  const std::vector<float> light = light_of(picture, shape, radius, circumradius);
  for (int steps = picture.binary ? 1 : 4;; --steps) {
    Counts counts(radius);
    std::transform(light.begin(), light.end(), counts.counts.begin(),
                   [&](float value) { return static_cast<std::uint8_t>(value * static_cast<float>(steps) + 0.5f); });
    ApertureMask mask = mask_of(counts);
    if (fits(mask)) {
      sort_runs(mask);
      return mask;
    }
    if (steps == 1) return mask_of_picture(halved(picture), shape, radius, circumradius);
  }
}

ApertureMask mask_of_shape(const ApertureShape& shape, int radius, double circumradius) {
  if (shape.shape == Aperture::image && radius > 0) {
    return mask_of_picture(*shape.picture, shape, radius, circumradius);
  }
  Counts counts(radius);
  if (radius > 0) {
    const ApertureOutline outline(shape);
    for (int dy = -radius; dy <= radius; ++dy) {
      for (int dx = -radius; dx <= radius; ++dx) counts.at(dx, dy) = outline.holds(dx, dy, circumradius) ? 1 : 0;
    }
  }
  return mask_of(counts);
}

}  // namespace

int power_in(const ApertureRun& run) { return std::bit_width(static_cast<unsigned>(run.dx_end - run.dx_begin)) - 1; }

ApertureMask make_aperture(const ApertureShape& shape, int radius) {
  return mask_of_shape(shape, radius, std::sqrt(radius * radius + radius / 2.0));
}

ApertureMask make_kernel(const ApertureShape& shape, int size) { return mask_of_shape(shape, size / 2, size / 2.0); }

std::vector<ColumnRun> column_runs(const ApertureMask& mask) {
  Counts counts(mask.radius);
  for (const ApertureRun& run : mask.runs) {
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) ++counts.at(dx, run.dy);
  }
  std::vector<ColumnRun> runs;
  counts.each_run(false, [&](int dx, int top, int bottom) { runs.push_back({dx, top, bottom}); });
  return runs;
}

ApertureMask make_ellipse(int diameter) {
  ApertureMask mask;
  mask.radius = diameter / 2;
  const int r = mask.radius;
  const double inverse = r > 0 ? 1.0 / (double{1} * r * r) : 0;
  for (int i = 0; i < diameter; ++i) {
    const int dy = i - r;
    // Rounded to even like cvRound.
    const int reach = static_cast<int>(std::lrint(r * std::sqrt((r * r - dy * dy) * inverse)));
    const ApertureRun run{dy, -reach, std::min(reach + 1, diameter - r)};
    mask.area += run.dx_end - run.dx_begin;
    mask.runs.push_back(run);
  }
  return mask;
}

ApertureMask mirrored(ApertureMask mask) {
  for (ApertureRun& run : mask.runs) run = {-run.dy, 1 - run.dx_end, 1 - run.dx_begin};
  sort_runs(mask);
  return mask;
}

}  // namespace v1
}  // namespace relievo
