// Mode `layered`: blurs of rising radius, blended by the circle of confusion.
#include <algorithm>
#include <array>

#include "core/views.hpp"
#include "effects/bokeh_flat.hpp"

namespace relievo {
inline namespace v1 {
namespace {

constexpr std::array<float, 9> radii{0, 1, 2, 4, 8, 16, 32, 64, 128};

enum Slot : std::size_t { level_map = own_slot, first_level };

// Levels up to the first that is as large.
std::size_t count_for(int radius) {
  const auto last = std::lower_bound(radii.begin(), radii.end() - 1, static_cast<float>(radius));
  return static_cast<std::size_t>(last - radii.begin()) + 1;
}

void render(Engine& engine, Scratch& scratch, const FlatBokeh& how, const FlatBand& band, const MutableImageView& out) {
  const ImageView& in = band.color;
  std::vector<ImageView> levels{rows_of(in, band.first, out.height)};
  for (std::size_t i = 1; i < count_for(how.radius()); ++i) {
    const MutableImageView level = scratch.image(first_level + i - 1, in.width, out.height, in.format, in.color);
    const auto radius = static_cast<int>(radii[i]);
    engine.aperture_blur(in, level, mirrored(make_aperture(how.shape, radius)), band.first);
    levels.push_back(level);
  }
  const auto count = static_cast<int>(levels.size());
  const MutableImageView map = scratch.image(level_map, in.width, out.height, f32_1);
  engine.coc_levels(band.disparity, band.first, how.focus, how.options.focus_range, how.scale, radii.data(), count,
                    map);
  engine.blend_levels(levels.data(), count, guard_faces(engine, scratch, how, band.y, map), out);
}

int reach(int radius) { return static_cast<int>(radii[count_for(radius) - 1]); }

std::vector<FlatSlot> slots(int radius) {
  std::vector<FlatSlot> slots{{level_map, f32_1}};
  for (std::size_t i = 1; i < count_for(radius); ++i) slots.push_back({first_level + i - 1, {Scalar::f32, 3}});
  return slots;
}

}  // namespace

const FlatMode layered_mode{512, reach, slots, render};

}  // namespace v1
}  // namespace relievo
