#include "effects/relative.hpp"

#include "core/engine.hpp"
#include "core/views.hpp"
#include "effects/working_copy.hpp"
#include "kernels/relative.hpp"

namespace relievo {
inline namespace v1 {
namespace {

struct Range {
  double low, high;
};

// Where all values are one, it lies in the middle.
Range range_of(Engine& engine, const ImageView& values, DepthKind kind, DisparityRange wanted) {
  // Quantiles that few wrong values do not move. Metres have their nearest first.
  const bool inverse = kind == DepthKind::metres;
  const double at[2] = {inverse ? -0.005 : 0.005, inverse ? -0.995 : 0.995};
  float found[4];
  Image out = engine.allocate(4, 1, f32_1, {});
  engine.quantiles(values, {}, at, 2, out.mutable_view());
  engine.copy(out, {found, 4, 1, sizeof found, f32_1, {}, {}});
  const auto disparity = [&](double value) { return disparity_of(value, inverse); };
  const double least = disparity(found[inverse ? 1 : 0]), most = disparity(found[inverse ? 0 : 1]);
  if (least == most) return {least - 0.5, least + 0.5};
  if (kind == DepthKind::disparity && least >= 0 && most <= 1 && least <= 0.005 && most >= 0.995) return {0, 1};
  const Range range{disparity(found[2]), disparity(found[3])};
  return wanted == DisparityRange::robust && range.low < range.high ? range : Range{least, most};
}

}  // namespace

RelativeDisparity relative_disparity(const Device& device, const DepthMap& depth, DisparityRange wanted) {
  Engine& engine = device.engine();
  Image keep;
  const ImageView values = on_device(depth.values(), device, keep);
  const auto [low, high] = range_of(engine, values, depth.kind(), wanted);
  RelativeDisparity out{device.allocate(values.width, values.height, values.format, values.color), low, high};
  engine.normalize(values, out.image.mutable_view(), depth.kind() == DepthKind::metres, low, high);
  if (depth.valid_fraction() < 1) engine.fill_unknown(out.image.mutable_view());
  return out;
}

}  // namespace v1
}  // namespace relievo
