#include "effects/bake_subject.hpp"

#include <algorithm>
#include <utility>

#include "core/views.hpp"
#include "effects/given_fill.hpp"
#include "effects/histogram.hpp"
#include "effects/inpaint.hpp"
#include "effects/working_copy.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// The hole: the subject grown, and everything it covers however faint_coveragely. All in the device's memory.
Image hole_of(const Device& device, const ImageView& coverage, const BakeOptions& options) {
  Engine& engine = device.engine();
  Image hole = device.allocate(coverage.width, coverage.height, u8_1);
  const MutableImageView mask = hole.mutable_view();
  engine.mask_above(coverage, 127, {}, mask);
  const ApertureMask ellipse = make_ellipse(options.hole_dilate_px);
  for (int i = 0; i < options.hole_dilate_times; ++i) engine.morphology(mask, mask, Morphology::dilate, ellipse);
  engine.mask_above(coverage, faint_coverage, mask, mask);
  return hole;
}

}  // namespace

bool covers_something(const Device& device, const ImageView& matte) {
  const Histogram counts = histogram_of(device.engine(), matte);
  return std::any_of(counts.begin() + faint_coverage + 1, counts.end(), [](std::uint32_t n) { return n > 0; });
}

bool bake_subject(LayeredScene::Impl& scene, Image color, Image disparity, Image matte, const BakeOptions& options,
                  const Fill& fill, const Progress& progress) {
  const Device& device = scene.device;
  Engine& engine = device.engine();
  Image hole;
  if (!matte.empty()) hole = hole_of(device, matte, options);
  if (hole.empty() || histogram_of(engine, hole)[0] == 0) {
    // Nothing stands before the rest, or nothing is left to fill from.
    scene.layers.resize(1);
    LayeredScene::Impl::Layer& back = scene.layers[0];
    back.color = std::move(color);
    back.disparity = std::move(disparity);
    return false;
  }
  progress.report(0, "fill");
  scene.layers.resize(2);
  LayeredScene::Impl::Layer& back = scene.layers[0];
  LayeredScene::Impl::Layer& front = scene.layers[1];
  if (fill) {
    Image keep_hole;
    back.color = given_fill(device, fill, color, on_host(hole, device, keep_hole));
  }
  if (back.color.empty()) {
    back.color =
        inpaint_photo(device, color, hole, options.inpaint, host_device(device).threads(), progress.part(0, 0.9));
  }
  progress.report(0.9, "layers");
  front.color = std::move(color);
  if (options.decontaminate) engine.decontaminate(matte, front.color.mutable_view(), back.color.mutable_view());
  front.disparity = copy_on(device, disparity);
  engine.pull_push(front.disparity.mutable_view(), matte, solid_coverage);
  // Floors and walls go on behind the subject.
  InpaintOptions planes;
  planes.method = InpaintMethod::planar;
  back.disparity = inpaint_photo(device, disparity, hole, planes, host_device(device).threads(), progress.part(0.9, 1));
  front.coverage = std::move(matte);
  return true;
}

}  // namespace v1
}  // namespace relievo
