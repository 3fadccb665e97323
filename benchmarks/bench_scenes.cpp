// Images for training a second, each kind of scene by itself and all in turn, on one thread: a trainer runs as many of
// them beside each other as it has threads.
#include <cstdint>
#include <vector>

#include "common/report.hpp"
#include "common/scenes.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

constexpr int width = 192, height = 144, images = 24;

scenes::Atlas photos() {
  std::vector<Image> all;
  all.push_back(textured(512, 384, {Scalar::u8, 3}));
  return scenes::Atlas(all);
}

void training_images(benchmark::State& state, int kind) {
  using scenes::training_image;
  const scenes::Atlas atlas = photos();
  const Device device = Device::cpu(1);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seeds.size() < images; ++seed) {
    if (kind < 0 || scenes::any_kind(seed) == static_cast<scenes::SceneKind>(kind)) seeds.push_back(seed);
  }
  const scenes::TrainingImage first = training_image(device, seeds[0], width, height, atlas);
  bool deep = false;
  for (int x = 0; x < width; ++x) deep = deep || first.disparity.row<float>(height / 2)[x] > 0;
  if (!check(state, deep, "nothing is seen")) return;
  for (auto _ : state) {
    for (const std::uint64_t seed : seeds) {
      benchmark::DoNotOptimize(training_image(device, seed, width, height, atlas));
    }
  }
  state.counters["images/s"] = benchmark::Counter(images, benchmark::Counter::kIsIterationInvariantRate);
}

const bool registered = [] {
  const char* const names[] = {"any", "room", "street", "landscape", "table_top", "portrait", "plants"};
  for (int i = 0; i <= scenes::scene_kinds; ++i) {
    benchmark::RegisterBenchmark(names[i], training_images, i - 1)->Unit(benchmark::kMillisecond)->UseRealTime();
  }
  return true;
}();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

RELIEVO_BENCHMARK_MAIN()
