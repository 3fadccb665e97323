#include "effects/segment.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/views.hpp"
#include "effects/histogram.hpp"
#include "effects/people.hpp"
#include "effects/refine.hpp"
#include "effects/working_copy.hpp"
#include "vision/hint.hpp"
#include "vision/instances.hpp"
#include "vision/matte.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr int mask_side = 400;  // GrabCut's cost grows faster than its answer improves

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

// A small copy of a photo and what is known of it.
struct SmallScene {
  Image rgb, disparity;  // host
  double scale;          // its size to the photo's
  std::vector<Face> faces;
  Image persons;

  People people() const { return {faces, persons}; }
};

SmallScene small_scene(const Device& device, const ImageView& photo, const ImageView& disparity) {
  SmallScene small;
  Image there = small_rgb(device, photo, mask_side);
  small.scale = static_cast<double>(there.width()) / photo.width;
  small.disparity = to_host(resized(device, disparity, there.width(), there.height(), ResizeFilter::area), device);
  small.rgb = to_host(std::move(there), device);
  return small;
}

void add_people(const Device& device, const ImageView& photo, SmallScene& small) {
  const int width = small.rgb.width(), height = small.rgb.height();
  small.faces = faces_of(device, photo);
  small.persons = persons_of(device, photo, small.faces, width, height);
  small.faces = scaled(std::move(small.faces), photo.width, photo.height, width, height);
}

// The matte at the photo's size from a mask of the small copy, with the faces in it whole.
Image matte_from(const Device& device, const ImageView& photo, const Image& refining, const SmallScene& small,
                 Image mask, const Progress& progress) {
  const Image faces = take_faces_whole(mask.mutable_view(), small.faces);
  return refined_matte(device, photo, refining, mask, faces, progress);
}

SegmentPoint in_copy(const SegmentPoint& point, const ImageView& photo, int width, int height) {
  return {static_cast<int>(std::int64_t{point.x} * width / photo.width),
          static_cast<int>(std::int64_t{point.y} * height / photo.height), point.inside};
}

// Of a box what it covers of the copy, in whole pixels.
SegmentBox in_copy(const SegmentBox& box, const ImageView& photo, int width, int height) {
  const auto edge = [](int at, int from, int to, int up) {
    return static_cast<int>((std::int64_t{at} * to + (up != 0 ? from - 1 : 0)) / from);
  };
  const int x = edge(box.x, photo.width, width, 0), y = edge(box.y, photo.height, height, 0);
  return {x, y, edge(box.x + box.width, photo.width, width, 1) - x,
          edge(box.y + box.height, photo.height, height, 1) - y};
}

bool holds(const SegmentBox& box, const SegmentPoint& point) {
  return point.x >= box.x && point.y >= box.y && point.x - box.x < box.width && point.y - box.y < box.height;
}

void check_box(const SegmentBox& box, const ImageView& photo) {
  if (box.width == 0) return;
  const bool within = box.x >= 0 && box.y >= 0 && box.width > 0 && box.height > 0 && box.width <= photo.width - box.x &&
                      box.height <= photo.height - box.y;
  require(within, "The box is ", box.width, " x ", box.height, " at (", box.x, ", ", box.y,
          "); it must lie within the photo, ", photo.width, " x ", photo.height, " pixels.");
}

// The hint in the pixels of the copy, if it is of this photo and says one thing.
SmallHint small_hint(const SegmentHint& hint, const ImageView& photo, int width, int height) {
  check_box(hint.box, photo);
  require(hint.point_count >= 0 && (hint.point_count == 0 || hint.points != nullptr), "The hint has ", hint.point_count,
          " points, but none are given.");
  SmallHint small;
  if (hint.box.width > 0) small.box = in_copy(hint.box, photo, width, height);
  for (int i = 0; i < hint.point_count; ++i) {
    const SegmentPoint& point = hint.points[i];
    const auto place = [](const SegmentPoint& p) { return sentence("(", p.x, ", ", p.y, ")"); };
    require(holds({0, 0, photo.width, photo.height}, point), "A point of the hint is ", place(point),
            "; it must lie within the photo, ", photo.width, " x ", photo.height, " pixels.");
    require(!point.inside || hint.box.width == 0 || holds(hint.box, point), "The point ", place(point),
            " is to be the subject's, but lies outside of the box.");
    small.points.push_back(in_copy(point, photo, width, height));
    const SegmentPoint& here = small.points.back();
    for (int k = 0; k < i; ++k) {
      const SegmentPoint& other = small.points[static_cast<std::size_t>(k)];
      require(other.x != here.x || other.y != here.y || other.inside == here.inside, "The points ",
              place(hint.points[k]), " and ", place(point),
              " are too near to each other for one to be the subject's and one not.");
    }
  }
  return small;
}

// A rough mask in the copy's pixels.
Image small_mask(const Device& device, const ImageView& mask, const SegmentBox& box, int width, int height) {
  Image keep;
  Image small = to_host(resized(device, on_device(mask, device, keep), width, height, ResizeFilter::area), device);
  std::int64_t covered = 0, in_box = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      if (small.row<std::uint8_t>(y)[x] <= 127) continue;
      ++covered;
      in_box += box.width == 0 || holds(box, {x, y});
    }
  }
  require(covered > 0, "The mask covers nothing; it must cover some of the subject.");
  require(covered < std::int64_t{width} * height, "The mask covers the whole photo; it must leave the background out.");
  require(in_box > 0, "The mask and the box of the hint have no pixel in common.");
  return small;
}

void require_colours(const SegmentOptions& options, const char* what) {
  require(options.method == SegmentMethod::automatic, "method is ", name_of(options.method), ", which knows no ", what,
          "; it must be ", name_of(SegmentMethod::automatic), ".");
}

void check_matte(const ImageView& matte, const char* name) {
  check_image(matte, name);
  require(matte.format == u8_1, "The ", name, " must be u8 with 1 channel.");
}

bool is_empty(const SegmentHint& hint) { return hint.mask.empty() && hint.box.width == 0 && hint.point_count == 0; }

// A hint in the pixels of the small copy, and the mask that it borrows.
struct Meant {
  SmallHint hint;
  Image rough;
};

Meant meant_by(const Device& device, const ImageView& photo, const SegmentHint& hint, const SegmentOptions& options) {
  require_colours(options, "hints");
  const Image copy = small_rgb(device, photo, mask_side);
  Meant meant;
  meant.hint = small_hint(hint, photo, copy.width(), copy.height());
  if (hint.mask.empty()) return meant;
  check_matte(hint.mask, "hint's mask");
  check_same_size(photo, "photo", hint.mask.width, hint.mask.height, "hint's mask");
  meant.rough = small_mask(device, hint.mask, meant.hint.box, copy.width(), copy.height());
  meant.hint.mask = meant.rough;
  return meant;
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
  SmallScene small = small_scene(device, photo, disparity);
  add_people(device, photo, small);
  progress.report(0.3, "matte");
  Image mask = subject_mask(small.rgb, small.disparity, small.people(), small.scale, options);
  return matte_from(device, photo, photo_for_refining(device, photo, options.refine_px), small, std::move(mask),
                    progress.part(0.7, 1));
}

Image segment_hinted(const Device& device, const ImageView& photo, const ImageView& disparity, const SegmentHint& hint,
                     const SegmentOptions& options, const Progress& progress) {
  if (is_empty(hint)) return segment_photo(device, photo, disparity, options, progress);
  progress.report(0, "matte");
  const Meant meant = meant_by(device, photo, hint, options);
  SmallScene small = small_scene(device, photo, disparity);
  Image automatic;
  if (!meant.hint.shows_subject()) {
    add_people(device, photo, small);
    progress.report(0.2, "matte");
    automatic = subject_mask(small.rgb, small.disparity, small.people(), small.scale, options);
  }
  progress.report(0.5, "matte");
  const Image mask = hinted_mask(small.rgb, small.disparity, automatic, meant.hint);
  return refined_matte(device, photo, photo_for_refining(device, photo, options.refine_px), mask, {},
                       progress.part(0.7, 1));
}

void check_hint(const Device& device, const ImageView& photo, const SegmentHint& hint, const SegmentOptions& options) {
  if (!is_empty(hint)) (void)meant_by(device, photo, hint, options);
}

std::vector<Image> segment_instances(const Device& device, const ImageView& photo, const ImageView& disparity,
                                     const SegmentOptions& options, const Progress& progress) {
  require_colours(options, "instances");
  progress.report(0, "matte");
  SmallScene small = small_scene(device, photo, disparity);
  add_people(device, photo, small);
  progress.report(0.2, "matte");
  const Image subject = subject_mask(small.rgb, small.disparity, small.people(), small.scale, options);
  progress.report(0.4, "matte");
  std::vector<Image> masks = instance_masks(small.rgb, small.disparity, subject, small.people(), small.scale, options);
  const Image refining = photo_for_refining(device, photo, options.refine_px);
  Image covered(photo.width, photo.height, u8_1);
  for (int y = 0; y < photo.height; ++y) std::fill_n(covered.row<std::uint8_t>(y), photo.width, std::uint8_t{0});
  std::vector<Image> mattes;
  const auto count = static_cast<double>(masks.size());
  for (Image& mask : masks) {
    const auto done = static_cast<double>(mattes.size());
    Image matte = to_host(matte_from(device, photo, refining, small, std::move(mask),
                                     progress.part(0.5 + 0.5 * done / count, 0.5 + 0.5 * (done + 1) / count)),
                          device);
    for (int y = 0; y < photo.height; ++y) {
      auto *own = matte.row<std::uint8_t>(y), *before = covered.row<std::uint8_t>(y);
      for (int x = 0; x < photo.width; ++x) {
        own[x] = std::min(own[x], static_cast<std::uint8_t>(255 - before[x]));
        before[x] = static_cast<std::uint8_t>(before[x] + own[x]);
      }
    }
    mattes.push_back(std::move(matte));
  }
  progress.report(1, "matte");
  return mattes;
}

Image refine_matte(const Device& device, const ImageView& photo, const ImageView& matte, const SegmentOptions& options,
                   const Progress& progress) {
  check_matte(matte, "matte");
  check_same_size(photo, "photo", matte.width, matte.height, "matte");
  progress.report(0, "matte");
  Image keep;
  const Image small = photo_for_refining(device, photo, options.refine_px);
  const Image coarse = to_host(
      resized(device, on_device(matte, device, keep), small.width(), small.height(), ResizeFilter::area), device);
  return refined_matte(device, photo, small, coarse, {}, progress);
}

Image trimap_of(const Device& device, const ImageView& matte, int band) {
  check_matte(matte, "matte");
  require(band >= 0 && band <= 50, "band_px is ", band, "; allowed is 0 to 50 px.");
  Engine& engine = device.engine();
  Image keep;
  const ImageView there = on_device(matte, device, keep);
  const ApertureMask around = make_ellipse(2 * band + 1);
  const auto narrowed = [&](const ImageView& from, int threshold, Morphology operation) {
    Image mask = device.allocate(matte.width, matte.height, u8_1);
    engine.mask_above(from, threshold, {}, mask.mutable_view());
    engine.morphology(mask, mask.mutable_view(), operation, around);
    return to_host(std::move(mask), device);
  };
  Image trimap = narrowed(there, 254, Morphology::erode);
  const Image reached = narrowed(there, 0, Morphology::dilate);
  for (int y = 0; y < matte.height; ++y) {
    auto* const row = trimap.row<std::uint8_t>(y);
    const auto* const any = reached.row<std::uint8_t>(y);
    for (int x = 0; x < matte.width; ++x) row[x] = row[x] != 0 ? 255 : any[x] != 0 ? 128 : 0;
  }
  return trimap;
}

}  // namespace v1
}  // namespace relievo
