#include "effects/scene.hpp"

#include <atomic>
#include <cstdint>
#include <numeric>
#include <utility>

#include "core/views.hpp"
#include "core/with_scalar.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {

std::uint64_t LayeredScene::Impl::next_id() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

std::vector<LayerView> LayeredScene::Impl::views() const {
  std::vector<LayerView> out;
  for (const Layer& layer : layers) out.push_back(layer.view());
  return out;
}

Image flattened(const LayeredScene::Impl& scene) {
  const std::vector<LayerView> views = scene.views();
  Image out = scene.device.allocate(scene.width, scene.height, views[0].color.format, scene.color);
  scene.device.engine().flatten(views.data(), static_cast<int>(views.size()), out.mutable_view());
  return out;
}

namespace {

// Columns that show what lies beyond the photo's sides continue the rest smoothly. `columns` says which column of the
// photo a pixel shows; its sides are repeated, so beyond them are those whose neighbour shows the side already. All in
// host memory.
void continue_sides(Image& view, const Image& columns) {
  const int width = view.width(), height = view.height();
  const auto last = static_cast<float>(width - 1);
  Image known(width, height, u8_1);
  bool all = true;
  for (int y = 0; y < height; ++y) {
    const float* const at = columns.row<float>(y);
    std::uint8_t* const inside = known.row<std::uint8_t>(y);
    for (int x = 0; x < width; ++x) {
      const bool right = x > 0 && at[x] >= last && at[x - 1] >= last;
      const bool left = x + 1 < width && at[x] <= 0 && at[x + 1] <= 0;
      inside[x] = right || left ? 0 : 255;
      all = all && inside[x] != 0;
    }
  }
  if (all) return;
  const Device host = Device::cpu();
  const int channels = view.format().channels;
  Image plane(width, height, f32_1);
  with_scalar(view.format().scalar, [&](auto t) {
    using T = decltype(t);
    for (int c = 0; c < channels; ++c) {
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) plane.row<float>(y)[x] = to_float(view.row<T>(y)[channels * x + c]);
      }
      host.engine().pull_push(plane.mutable_view(), known, 255);
      for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
          if (known.row<std::uint8_t>(y)[x] == 0)
            view.row<T>(y)[channels * x + c] = from_float<T>(plane.row<float>(y)[x]);
        }
      }
    }
  });
}

}  // namespace

Image view_of(const LayeredScene::Impl& scene, double baseline) {
  Engine& engine = scene.device.engine();
  std::vector<LayerView> views = scene.views();
  const auto count = static_cast<int>(views.size());
  const bool measured = scene.scale.kind == DepthKind::disparity_px;
  const double at_zero = measured ? scene.scale.at_zero : 0,
               at_one = measured ? scene.scale.at_one : scene.width / 50.0;
  LayerMotion motion;
  motion.shift_x = static_cast<float>(-baseline * at_zero);
  motion.gain_x = static_cast<float>(-baseline * (at_one - at_zero));
  const std::vector<LayerMotion> motions(views.size(), motion);
  const auto warped = [&] {
    const ImageView& like = views[0].color;
    Image out = scene.device.allocate(scene.width, scene.height, like.format, like.color);
    engine.warp_layers(views.data(), motions.data(), count, 1, out.mutable_view());
    return to_host(std::move(out), scene.device);
  };
  Image view = warped();
  Image column(scene.width, scene.height, f32_1);
  for (int y = 0; y < scene.height; ++y) std::iota(column.row<float>(y), column.row<float>(y) + scene.width, 0.0f);
  column = to_device(std::move(column), scene.device);
  for (LayerView& layer : views) layer.color = column;
  continue_sides(view, warped());
  if (scene.alpha.empty()) return view;
  for (LayerView& layer : views) layer.color = scene.alpha;
  const Image alpha = warped();
  Image out(scene.width, scene.height, scene.format, scene.color);
  const Device host = host_device(scene.device);
  host.engine().convert(view, out.mutable_view());
  host.engine().insert_alpha(alpha, out.mutable_view());
  return out;
}

DisparityStatistics disparity_statistics(Engine& engine, const ImageView& disparity, const ImageView& coverage) {
  constexpr double median = 0.5;
  float found[3];
  const MutableImageView host{found, 3, 1, sizeof found, f32_1, {}, {}};
  Image out = engine.allocate(3, 1, f32_1, {});
  engine.quantiles(disparity, coverage, &median, 1, out.mutable_view());
  engine.copy(out, host);
  const bool covered = found[2] == found[2];
  return {found[0], covered ? found[2] : (found[0] + found[1]) / 2, found[1]};
}

}  // namespace v1
}  // namespace relievo
