#include "effects/segment.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/scratch.hpp"
#include "core/views.hpp"
#include "effects/histogram.hpp"
#include "effects/people.hpp"
#include "effects/working_copy.hpp"
#include "vision/matte.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int mask_side = 400;  // GrabCut's cost grows faster than its answer improves
constexpr int tile_side = 512;
constexpr float edge_epsilon = 1e-3f;  // (3 % of the range)^2: weaker edges do not guide the matte

// A tile of the matte, and what its filter looks at.
struct Tile {
  int left, top, right, bottom;
  int x, y, width, height;
};

// Tiles that see an edge of the matte; beside them all is subject, or nothing is.
std::vector<Tile> tiles_with_edges(const Device& device, const ImageView& matte, int margin) {
  std::vector<Tile> tiles;
  for (int top = 0; top < matte.height; top += tile_side) {
    for (int left = 0; left < matte.width; left += tile_side) {
      const int right = std::min(matte.width, left + tile_side), bottom = std::min(matte.height, top + tile_side);
      const int x = std::max(0, left - margin), y = std::max(0, top - margin);
      tiles.push_back({left, top, right, bottom, x, y, std::min(matte.width, right + margin) - x,
                       std::min(matte.height, bottom + margin) - y});
    }
  }
  const auto count = static_cast<int>(tiles.size());
  Image counts = device.allocate(256, count, histogram_format);
  for (int i = 0; i < count; ++i) {
    const Tile& tile = tiles[static_cast<std::size_t>(i)];
    device.engine().histogram(part_of(matte, tile.x, tile.y, tile.width, tile.height),
                              rows_of(counts.mutable_view(), i, 1));
  }
  counts = to_host(std::move(counts), device);
  std::vector<Tile> found;
  for (int i = 0; i < count; ++i) {
    const Tile& tile = tiles[static_cast<std::size_t>(i)];
    const auto* const of_value = std::as_const(counts).row<std::uint32_t>(i);
    const auto pixels = static_cast<std::uint32_t>(tile.width) * static_cast<std::uint32_t>(tile.height);
    if (of_value[0] != pixels && of_value[255] != pixels) found.push_back(tile);
  }
  return found;
}

// Moves the matte's edge onto the photo's, tile by tile; tiles without an edge stay as they are.
void follow_edges(const Device& device, const ImageView& photo, const MutableImageView& matte, int radius) {
  Engine& engine = device.engine();
  const Image coarse = copy_on(device, matte);
  const PixelFormat guide_format{Scalar::f32, static_cast<std::uint8_t>(photo.format.channels == 1 ? 1 : 3)};
  const Color guide_color{photo.color.primaries, Transfer::srgb, false};
  Scratch scratch(engine);
  for (const Tile& tile : tiles_with_edges(device, coarse, 2 * radius)) {
    const auto seen = [&](const ImageView& whole) { return part_of(whole, tile.x, tile.y, tile.width, tile.height); };
    const MutableImageView guide = scratch.image(0, tile.width, tile.height, guide_format, guide_color);
    engine.convert(seen(photo), guide);
    // The filter's sums slide, so that one infinite pixel would spoil all behind it.
    engine.stretch(guide, 0, 1, guide);
    const MutableImageView level = scratch.image(1, tile.width, tile.height, f32_1);
    engine.convert(seen(coarse), level);
    const MutableImageView filtered = scratch.image(2, tile.width, tile.height, f32_1);
    engine.guided_filter(guide, level, filtered, radius, edge_epsilon);
    // The filter leaves haze where the photo's texture resembles the other side; what is nearly in is in, what is
    // nearly out is out.
    const int width = tile.right - tile.left, height = tile.bottom - tile.top;
    engine.stretch(part_of(filtered, tile.left - tile.x, tile.top - tile.y, width, height), 0.2f, 0.8f,
                   part_of(matte, tile.left, tile.top, width, height));
  }
}

// Depth alone: what is above Otsu's threshold, opened, closed, its largest component, with a soft edge.
Image otsu_matte(const Device& device, const ImageView& disparity, const SegmentOptions& options) {
  Engine& engine = device.engine();
  Image mask = device.allocate(disparity.width, disparity.height, u8_1);
  Image other = device.allocate(disparity.width, disparity.height, u8_1);
  engine.stretch(disparity, 0, 1, other.mutable_view());
  const Histogram levels = histogram_of(engine, other);
  const bool constant = std::count(levels.begin(), levels.end(), 0u) == 255;
  engine.mask_above(other, constant ? 255 : otsu_threshold(levels), {}, mask.mutable_view());
  if (constant) return mask;
  const ApertureMask opening = make_ellipse(options.open_px), closing = make_ellipse(options.close_px);
  engine.morphology(mask, other.mutable_view(), Morphology::erode, opening);
  engine.morphology(other, mask.mutable_view(), Morphology::dilate, opening);
  engine.morphology(mask, other.mutable_view(), Morphology::dilate, closing);
  engine.morphology(other, mask.mutable_view(), Morphology::erode, closing);
  mask = to_host(std::move(mask), device);
  keep_largest_component(mask.mutable_view());
  mask = to_device(std::move(mask), device);
  engine.gaussian(mask, other.mutable_view(), options.feather_px);
  return other;
}

}  // namespace

Image segment_photo(const Device& device, const ImageView& photo, const ImageView& disparity,
                    const SegmentOptions& options, const Progress& progress) {
  progress.report(0, "matte");
  if (options.method == SegmentMethod::otsu) {
    Image matte = otsu_matte(device, disparity, options);
    progress.report(1, "matte");
    return matte;
  }
  Image small_there = small_rgb(device, photo, mask_side);
  // Without the network faces are not worth their time here: depth says where to look.
  std::vector<Face> faces;
  if (has_matte_network()) faces = faces_of(device, photo);
  const int width = small_there.width(), height = small_there.height();
  const Image persons = persons_of(device, photo, faces, width, height);
  faces = scaled(std::move(faces), photo.width, photo.height, width, height);
  const Image small = to_host(std::move(small_there), device);
  const Image small_disparity =
      to_host(resized(device, disparity, small.width(), small.height(), ResizeFilter::area), device);
  const double scale = static_cast<double>(small.width()) / photo.width;
  progress.report(0.2, "matte");
  const Image mask = to_device(subject_mask(small, small_disparity, {faces, persons}, scale, options), device);
  progress.report(0.6, "matte");
  Image matte = resized(device, mask, photo.width, photo.height, ResizeFilter::bilinear);
  // GrabCut's outline is right to a pixel or two of the small photo.
  const int radius = std::max(3, static_cast<int>(std::lround(2.5 / scale)));
  follow_edges(device, photo, matte.mutable_view(), radius);
  progress.report(1, "matte");
  return matte;
}

}  // namespace v1
}  // namespace relievo
