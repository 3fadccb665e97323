// Depth networks alone, pixels in and depth out, without what brings a photo to their size and back.
#include <vector>

#include "common/networks.hpp"
#include "common/report.hpp"
#include "common/scenes.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

bool varies(const Image& depth) {
  float least = depth.row<float>(0)[0], most = least;
  for (int y = 0; y < depth.height(); ++y) {
    for (int x = 0; x < depth.width(); ++x) {
      least = std::min(least, depth.row<float>(y)[x]);
      most = std::max(most, depth.row<float>(y)[x]);
    }
  }
  return most > least;
}

void infer(benchmark::State& state, const char* architecture, int width, int height, Precision precision, int count) {
  const auto network = open_stand_in(architecture, precision);
  const Image photo = textured(width, height, {Scalar::f32, 3});
  std::vector<Image> depths;
  std::vector<ImageView> in(static_cast<std::size_t>(count), photo);
  std::vector<MutableImageView> out;
  for (int i = 0; i < count; ++i) {
    out.push_back(depths.emplace_back(width, height, PixelFormat{Scalar::f32, 1}).mutable_view());
  }
  network->infer(in.data(), out.data(), count);
  if (!check(state, varies(depths.front()), "depth is the same everywhere")) return;
  for (auto _ : state) network->infer(in.data(), out.data(), count);
  report(state, static_cast<double>(width) * height * count);
}

// From a file in the page cache to a network that is ready.
void open_file(benchmark::State& state, const char* architecture, Precision precision) {
  const StandIn file(architecture);
  for (auto _ : state) benchmark::DoNotOptimize(file.open(precision));
  state.counters["threads"] = engine().threads();
}

#define RELIEVO_INFER(name, ...) \
  BENCHMARK_CAPTURE(infer, name, __VA_ARGS__)->Unit(benchmark::kMillisecond)->UseRealTime()
RELIEVO_INFER(midas_small_256x256, "midas-small", 256, 256, Precision::f32, 1);
RELIEVO_INFER(midas_small_256x192, "midas-small", 256, 192, Precision::f32, 1);
RELIEVO_INFER(depth_anything_v2_small_518x518, "depth-anything-v2-small", 518, 518, Precision::f32, 1);
RELIEVO_INFER(depth_anything_v2_small_518x392, "depth-anything-v2-small", 518, 392, Precision::f32, 1);
RELIEVO_INFER(depth_anything_v2_small_518x518_auto, "depth-anything-v2-small", 518, 518, Precision::automatic, 1);
RELIEVO_INFER(depth_anything_v2_small_518x518_by_4, "depth-anything-v2-small", 518, 518, Precision::f32, 4);
RELIEVO_INFER(dpt_hybrid_384x384, "dpt-hybrid", 384, 384, Precision::f32, 1);
RELIEVO_INFER(dpt_hybrid_384x288, "dpt-hybrid", 384, 288, Precision::f32, 1);
BENCHMARK_CAPTURE(open_file, depth_anything_v2_small, "depth-anything-v2-small", Precision::f32)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

RELIEVO_BENCHMARK_MAIN()
