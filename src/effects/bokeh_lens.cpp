#include "effects/bokeh_lens.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <utility>

#include "core/views.hpp"
#include "effects/grain.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Radii that layers are blurred with; pixels between two of them mix both. They lie so close that the mixture of a
// light's two discs looks like one.
constexpr std::array<float, 32> radius_table{0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 14, 16,  18,
                                             20, 22, 24, 28, 32, 36, 40, 44, 48, 56, 64, 72, 80, 92, 108, 128};
// From these radii on apertures of larger pixels do, unless they are so thin that fewer than `least_area` of those
// remain.
constexpr float radius_of_halves = 20, radius_of_quarters = 64;
constexpr int least_area = 100;
// Of a picture between two reports of progress: whole tiles.
constexpr int lens_rows = 1920;
constexpr std::size_t most_lights = 16;

enum Slot : std::size_t { blur_map };

// Made once for photos of one kind; the last few are kept as long as the process.
std::shared_ptr<const LensLight> light_of(const ImageView& color, float gain) {
  static std::mutex mutex;
  static std::vector<std::shared_ptr<const LensLight>> lights;
  const std::lock_guard lock(mutex);
  for (const auto& light : lights) {
    if (light->scalar == color.format.scalar && light->transfer == color.color.transfer && light->gain == gain) {
      return light;
    }
  }
  if (lights.size() == most_lights) lights.erase(lights.begin());
  lights.push_back(std::make_shared<const LensLight>(color.format.scalar, color.color.transfer, gain));
  return lights.back();
}

}  // namespace

void Lens::set_shape(const ApertureShape& shape) {
  if (shape_ == shape) return;
  shape_ = shape;
  far_apertures_.clear();
  near_apertures_.clear();
}

LensBlur Lens::over(const LayeredScene::Impl& scene, const BokehOptions& options, float focus) {
  LensBlur lens;
  lens.focus = focus;
  lens.range = options.focus_range;
  lens.scale = pixels_per_disparity(scene, options, focus);
  lens.cats_eye = options.cats_eye;
  lens.radii = radius_table.data();
  // Up to the first radius that nothing of disparity 0 to 1 exceeds.
  const float most = std::max(0.0f, std::max(focus, 1 - focus) - lens.range) * lens.scale;
  lens.count =
      static_cast<int>(std::lower_bound(radius_table.begin(), radius_table.end() - 1, most) - radius_table.begin()) + 1;
  for (std::size_t i = far_apertures_.size(); i < static_cast<std::size_t>(lens.count); ++i) {
    int step = radius_table[i] < radius_of_halves ? 1 : radius_table[i] < radius_of_quarters ? 2 : 4;
    const auto radius = static_cast<int>(radius_table[i]);
    ApertureMask mask = make_aperture(shape_, radius / step);
    for (; step > 1 && mask.area < least_area; mask = make_aperture(shape_, radius / step)) step /= 2;
    const auto add = [&](std::vector<LensAperture>& to, ApertureMask seen) {
      std::vector<ColumnRun> columns = column_runs(seen);
      to.push_back({step, std::move(seen), std::move(columns)});
    };
    add(near_apertures_, mask);
    add(far_apertures_, mirrored(mask));
  }
  lens.far_apertures = far_apertures_.data();
  lens.near_apertures = near_apertures_.data();
  light_ = light_of(scene.layers[0].color, std::exp2(options.highlight_recovery));
  lens.light = light_.get();
  return lens;
}

void render_lens(Engine& engine, Scratch& scratch, Lens& lens, const LayeredScene::Impl& scene,
                 const BokehOptions& options, float focus, const MutableImageView& out, const Progress& progress) {
  const LensBlur lens_blur = lens.over(scene, options, focus);
  Grain grain;
  if (options.grain > 0) {
    grain = grain_of(to_host(flattened(scene), scene.device));
    for (float& sigma : grain.sigma) sigma *= options.grain;
  }
  const std::vector<LayerView> views = scene.views();
  for (int y = 0; y < scene.height; y += lens_rows) {
    progress.report(static_cast<double>(y) / scene.height, "blur");
    const int rows = std::min(lens_rows, scene.height - y);
    const MutableImageView part = rows_of(out, y, rows);
    MutableImageView blur;
    if (options.grain > 0) blur = scratch.image(blur_map, scene.width, rows, f32_1);
    engine.lens_blur(views.data(), static_cast<int>(views.size()), lens_blur, y, part, {}, blur);
    if (options.grain > 0) engine.add_grain(blur, grain, y, part);
  }
}

void defocus_lens(Engine& engine, Lens& lens, const LayeredScene::Impl& scene, int index, const BokehOptions& options,
                  float focus, const MutableImageView& color, const MutableImageView& coverage) {
  const LayerView layer = scene.layers[static_cast<std::size_t>(index)].view();
  engine.lens_blur(&layer, 1, lens.over(scene, options, focus), 0, color, coverage, {});
}

}  // namespace v1
}  // namespace relievo
