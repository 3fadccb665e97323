#include "effects/stereo.hpp"

#include "core/views.hpp"

namespace relievo {
inline namespace v1 {
StereoGains stereo_gains(const StereoOptions& options, int width) {
  const float range = options.divergence * static_cast<float>(width);
  return {options.photo_position * range, (options.photo_position - 1) * range};
}

PackedSize packed_size(StereoLayout layout, int width, int height) {
  switch (layout) {
    case StereoLayout::side_by_side:
    case StereoLayout::cross_eyed:
      return {2 * width, height};
    case StereoLayout::top_bottom:
      return {width, 2 * height};
    case StereoLayout::half_side_by_side:
    case StereoLayout::anaglyph:
      break;
  }
  return {width, height};
}

void pack_views(Engine& engine, StereoLayout layout, const ImageView& left, const ImageView& right,
                const MutableImageView& out) {
  const int width = left.width, height = left.height;
  switch (layout) {
    case StereoLayout::side_by_side:
      engine.convert(left, part_of(out, 0, 0, width, height));
      engine.convert(right, part_of(out, width, 0, width, height));
      return;
    case StereoLayout::cross_eyed:
      engine.convert(right, part_of(out, 0, 0, width, height));
      engine.convert(left, part_of(out, width, 0, width, height));
      return;
    case StereoLayout::top_bottom:
      engine.convert(left, part_of(out, 0, 0, width, height));
      engine.convert(right, part_of(out, 0, height, width, height));
      return;
    case StereoLayout::half_side_by_side:
      if (width == 1) return engine.convert(left, out);
      engine.resize(left, part_of(out, 0, 0, (width + 1) / 2, height), ResizeFilter::area);
      engine.resize(right, part_of(out, (width + 1) / 2, 0, width / 2, height), ResizeFilter::area);
      return;
    case StereoLayout::anaglyph:
      engine.anaglyph(left, right, out);
      return;
  }
}

}  // namespace v1
}  // namespace relievo
