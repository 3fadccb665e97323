#include "effects/segment.hpp"

#include <algorithm>
#include <cmath>

#include "core/views.hpp"
#include "effects/working_copy.hpp"
#include "vision/faces.hpp"
#include "vision/matte.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int mask_side = 400;  // GrabCut's cost grows faster than its answer improves
constexpr int face_side = 640;  // the cascades need faces of 24 px
constexpr int tile_side = 512;
constexpr float edge_epsilon = 1e-3f;  // (3 % of the range)^2: weaker edges do not guide the matte

bool uniform(const ImageView& matte) {
  const std::uint8_t first = matte.row<std::uint8_t>(0)[0];
  if (first != 0 && first != 255) return false;
  for (int y = 0; y < matte.height; ++y) {
    const auto* row = matte.row<std::uint8_t>(y);
    if (std::any_of(row, row + matte.width, [&](std::uint8_t v) { return v != first; })) return false;
  }
  return true;
}

// The guided filter leaves haze where the photo's texture resembles the other side; what is nearly in
// is in, what is nearly out is out.
std::uint8_t stretched(float value) {
  const float level = std::clamp((value - 0.2f) / 0.6f, 0.0f, 1.0f);
  return static_cast<std::uint8_t>(level * 255 + 0.5f);
}

// Moves the matte's edge onto the photo's, tile by tile; tiles without an edge stay as they are.
Image follow_edges(Engine& engine, const ImageView& photo, const ImageView& coarse, int radius) {
  Image out = Image::copy_of(coarse);
  const std::uint8_t guide_channels = photo.format.channels == 1 ? 1 : 3;
  const int margin = 2 * radius;
  for (int top = 0; top < photo.height; top += tile_side) {
    for (int left = 0; left < photo.width; left += tile_side) {
      const int x0 = std::max(0, left - margin);
      const int y0 = std::max(0, top - margin);
      const int right = std::min(photo.width, left + tile_side);
      const int bottom = std::min(photo.height, top + tile_side);
      const int width = std::min(photo.width, right + margin) - x0;
      const int height = std::min(photo.height, bottom + margin) - y0;
      const ImageView edge = part_of(coarse, x0, y0, width, height);
      if (uniform(edge)) continue;
      Image guide(width, height, {Scalar::f32, guide_channels}, {photo.color.primaries, Transfer::srgb, false});
      engine.convert(part_of(photo, x0, y0, width, height), guide.mutable_view());
      // The filter's sums slide, so that one infinite pixel would spoil all behind it.
      clamp_to_unit(guide);
      Image level(width, height, f32_1);
      engine.convert(edge, level.mutable_view());
      Image filtered(width, height, f32_1);
      engine.guided_filter(guide, level, filtered.mutable_view(), radius, edge_epsilon);
      for (int y = top; y < bottom; ++y) {
        const float* from = filtered.row<float>(y - y0) - x0;
        auto* to = out.row<std::uint8_t>(y);
        for (int x = left; x < right; ++x) to[x] = stretched(from[x]);
      }
    }
  }
  return out;
}

}  // namespace

std::vector<Face> scaled(std::vector<Face> faces, int from_width, int from_height, int to_width, int to_height) {
  const auto scale = [](int& begin, int& length, double factor) {
    const auto end = static_cast<int>(std::lround((begin + length) * factor));
    begin = static_cast<int>(std::lround(begin * factor));
    length = std::max(1, end - begin);
  };
  for (Face& face : faces) {
    scale(face.x, face.width, static_cast<double>(to_width) / from_width);
    scale(face.y, face.height, static_cast<double>(to_height) / from_height);
  }
  return faces;
}

std::vector<Face> faces_of(Engine& engine, const ImageView& photo) {
  const Image small = small_rgb(engine, photo, face_side);
  return scaled(detect_faces(small), small.width(), small.height(), photo.width, photo.height);
}

Image segment_photo(Engine& engine, const ImageView& photo, const DepthMap& depth, const SegmentOptions& options,
                    const Progress& progress) {
  progress.report(0, "matte");
  const Image disparity = depth.relative();
  if (options.method == SegmentMethod::otsu) {
    Image matte = otsu_matte(disparity, options);
    progress.report(1, "matte");
    return matte;
  }
  const Image small = small_rgb(engine, photo, mask_side);
  const Image small_disparity = resized(engine, disparity, small.width(), small.height(), ResizeFilter::area);
  const double scale = static_cast<double>(small.width()) / photo.width;
  progress.report(0.2, "matte");
  const Image mask = subject_mask(small, small_disparity, scale, options);
  progress.report(0.6, "matte");
  Image matte = resized(engine, mask, photo.width, photo.height, ResizeFilter::bilinear);
  if (!uniform(matte)) {
    // GrabCut's outline is right to a pixel or two of the small photo.
    const int radius = std::max(3, static_cast<int>(std::lround(2.5 / scale)));
    matte = follow_edges(engine, photo, matte, radius);
  }
  progress.report(1, "matte");
  return matte;
}

}  // namespace v1
}  // namespace relievo
