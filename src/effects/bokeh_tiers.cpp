// Mode `tiers`: five blurs of the photo, blended by depth.
#include <array>

#include "core/views.hpp"
#include "effects/bokeh_flat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr std::array<int, 5> kernels{1, 7, 13, 19, 31};
constexpr std::array<float, 5> positions{0, 1, 2, 3, 4};

enum Slot : std::size_t { tier_map = own_slot, first_tier };

void render(Engine& engine, Scratch& scratch, const FlatBokeh& how, const FlatBand& band, const MutableImageView& out) {
  const ImageView& in = band.color;
  std::vector<ImageView> tiers{rows_of(in, band.first, out.height)};
  for (std::size_t i = 1; i < kernels.size(); ++i) {
    if (how.shape == ApertureShape()) {
      const MutableImageView tier = scratch.image(first_tier + i - 1, in.width, in.height, in.format, in.color);
      engine.gaussian(in, tier, kernels[i]);
      tiers.push_back(rows_of(ImageView(tier), band.first, out.height));
    } else {
      const MutableImageView tier = scratch.image(first_tier + i - 1, in.width, out.height, in.format, in.color);
      engine.aperture_blur(in, tier, mirrored(make_kernel(how.shape, kernels[i])), band.first);
      tiers.push_back(tier);
    }
  }
  const MutableImageView map = scratch.image(tier_map, in.width, out.height, f32_1);
  engine.coc_levels(band.disparity, band.first, how.focus, how.options.focus_range,
                    4 * how.options.strength * 2.8f / how.options.f_number, positions.data(),
                    static_cast<int>(positions.size()), map);
  engine.blend_levels(tiers.data(), static_cast<int>(tiers.size()), map, out);
}

int reach(int) { return kernels.back() / 2; }

std::vector<FlatSlot> slots(int) {
  std::vector<FlatSlot> slots{{tier_map, f32_1}};
  for (std::size_t i = 1; i < kernels.size(); ++i) slots.push_back({first_tier + i - 1, {Scalar::f32, 3}, true});
  return slots;
}

}  // namespace

const FlatMode tiers_mode{512, reach, slots, render};

}  // namespace v1
}  // namespace relievo
