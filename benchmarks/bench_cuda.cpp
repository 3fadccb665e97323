// Every kernel of the CUDA engine, timed by events, beside a copy of the same size in the same run.
#include <cuda_runtime.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/report.hpp"
#include "common/scenes.hpp"
#include "core/aperture_mask.hpp"
#include "core/registry.hpp"
#include "cuda/cuda_engine.hpp"
#include "cuda/runtime.hpp"
#include "kernels/patch.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

constexpr PixelFormat rgb{Scalar::u8, 3}, rgba{Scalar::u8, 4}, f32_1{Scalar::f32, 1}, u16_4{Scalar::u16, 4},
    u8_1{Scalar::u8, 1};
// Sets of buffers that take turns, so that no input is in the second-level cache from the turn before.
constexpr int turns = 5;

std::shared_ptr<Engine> gpu;

Image there(const Image& host) {
  Image image = gpu->allocate(host.width(), host.height(), host.format(), host.color());
  gpu->copy(host, image.mutable_view());
  return image;
}

std::vector<Image> sets_of(const Image& host) {
  std::vector<Image> images;
  for (int i = 0; i < turns; ++i) images.push_back(there(host));
  return images;
}

std::vector<Image> outputs(int width, int height, PixelFormat format, Color color = {}) {
  std::vector<Image> images;
  for (int i = 0; i < turns; ++i) images.push_back(gpu->allocate(width, height, format, color));
  return images;
}

// Seconds that body(turn) takes on the GPU, the mean of a batch long enough for the clock of events.
double seconds(const std::shared_ptr<Stream::Impl>& stream, const std::function<void(Engine&, int)>& body) {
  const auto native = static_cast<cudaStream_t>(stream->native());
  cudaEvent_t begin = nullptr, end = nullptr;
  cuda::check(cudaEventCreate(&begin), "making an event");
  cuda::check(cudaEventCreate(&end), "making an event");
  constexpr int batch = 4 * turns;
  cuda::check(cudaEventRecord(begin, native), "timing");
  for (int i = 0; i < batch; ++i) body(stream->engine(), i % turns);
  cuda::check(cudaEventRecord(end, native), "timing");
  cuda::check(cudaEventSynchronize(end), "timing");
  float milliseconds = 0;
  cuda::check(cudaEventElapsedTime(&milliseconds, begin, end), "timing");
  cudaEventDestroy(begin);
  cudaEventDestroy(end);
  return milliseconds * 1e-3 / batch;
}

// Bytes a second of a copy on the GPU, read and written, for the size of one buffer.
double copy_rate(double bytes) {
  static std::vector<std::pair<double, double>> known;
  for (const auto& [size, rate] : known) {
    if (size == bytes) return rate;
  }
  const int width = 4096;
  const int height = std::max(1, static_cast<int>(bytes / 2 / (4.0 * width)));
  const Image host = textured(width, height, rgba);
  const std::vector<Image> from = sets_of(host);
  std::vector<Image> to = outputs(width, height, rgba);
  const auto stream = gpu->make_stream();
  double best = 0;
  for (int i = 0; i < 9; ++i) {
    const double took = seconds(stream, [&](Engine& e, int t) { e.copy(from[t], to[t].mutable_view()); });
    best = std::max(best, 2.0 * 4 * width * height / took);
  }
  known.emplace_back(bytes, best);
  return best;
}

// Measures body(engine, turn); `bytes` is the least that must be read and written.
void measure(benchmark::State& state, double bytes, const std::function<void(Engine&, int)>& body) {
  const double ceiling = copy_rate(bytes);
  const auto stream = gpu->make_stream();
  seconds(stream, body);
  for (auto _ : state) state.SetIterationTime(seconds(stream, body));
  using benchmark::Counter;
  const double all = static_cast<double>(state.iterations());
  const BenchSize size = bench_size();
  state.counters["ns/px"] = Counter(all * 1e-9 * double(size.width) * size.height, Counter::kIsRate | Counter::kInvert);
  state.counters["GB/s"] = Counter(all * bytes * 1e-9, Counter::kIsRate);
  state.counters["copy_%"] = Counter(all * bytes / ceiling * 100, Counter::kIsRate);
}

void run_operations() {
  const auto [width, height] = bench_size();
  const double pixels = double(width) * height;
  const auto add = [](const std::string& name, std::function<void(benchmark::State&)> body) {
    benchmark::RegisterBenchmark(name.c_str(), [body](benchmark::State& state) { body(state); })
        ->UseManualTime()
        ->Unit(benchmark::kMicrosecond);
  };
  add("copy rgba u8", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgba));
    std::vector<Image> out = outputs(width, height, rgba);
    measure(state, 8 * pixels, [&](Engine& e, int t) { e.copy(in[t], out[t].mutable_view()); });
  });
  add("convert rgb u8 to f32", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgb));
    std::vector<Image> out = outputs(width, height, {Scalar::f32, 3});
    measure(state, 15 * pixels, [&](Engine& e, int t) { e.convert(in[t], out[t].mutable_view()); });
  });
  add("resize rgb u8 by area to 518", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgb));
    const int small = 518 * height / width;
    std::vector<Image> out = outputs(518, small, rgb);
    measure(state, 3 * pixels + 3.0 * 518 * small,
            [&](Engine& e, int t) { e.resize(in[t], out[t].mutable_view(), ResizeFilter::area); });
  });
  for (const ResizeFilter filter : {ResizeFilter::bilinear, ResizeFilter::bicubic}) {
    const char* const name = filter == ResizeFilter::bilinear ? "bilinear" : "bicubic";
    add(std::string("resize rgb u8 of half the size, ") + name, [=](benchmark::State& state) {
      const std::vector<Image> in = sets_of(textured(width / 2, height / 2, rgb));
      std::vector<Image> out = outputs(width, height, rgb);
      measure(state, 3.75 * pixels, [&](Engine& e, int t) { e.resize(in[t], out[t].mutable_view(), filter); });
    });
  }
  for (const int diameter : {7, 31}) {
    add("morphology u8 " + std::to_string(diameter) + " px", [=](benchmark::State& state) {
      const std::vector<Image> in = sets_of(soft_disc(width, height));
      std::vector<Image> out = outputs(width, height, u8_1);
      const ApertureMask mask = make_ellipse(diameter);
      measure(state, 2 * pixels,
              [&](Engine& e, int t) { e.morphology(in[t], out[t].mutable_view(), Morphology::dilate, mask); });
    });
  }
  add("pull_push f32", [=](benchmark::State& state) {
    const std::vector<Image> known = sets_of(soft_disc(width, height));
    std::vector<Image> values = sets_of(step_and_ramp(width, height));
    measure(state, 9 * pixels, [&](Engine& e, int t) { e.pull_push(values[t].mutable_view(), known[t], 200); });
  });
  const auto matches_beside = [=] {
    Image matches(width, height, u16_4);
    for (int y = 0; y < height; ++y) {
      auto* const row = reinterpret_cast<PatchMatch*>(matches.row<std::uint16_t>(y));
      for (int x = 0; x < width; ++x) {
        row[x] = make_match(patch_radius + x % 50, std::clamp(y, patch_radius, height - 1 - patch_radius), 1000);
      }
    }
    return matches;
  };
  const auto nothing = [=] {
    Image zero(width, height, u8_1);
    for (int y = 0; y < height; ++y) std::fill_n(zero.row<std::uint8_t>(y), width, std::uint8_t{0});
    return zero;
  };
  add("patch_search jump 1, radius 4", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, {Scalar::u8, 4}));
    const std::vector<Image> rank = sets_of(soft_disc(width, height)), behind = sets_of(nothing());
    const std::vector<Image> matches = sets_of(matches_beside());
    std::vector<Image> out = outputs(width, height, u16_4);
    const PatchSearch how{1, 4, 1, 0.01f};
    measure(state, 22 * pixels, [&](Engine& e, int t) {
      e.patch_search(in[t], in[t], rank[t], behind[t], rank[t], matches[t], how, out[t].mutable_view());
    });
  });
  add("patch_vote rgb u8", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgb));
    const std::vector<Image> rank = sets_of(soft_disc(width, height)), behind = sets_of(nothing());
    const std::vector<Image> matches = sets_of(matches_beside());
    std::vector<Image> out = outputs(width, height, rgb);
    measure(state, 16 * pixels, [&](Engine& e, int t) {
      e.patch_vote(in[t], rank[t], behind[t], rank[t], matches[t], {patch_radius, true}, out[t].mutable_view());
    });
  });
  add("gaussian rgb u8 31 px", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgb));
    std::vector<Image> out = outputs(width, height, rgb);
    measure(state, 6 * pixels, [&](Engine& e, int t) { e.gaussian(in[t], out[t].mutable_view(), 31); });
  });
  for (const int radius : {3, 8, 15, 31}) {
    add("aperture_blur rgba u16 r=" + std::to_string(radius), [=](benchmark::State& state) {
      const std::vector<Image> in = sets_of(textured(width, height, u16_4));
      std::vector<Image> out = outputs(width, height, u16_4);
      const ApertureMask mask = make_aperture(Aperture::circle, radius);
      measure(state, 16 * pixels, [&](Engine& e, int t) { e.aperture_blur(in[t], out[t].mutable_view(), mask, 0); });
    });
  }
  for (const int radius : {8, 24}) {
    // Radii from 0 to the largest, and from nearest to farthest.
    add("gather_blur rgba u16 r<=" + std::to_string(radius), [=](benchmark::State& state) {
      const std::vector<Image> in = sets_of(textured(width, height, u16_4));
      const std::vector<Image> map = sets_of(step_and_ramp(width, height));
      std::vector<Image> out = outputs(width, height, u16_4);
      measure(state, 24 * pixels, [&](Engine& e, int t) {
        e.gather_blur(in[t], map[t], map[t], out[t].mutable_view(), Aperture::circle, radius, 0);
      });
    });
  }
  add("guided_filter rgb f32 r=8", [=](benchmark::State& state) {
    const std::vector<Image> guide = sets_of(textured(width, height, {Scalar::f32, 3}));
    const std::vector<Image> in = sets_of(step_and_ramp(width, height));
    std::vector<Image> out = outputs(width, height, f32_1);
    measure(state, 20 * pixels,
            [&](Engine& e, int t) { e.guided_filter(guide[t], in[t], out[t].mutable_view(), 8, 1e-3f); });
  });
  add("premultiply_linear rgb u8", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, rgb));
    std::vector<Image> out = outputs(width, height, u16_4);
    measure(state, 11 * pixels, [&](Engine& e, int t) { e.premultiply_linear(in[t], {}, 0, out[t].mutable_view()); });
  });
  add("unpremultiply_linear to rgb u8", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(textured(width, height, u16_4));
    std::vector<Image> out = outputs(width, height, rgb);
    measure(state, 11 * pixels, [&](Engine& e, int t) { e.unpremultiply_linear(in[t], out[t].mutable_view()); });
  });
  add("coc_levels of 12 radii", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(step_and_ramp(width, height));
    std::vector<Image> out = outputs(width, height, f32_1);
    constexpr float radii[] = {0, 1, 2, 3, 4, 6, 8, 11, 15, 20, 27, 36};
    measure(state, 8 * pixels,
            [&](Engine& e, int t) { e.coc_levels(in[t], 0, 0.5f, 0.02f, 60, radii, 12, out[t].mutable_view()); });
  });
  add("blend_levels of 2 rgba u16", [=](benchmark::State& state) {
    const std::vector<Image> a = sets_of(textured(width, height, u16_4)), b = sets_of(textured(width, height, u16_4));
    const std::vector<Image> level = sets_of(step_and_ramp(width, height));
    std::vector<Image> out = outputs(width, height, u16_4);
    measure(state, 28 * pixels, [&](Engine& e, int t) {
      const ImageView levels[] = {a[t], b[t]};
      e.blend_levels(levels, 2, level[t], out[t].mutable_view());
    });
  });
  add("quantiles", [=](benchmark::State& state) {
    const std::vector<Image> in = sets_of(step_and_ramp(width, height));
    std::vector<Image> out = outputs(4, 1, f32_1);
    constexpr double at[] = {0.005, 0.995};
    measure(state, 4 * pixels, [&](Engine& e, int t) { e.quantiles(in[t], {}, at, 2, out[t].mutable_view()); });
  });
  const auto with_layers = [=](benchmark::State& state, double bytes,
                               const std::function<void(Engine&, const LayerView*, const MutableImageView&)>& body) {
    const TwoLayers scene(width, height, rgb);
    std::vector<Image> images;
    std::vector<std::vector<LayerView>> sets;
    for (int t = 0; t < turns; ++t) {
      std::vector<LayerView> set;
      for (const LayerView& layer : scene.layers) {
        const auto carry = [&](const ImageView& view) -> ImageView {
          if (view.empty()) return {};
          images.push_back(there(Image::copy_of(view)));
          return images.back();
        };
        const ImageView color = carry(layer.color), coverage = carry(layer.coverage),
                        disparity = carry(layer.disparity);
        set.push_back({color, coverage, disparity});
      }
      sets.push_back(set);
    }
    std::vector<Image> out = outputs(width, height, rgb);
    measure(state, bytes, [&](Engine& e, int t) { body(e, sets[t].data(), out[t].mutable_view()); });
  };
  // Read: colours, disparities and one coverage; written: a colour.
  const double two_layers = (2 * 3 + 2 * 4 + 1 + 3) * pixels;
  add("flatten 2 layers", [=](benchmark::State& state) {
    with_layers(state, 10 * pixels,
                [](Engine& e, const LayerView* layers, const MutableImageView& out) { e.flatten(layers, 2, out); });
  });
  for (const int radius : {15, 31}) {
    // Circles of confusion from 0 to `radius` px all over the picture.
    add("lens_blur 2 layers r<=" + std::to_string(radius), [=](benchmark::State& state) {
      static constexpr float radii[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 22, 24, 28, 32};
      std::vector<LensAperture> far, near;
      for (const float r : radii) {
        const int step = r < 20 ? 1 : 2;
        const ApertureMask mask = make_aperture(Aperture::circle, int(r) / step);
        far.push_back({step, mirrored(mask), column_runs(mirrored(mask))});
        near.push_back({step, mask, column_runs(mask)});
      }
      const LensLight light(Scalar::u8, Transfer::srgb, 4);
      LensBlur lens;
      lens.focus = 0.95f;
      lens.scale = float(radius) / 0.8f;
      lens.radii = radii;
      lens.far_apertures = far.data();
      lens.near_apertures = near.data();
      lens.count = int(far.size());
      lens.light = &light;
      with_layers(state, two_layers, [&](Engine& e, const LayerView* layers, const MutableImageView& out) {
        e.lens_blur(layers, 2, lens, 0, out, {}, {});
      });
    });
  }
  add("anaglyph rgb u8", [=](benchmark::State& state) {
    with_layers(state, 9 * pixels, [](Engine& e, const LayerView* layers, const MutableImageView& out) {
      e.anaglyph(layers[0].color, layers[1].color, out);
    });
  });
  const auto add_warp = [=](const std::string& name, int count, const LayerMotion& motion, float zoom) {
    add("warp_layers " + name, [=](benchmark::State& state) {
      const LayerMotion motions[] = {motion, motion};
      with_layers(state, count == 1 ? 10 * pixels : two_layers,
                  [=](Engine& e, const LayerView* layers, const MutableImageView& out) {
                    e.warp_layers(layers, motions, count, zoom, out);
                  });
    });
  };
  for (const int count : {1, 2}) {
    const std::string layers = count == 1 ? "1 layer by disparity" : "2 layers by disparity";
    add_warp(layers, count, {0, 0, 40, 0, 0, 0}, 1);
    add_warp(layers + ", enlarged", count, {0, 0, 40, 0, 0, 0}, 1.05f);
    add_warp(layers + ", both ways", count, {0, 0, 40, 30, 0.02f, 0}, 1.05f);
  }
  add_warp("2 layers by a shift", 2, {12.3f, 4.5f, 0, 0, 0, 0}, 1);
  add("warp_rows 1 layer", [=](benchmark::State& state) {
    with_layers(state, 10 * pixels, [](Engine& e, const LayerView* layers, const MutableImageView& out) {
      e.warp_rows(layers, 1, 60, 0.5f, out);
    });
  });
  add("warp_rows 2 layers", [=](benchmark::State& state) {
    with_layers(state, two_layers, [](Engine& e, const LayerView* layers, const MutableImageView& out) {
      e.warp_rows(layers, 2, 60, 0.5f, out);
    });
  });
}

}  // namespace

int run_cuda(int argc, char** argv) {
  try {
    gpu = make_cuda_engine(0, 1);
  } catch (const Error& error) {
    std::fprintf(stderr, "bench_cuda: %s\n", error.what());
    return 1;
  }
  run_operations();
  const BenchSize size = bench_size();
  const int code = run(argc, argv,
                       {{"device", gpu->name()},
                        {"pixels", std::to_string(size.width) + " x " + std::to_string(size.height)},
                        {"copy_GB/s", std::to_string(copy_rate(8.0 * size.width * size.height) * 1e-9)}});
  gpu.reset();
  return code;
}

}  // namespace bench
}  // namespace v1
}  // namespace relievo

int main(int argc, char** argv) { return relievo::bench::run_cuda(argc, argv); }
