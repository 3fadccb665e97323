// Mode `threshold`: the photo before one blur of itself, parted where disparity passes a threshold.
#include <algorithm>
#include <cmath>

#include "core/views.hpp"
#include "effects/bokeh_flat.hpp"
#include "kernels/gather.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// px; the split is as soft as this Gaussian, so that its edge has no steps.
constexpr int split_size = 7;

enum Slot : std::size_t { blurred = own_slot, codes, behind, soft, behind_level };

// Of the whole blur: disparity 1 away from the focus.
int radius_of(const FlatBokeh& how) {
  return static_cast<int>(std::lround(std::min(how.scale, static_cast<float>(largest_radius))));
}

void render(Engine& engine, Scratch& scratch, const FlatBokeh& how, const FlatBand& band, const MutableImageView& out) {
  const ImageView& in = band.color;
  const int width = in.width, height = in.height;
  const MutableImageView blur = scratch.image(blurred, width, out.height, in.format, in.color);
  engine.aperture_blur(in, blur, mirrored(make_aperture(how.shape, radius_of(how))), band.first);

  const MutableImageView code = scratch.image(codes, width, height, u8_1);
  engine.stretch(band.disparity, 0, 1, code);
  const MutableImageView hard = scratch.image(behind, width, height, u8_1);
  engine.mask_above(code, static_cast<int>(std::ceil(how.options.threshold)) - 1, {}, hard);
  engine.invert(hard, hard);
  const MutableImageView split = scratch.image(soft, width, height, u8_1);
  engine.gaussian(hard, split, split_size);
  const MutableImageView level = scratch.image(behind_level, width, out.height, f32_1);
  engine.convert(rows_of(ImageView(split), band.first, out.height), level);

  const ImageView levels[] = {rows_of(in, band.first, out.height), blur};
  engine.blend_levels(levels, 2, guard_faces(engine, scratch, how, band.y, level), out);
}

int reach(int radius) { return std::max(radius, split_size / 2); }

std::vector<FlatSlot> slots(int) {
  return {{blurred, {Scalar::f32, 3}},
          {codes, u8_1, true},
          {behind, u8_1, true},
          {soft, u8_1, true},
          {behind_level, f32_1}};
}

}  // namespace

const FlatMode threshold_mode{512, reach, slots, render};

}  // namespace v1
}  // namespace relievo
