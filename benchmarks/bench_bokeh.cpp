// Blurs beside what OpenCV offers for them, in the same run.
#include <cmath>
#include <map>
#include <opencv2/imgproc.hpp>
#include <tuple>

#include <relievo/bokeh_renderer.hpp>
#include <relievo/layered_scene.hpp>

#include "common/opencv.hpp"
#include "common/report.hpp"
#include "common/scenes.hpp"
#include "core/with_scalar.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

const BenchSize size = bench_size();
const double pixels = double(size.width) * size.height;

Device device() { return Device::cpu(engine().threads()); }

// The exact mean at one pixel.
template <class T>
bool is_mean(const Image& in, const Image& out, const ApertureMask& mask, int x, int y) {
  const int channels = in.format().channels;
  std::uint64_t sum = 0;
  for (const ApertureRun& run : mask.runs) {
    const int row = std::clamp(y + run.dy, 0, in.height() - 1);
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
      sum += in.row<T>(row)[std::clamp(x + dx, 0, in.width() - 1) * channels];
    }
  }
  return out.row<T>(y)[x * channels] == (sum + mask.area / 2) / mask.area;
}

template <class T>
void aperture(benchmark::State& state, PixelFormat format) {
  const Image in = textured(size.width, size.height, format);
  Image out(size.width, size.height, format);
  const ApertureMask mask = make_aperture(Aperture::circle, int(state.range(0)));
  engine().aperture_blur(in, out.mutable_view(), mask, 0);
  const bool right = is_mean<T>(in, out, mask, 0, 0) && is_mean<T>(in, out, mask, size.width / 2, size.height / 2) &&
                     is_mean<T>(in, out, mask, size.width - 1, size.height - 1);
  if (!check(state, right, "not the exact mean")) return;
  for (auto _ : state) engine().aperture_blur(in, out.mutable_view(), mask, 0);
  report(state, pixels, 2.0 * format.bytes());
}

void aperture_rgb_u8(benchmark::State& state) { aperture<std::uint8_t>(state, {Scalar::u8, 3}); }
void aperture_rgba_u16(benchmark::State& state) { aperture<std::uint16_t>(state, {Scalar::u16, 4}); }

void opencv_filter2d_rgb_u8(benchmark::State& state) {
  engine();
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  const ApertureMask mask = make_aperture(Aperture::circle, int(state.range(0)));
  cv::Mat kernel = cv::Mat::zeros(2 * mask.radius + 1, 2 * mask.radius + 1, CV_32F);
  for (const ApertureRun& run : mask.runs) {
    for (int dx = run.dx_begin; dx < run.dx_end; ++dx) {
      kernel.at<float>(run.dy + mask.radius, dx + mask.radius) = 1.0f / float(mask.area);
    }
  }
  cv::Mat out;
  for (auto _ : state) cv::filter2D(as_mat(in), out, -1, kernel, {-1, -1}, 0, cv::BORDER_REPLICATE);
  report(state, pixels, 6);
}

void gaussian_rgb_u8(benchmark::State& state) {
  const int k = int(state.range(0));
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  Image out(size.width, size.height, {Scalar::u8, 3});
  engine().gaussian(in, out.mutable_view(), k);
  cv::Mat expected;
  cv::GaussianBlur(as_mat(in), expected, {k, k}, 0, 0, cv::BORDER_REFLECT_101);
  if (!check(state, cv::norm(expected, as_mat(out), cv::NORM_INF) == 0, "not OpenCV's")) return;
  for (auto _ : state) engine().gaussian(in, out.mutable_view(), k);
  report(state, pixels, 6);
}

void opencv_gaussian_rgb_u8(benchmark::State& state) {
  engine();
  const int k = int(state.range(0));
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  cv::Mat out;
  for (auto _ : state) cv::GaussianBlur(as_mat(in), out, {k, k}, 0, 0, cv::BORDER_REFLECT_101);
  report(state, pixels, 6);
}

// Five tiers of blur chosen by depth.
void tiers_rgb_u8(benchmark::State& state) {
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  const Image depth = step_and_ramp(size.width, size.height);
  Image level(size.width, size.height, {Scalar::f32, 1});
  const float radii[] = {0, 0.1f, 0.2f, 0.3f, 0.4f};
  std::vector<Image> blurred;
  for (int i = 0; i < 4; ++i) blurred.emplace_back(size.width, size.height, PixelFormat{Scalar::u8, 3});
  Image out(size.width, size.height, {Scalar::u8, 3});
  const int kernels[] = {7, 13, 19, 31};
  const auto run = [&] {
    for (int i = 0; i < 4; ++i) engine().gaussian(in, blurred[i].mutable_view(), kernels[i]);
    engine().coc_levels(depth, 0, 0.9f, 0, 1, radii, 5, level.mutable_view());
    const ImageView views[] = {in, blurred[0], blurred[1], blurred[2], blurred[3]};
    engine().blend_levels(views, 5, level, out.mutable_view());
  };
  run();
  const float at = level.row<float>(7)[7];
  const Image* const low = at < 1 ? &in : &blurred[int(at) - 1];
  const Image* const high = at < 4 ? &blurred[int(at)] : low;
  const float a = low->row<std::uint8_t>(7)[21], b = high->row<std::uint8_t>(7)[21];
  const float expected = a + (at - std::floor(at)) * (b - a);
  if (!check(state, std::abs(out.row<std::uint8_t>(7)[21] - expected) <= 0.51f, "wrong blend")) return;
  for (auto _ : state) run();
  report(state, pixels);
}

void opencv_tiers_rgb_u8(benchmark::State& state) {
  engine();
  const Image in = textured(size.width, size.height, {Scalar::u8, 3});
  const Image depth = step_and_ramp(size.width, size.height);
  const int kernels[] = {7, 13, 19, 31};
  cv::Mat out;
  for (auto _ : state) {
    as_mat(in).copyTo(out);
    for (int i = 0; i < 4; ++i) {
      cv::Mat blurred, mask;
      cv::GaussianBlur(as_mat(in), blurred, {kernels[i], kernels[i]}, 0);
      cv::inRange(as_mat(depth), 0.9 - 0.1 * (i + 2), 0.9 - 0.1 * (i + 1), mask);
      blurred.copyTo(out, mask);
    }
  }
  report(state, pixels);
}

// A subject before ground that rises to a wall, each with texture; baked once.
Image portrait_disparity(int width, int height) {
  Image out(width, height, {Scalar::f32, 1});
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const float u = (x - 0.5f * width) / height, v = float(y) / height;
      const bool head = u * u + (v - 0.38f) * (v - 0.38f) < 0.03f;
      const bool body = v > 0.5f && std::abs(u) < 0.32f * std::sqrt(std::min(1.0f, (v - 0.5f) / 0.2f + 0.1f));
      out.row<float>(y)[x] = head || body ? 0.85f + 0.1f * v : std::max(0.05f, 1.5f * (v - 0.6f));
    }
  }
  return out;
}

enum class Kind { portrait, blocks };

const LayeredScene& scene_of(Kind kind, Scalar scalar, int width, int height) {
  static std::map<std::tuple<Kind, Scalar, int, int>, LayeredScene> scenes;
  const auto key = std::tuple(kind, scalar, width, height);
  const auto found = scenes.find(key);
  if (found != scenes.end()) return found->second;
  const Image photo = textured(width, height, {scalar, 3});
  const Image depth = kind == Kind::portrait ? portrait_disparity(width, height) : step_and_ramp(width, height);
  BakeOptions options;
  options.layer_memory_mib = 4096;
  LayeredScene scene = LayeredScene::bake(device(), photo, DepthMap(depth.clone(), DepthKind::disparity), options);
  return scenes.emplace(key, std::move(scene)).first->second;
}

constexpr float focus = 0.9f, range = 0.05f, farthest = 0.8f;

// `radius` px where depth is farthest from the focus.
BokehOptions lens_of(double radius, BokehMode mode) {
  BokehOptions options;
  options.mode = mode;
  options.focus_range = range;
  options.highlight_recovery = 0;
  options.coc = float(radius / farthest);
  return options;
}

double light_of(double code) { return code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4); }
double code_of(double light) { return light <= 0.0031308 ? 12.92 * light : 1.055 * std::pow(light, 1 / 2.4) - 0.055; }

// A pixel of bytes of what layers give under apertures whose radius is not rounded and whose rim is soft.
double exact_code(const LayeredScene& scene, double coc, int x, int y, int c) {
  double light = 0;
  for (int i = 0; i < scene.layer_count(); ++i) {
    const LayerView layer = scene.layer(i);
    const double radius = coc * std::max(std::abs(double(layer.disparity.row<float>(y)[x]) - focus) - range, 0.0);
    const int reach = int(radius + 1.5);
    double sum = 0, alpha = 0, weight = 0;
    for (int dy = -reach; dy <= reach; ++dy) {
      const int v = std::clamp(y + dy, 0, scene.height() - 1);
      for (int dx = -reach; dx <= reach; ++dx) {
        const double w = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0);
        const int u = std::clamp(x + dx, 0, scene.width() - 1);
        const double cover = layer.coverage.empty() ? 1 : layer.coverage.row<std::uint8_t>(v)[u] / 255.0;
        if (w * cover > 0) sum += w * cover * light_of(layer.color.row<std::uint8_t>(v)[3 * u + c] / 255.0);
        alpha += w * cover;
        weight += w;
      }
    }
    light = sum / weight + light * (1 - alpha / weight);
  }
  return code_of(light);
}

double psnr_of(const Image& out, const LayeredScene& scene, double coc) {
  constexpr int samples = 300;
  double error = 0;
  for (int i = 0; i < samples; ++i) {
    const int x = int(i * 0.618033989 * scene.width()) % scene.width(),
              y = (2 * i + 1) * scene.height() / (2 * samples);
    const double off = out.row<std::uint8_t>(y)[3 * x + i % 3] / 255.0 - exact_code(scene, coc, x, y, i % 3);
    error += off * off / samples;
  }
  return -10 * std::log10(error);
}

using Change = void (*)(BokehOptions& options);

void whole(benchmark::State& state, Kind kind, Scalar scalar, BokehMode mode, int width, int height,
           Change change = nullptr) {
  const LayeredScene& scene = scene_of(kind, scalar, width, height);
  BokehOptions options = lens_of(double(state.range(0)), mode);
  if (change != nullptr) change(options);
  BokehRenderer renderer(device(), options);
  if (options.shape == Aperture::image) renderer.set_aperture(soft_disc(64, 64));
  Image out(width, height, {scalar, 3});
  const Stream stream(device());
  const auto run = [&] { renderer.render_into(scene, Focus::on_disparity(focus), out.mutable_view(), stream); };
  run();
  if (mode == BokehMode::lens && scalar == Scalar::u8 && change == nullptr) {
    const double psnr = psnr_of(out, scene, options.coc);
    state.counters["PSNR_dB"] = psnr;
    // Noise of single pixels is the worst case, the more so the fewer pixels an aperture has.
    if (!check(state, psnr >= 33, "far from the exact gather of the layers")) return;
  }
  for (auto _ : state) run();
  report(state, double(width) * height, 6);
  state.counters["layers"] = scene.layer_count();
}
void lens_portrait_u8(benchmark::State& state) {
  whole(state, Kind::portrait, Scalar::u8, BokehMode::lens, size.width, size.height);
}
void lens_portrait_u16(benchmark::State& state) {
  whole(state, Kind::portrait, Scalar::u16, BokehMode::lens, size.width, size.height);
}
void lens_blocks_u8(benchmark::State& state) {
  whole(state, Kind::blocks, Scalar::u8, BokehMode::lens, size.width, size.height);
}
void gather_portrait_u8(benchmark::State& state) {
  whole(state, Kind::portrait, Scalar::u8, BokehMode::gather, size.width, size.height);
}
// At 1/4, 1/2 and twice the pixels.
void lens_pixels_u8(benchmark::State& state) {
  const double side = std::sqrt(double(state.range(1)) / 100);
  whole(state, Kind::portrait, Scalar::u8, BokehMode::lens, int(side * size.width), int(side * size.height));
}

// What an option or a mode costs, beside lens_portrait_u8 of the same radius.
void options_portrait_u8(benchmark::State& state, BokehMode mode, Change change) {
  whole(state, Kind::portrait, Scalar::u8, mode, size.width, size.height, change);
}
}  // namespace

void add_options() {
  struct Case {
    const char* name;
    BokehMode mode;
    Change change;
  };
  const Case cases[] = {
      {"shape hexagon", BokehMode::lens, [](BokehOptions& o) { o.shape = Aperture::hexagon; }},
      {"shape heart", BokehMode::lens, [](BokehOptions& o) { o.shape = Aperture::heart; }},
      {"shape line", BokehMode::lens, [](BokehOptions& o) { o.shape = Aperture::line; }},
      {"shape image", BokehMode::lens, [](BokehOptions& o) { o.shape = Aperture::image; }},
      {"squeeze 2", BokehMode::lens, [](BokehOptions& o) { o.squeeze = 2; }},
      {"cats_eye 0.7", BokehMode::lens, [](BokehOptions& o) { o.cats_eye = 0.7f; }},
      {"highlight_recovery 2", BokehMode::lens, [](BokehOptions& o) { o.highlight_recovery = 2; }},
      {"grain 1", BokehMode::lens, [](BokehOptions& o) { o.grain = 1; }},
      {"mode preview", BokehMode::preview, [](BokehOptions&) {}},
      {"mode tiers", BokehMode::tiers, [](BokehOptions&) {}},
      {"mode threshold", BokehMode::threshold, [](BokehOptions& o) { o.protect_faces = false; }},
      {"mode layered", BokehMode::layered, [](BokehOptions& o) { o.protect_faces = false; }},
  };
  for (const Case& each : cases) {
    benchmark::RegisterBenchmark(each.name, options_portrait_u8, each.mode, each.change)
        ->Arg(31)
        ->Unit(benchmark::kMillisecond)
        ->UseRealTime();
  }
}

namespace {

BENCHMARK(lens_portrait_u8)->Arg(8)->Arg(15)->Arg(31)->Arg(63)->Arg(127)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(lens_pixels_u8)
    ->ArgNames({"r", "percent"})
    ->Args({31, 25})
    ->Args({31, 50})
    ->Args({31, 200})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(lens_blocks_u8)->Arg(15)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(lens_portrait_u16)->Arg(15)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(gather_portrait_u8)->Arg(15)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);
BENCHMARK(aperture_rgb_u8)->Arg(5)->Arg(15)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(aperture_rgba_u16)->Arg(5)->Arg(15)->Arg(31)->Arg(63)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(opencv_filter2d_rgb_u8)->Arg(5)->Arg(15)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(gaussian_rgb_u8)->Arg(7)->Arg(13)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(opencv_gaussian_rgb_u8)->Arg(7)->Arg(13)->Arg(31)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(tiers_rgb_u8)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(opencv_tiers_rgb_u8)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

int main(int argc, char** argv) {
  relievo::bench::add_options();
  return relievo::bench::run(argc, argv, relievo::bench::cpu_context());
}
