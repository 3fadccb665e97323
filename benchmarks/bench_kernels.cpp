// The operations effects are made of, one by one.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "common/report.hpp"
#include "common/scenes.hpp"
#include "kernels/blend.hpp"
#include "kernels/coc.hpp"
#include "kernels/patch.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

const BenchSize size = bench_size();
const double pixels = double(size.width) * size.height;

Image make(PixelFormat format, Color color = {}) { return Image(size.width, size.height, format, color); }

void convert_u8_to_f32(benchmark::State& state) {
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  Image out = make({Scalar::f32, 3});
  engine().convert(in, out.mutable_view());
  if (!check(state, out.row<float>(1)[7] == in.row<std::uint8_t>(1)[7] / 255.0f, "wrong value")) return;
  for (auto _ : state) engine().convert(in, out.mutable_view());
  report(state, pixels, 15);
}

void premultiply(benchmark::State& state) {
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  const Image cover = soft_disc(size.width, size.height);
  Image out = make({Scalar::u16, 4}), back = make({Scalar::u8, 3});
  engine().premultiply_linear(in, {}, 0, out.mutable_view());
  engine().unpremultiply_linear(out, back.mutable_view());
  if (!check(state, back.row<std::uint8_t>(9)[9] == in.row<std::uint8_t>(9)[9], "light does not come back")) return;
  for (auto _ : state) engine().premultiply_linear(in, cover, 0, out.mutable_view());
  report(state, pixels, 12);
}

void unpremultiply(benchmark::State& state) {
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  Image light = make({Scalar::u16, 4}), out = make({Scalar::u8, 3});
  engine().premultiply_linear(in, {}, 0, light.mutable_view());
  engine().unpremultiply_linear(light, out.mutable_view());
  if (!check(state, out.row<std::uint8_t>(9)[9] == in.row<std::uint8_t>(9)[9], "light does not come back")) return;
  for (auto _ : state) engine().unpremultiply_linear(light, out.mutable_view());
  report(state, pixels, 11);
}

void flatten(benchmark::State& state) {
  const TwoLayers scene(size.width, size.height, {Scalar::u8, 3});
  Image out = make({Scalar::u8, 3});
  engine().flatten(scene.layers.data(), 2, out.mutable_view());
  if (!check(state, out.row<std::uint8_t>(0)[0] == scene.far_color.row<std::uint8_t>(0)[0], "wrong value")) return;
  for (auto _ : state) engine().flatten(scene.layers.data(), 2, out.mutable_view());
  report(state, pixels, 10);
}

void coc_levels(benchmark::State& state) {
  const Image disparity = step_and_ramp(size.width, size.height);
  Image out = make({Scalar::f32, 1});
  const float radii[] = {0, 0.5f, 1, 2, 4, 8, 16, 32};
  engine().coc_levels(disparity, 0, 0.4f, 0.02f, 60, radii, 8, out.mutable_view());
  const float expected = level_of(coc_radius(disparity.row<float>(5)[5], 0.4f, 0.02f, 60), radii, 8);
  if (!check(state, out.row<float>(5)[5] == expected, "wrong value")) return;
  for (auto _ : state) engine().coc_levels(disparity, 0, 0.4f, 0.02f, 60, radii, 8, out.mutable_view());
  report(state, pixels, 8);
}

void guided_filter(benchmark::State& state) {
  const PixelFormat format{Scalar::f32, std::uint8_t(state.range(0))};
  const Image guide = textured(size.width, size.height, format);
  const Image constant = [] {
    Image image(size.width, size.height, {Scalar::f32, 1});
    for (int y = 0; y < size.height; ++y) std::fill_n(image.row<float>(y), size.width, 0.5f);
    return image;
  }();
  const Image in = step_and_ramp(size.width, size.height);
  Image out = make({Scalar::f32, 1});
  engine().guided_filter(guide, constant, out.mutable_view(), 8, 1e-3f);
  if (!check(state, std::abs(out.row<float>(9)[9] - 0.5f) < 1e-5f, "a constant input is not kept")) return;
  for (auto _ : state) engine().guided_filter(guide, in, out.mutable_view(), 8, 1e-3f);
  report(state, pixels);
}

void resize_half(benchmark::State& state) {
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  Image out(size.width / 2, size.height / 2, {Scalar::u8, 3});
  const auto filter = state.range(0) == 0 ? ResizeFilter::bilinear : ResizeFilter::area;
  engine().resize(in, out.mutable_view(), filter);
  const std::uint8_t* const row = in.row<std::uint8_t>(8);
  const std::uint8_t* const next = in.row<std::uint8_t>(9);
  const float mean = (row[24] + row[27] + next[24] + next[27]) / 4.0f;
  if (!check(state, std::abs(out.row<std::uint8_t>(4)[12] - mean) <= 1, "not the mean of four")) return;
  for (auto _ : state) engine().resize(in, out.mutable_view(), filter);
  report(state, pixels, 3.75);
}

void grow_mask(benchmark::State& state) {
  const Image in = soft_disc(size.width, size.height);
  Image out = make({Scalar::u8, 1});
  const ApertureMask mask = make_ellipse(static_cast<int>(state.range(0)));
  engine().morphology(in, out.mutable_view(), Morphology::dilate, mask);
  bool grows = true;
  for (int x = 0; x < size.width; ++x) {
    grows = grows && out.row<std::uint8_t>(size.height / 2)[x] >= in.row<std::uint8_t>(size.height / 2)[x];
  }
  if (!check(state, grows, "the mask shrinks")) return;
  for (auto _ : state) engine().morphology(in, out.mutable_view(), Morphology::dilate, mask);
  report(state, pixels, 2);
}

void pull_push(benchmark::State& state) {
  const Image known = soft_disc(size.width, size.height);
  Image values = step_and_ramp(size.width, size.height);
  const float corner = values.row<float>(0)[0];
  engine().pull_push(values.mutable_view(), known, 200);
  if (!check(state, values.row<float>(0)[0] != corner, "the corner is not filled")) return;
  for (auto _ : state) engine().pull_push(values.mutable_view(), known, 200);
  report(state, pixels, 9);
}

// The disc hides what is behind it; matches point beside it.
struct PatchInputs {
  Image image, rank, behind, matches;

  PatchInputs()
      : image(textured(size.width, size.height, {Scalar::u8, 4})),
        rank(soft_disc(size.width, size.height)),
        behind(make({Scalar::u8, 1})),
        matches(make({Scalar::u16, 4})) {
    engine().mask_above(rank, 255, {}, behind.mutable_view());
    for (int y = 0; y < size.height; ++y) {
      auto* const row = reinterpret_cast<PatchMatch*>(matches.row<std::uint16_t>(y));
      for (int x = 0; x < size.width; ++x) {
        row[x] = make_match(patch_radius + x % 50, std::clamp(y, patch_radius, size.height - 1 - patch_radius), 1000);
      }
    }
  }
};

void patch_search(benchmark::State& state) {
  const PatchInputs in;
  Image out = make({Scalar::u16, 4});
  const PatchSearch how{1, 4, 1, 0.01f};
  const auto search = [&] {
    engine().patch_search(in.image, in.image, in.rank, in.behind, in.rank, in.matches, how, out.mutable_view());
  };
  search();
  const int x = size.width / 2, y = size.height / 2;
  const PatchMatch found = reinterpret_cast<const PatchMatch*>(std::as_const(out).row<std::uint16_t>(y))[x];
  if (!check(state, patch_inside(found.x, found.y, size.width, size.height), "a match lies outside")) return;
  for (auto _ : state) search();
  report(state, pixels, 22);
}

void patch_vote(benchmark::State& state) {
  const PatchInputs in;
  Image out = make({Scalar::u8, 4});
  const auto vote = [&] {
    engine().patch_vote(in.image, in.rank, in.behind, in.rank, in.matches, {patch_radius, true}, out.mutable_view());
  };
  vote();
  if (!check(state, out.row<std::uint8_t>(size.height / 2)[2 * size.width] > 0, "the hole is black")) return;
  for (auto _ : state) vote();
  report(state, pixels, 18);
}

BENCHMARK(convert_u8_to_f32)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(premultiply)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(unpremultiply)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(flatten)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(coc_levels)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(guided_filter)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(grow_mask)->Arg(7)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(patch_search)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(patch_vote)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(pull_push)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(resize_half)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

RELIEVO_BENCHMARK_MAIN()
