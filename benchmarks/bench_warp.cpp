// Views of a scene beside cv::remap, which knows neither layers nor occlusion.
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "common/opencv.hpp"
#include "common/report.hpp"
#include "common/scenes.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

const BenchSize size = bench_size();
const double pixels = double(size.width) * size.height;
constexpr PixelFormat rgb{Scalar::u8, 3};

bool same(const Image& a, const Image& b) {
  for (int y = 0; y < a.height(); ++y) {
    if (std::memcmp(a.row<char>(y), b.row<char>(y), std::size_t(a.width()) * a.format().bytes()) != 0) return false;
  }
  return true;
}

void layers(benchmark::State& state, float shift, float gain, float zoom) {
  const TwoLayers scene(size.width, size.height, rgb);
  Image out(size.width, size.height, rgb), flat(size.width, size.height, rgb);
  LayerMotion motions[2];
  engine().flatten(scene.layers.data(), 2, flat.mutable_view());
  engine().warp_layers(scene.layers.data(), motions, 2, 1, out.mutable_view());
  if (!check(state, same(out, flat), "without motion it is not the photo")) return;
  for (int i = 0; i < 2; ++i) {
    motions[i].shift_x = shift * float(2 * i - 1);
    motions[i].shift_y = shift / 3;
    motions[i].gain_x = gain;
    motions[i].gain_y = gain / 2;
    motions[i].convergence = 0.5f;
  }
  for (auto _ : state) engine().warp_layers(scene.layers.data(), motions, 2, zoom, out.mutable_view());
  report(state, pixels, 6);
}

void layers_shifted(benchmark::State& state) { layers(state, 12.3f, 0, 1); }
void layers_shifted_and_zoomed(benchmark::State& state) { layers(state, 12.3f, 0, 1.05f); }
void layers_by_disparity(benchmark::State& state) { layers(state, 0, 40, 1.05f); }

void rows(benchmark::State& state) {
  const TwoLayers scene(size.width, size.height, rgb);
  Image out(size.width, size.height, rgb), flat(size.width, size.height, rgb);
  engine().flatten(scene.layers.data(), 2, flat.mutable_view());
  engine().warp_rows(scene.layers.data(), 2, 0, 0.5f, out.mutable_view());
  if (!check(state, same(out, flat), "without gain it is not the photo")) return;
  const int count = int(state.range(0));
  for (auto _ : state) engine().warp_rows(scene.layers.data(), count, 60, 0.5f, out.mutable_view());
  report(state, pixels, 6);
}

void opencv_remap(benchmark::State& state) {
  engine();
  const Image in = textured(size.width, size.height, rgb);
  const Image disparity = step_and_ramp(size.width, size.height);
  cv::Mat map_x(size.height, size.width, CV_32F), map_y(size.height, size.width, CV_32F), out;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      map_x.at<float>(y, x) = float(x) - 40 * (disparity.row<float>(y)[x] - 0.5f);
      map_y.at<float>(y, x) = float(y);
    }
  }
  for (auto _ : state) cv::remap(as_mat(in), out, map_x, map_y, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  report(state, pixels, 14);
}

BENCHMARK(layers_shifted)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(layers_shifted_and_zoomed)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(layers_by_disparity)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(rows)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(opencv_remap)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

RELIEVO_BENCHMARK_MAIN()
