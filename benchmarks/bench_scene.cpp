// Scenes: how right the view one baseline to the right is, of procedural scenes and of measured pairs, beside warps
// that know no layers; and what baking takes.
//
// Measured pairs are read from RELIEVO_ASSETS; where they are absent their rows say so.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/photo.hpp>
#include <string>
#include <utility>
#include <vector>

#include <relievo/inpainter.hpp>
#include <relievo/layered_scene.hpp>

#include "common/opencv.hpp"
#include "common/picture_quality.hpp"
#include "common/report.hpp"
#include "common/scenes.hpp"
#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace bench {
namespace {

constexpr PixelFormat rgb{Scalar::u8, 3}, u8_1{Scalar::u8, 1}, f32_1{Scalar::f32, 1};

Device device() { return Device::cpu(engine().threads()); }

// A left photo with its disparity in px, and the right photo with its own.
struct Pair {
  cv::Mat left, right, disparity, right_disparity;
};

std::vector<std::string> asset_folders() {
  const char* const given = std::getenv("RELIEVO_ASSETS");
  std::vector<std::string> folders;
  std::string rest = given != nullptr ? given : "";
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    folders.push_back(rest.substr(0, end));
    rest.erase(0, end + 1);
  }
  return folders;
}

cv::Mat read_middlebury(const std::string& file, int flags) {
  for (const std::string& folder : asset_folders()) {
    cv::Mat image = cv::imread(folder + "/data/middlebury/" + file, flags);
    if (!image.empty()) return image;
  }
  return {};
}

cv::Mat read_rgb(const std::string& file) {
  cv::Mat image = read_middlebury(file, cv::IMREAD_COLOR);
  if (!image.empty()) cv::cvtColor(image, image, cv::COLOR_BGR2RGB);
  return image;
}

// Quarters of pixels; 0 is unknown.
cv::Mat read_disparity(const std::string& file) {
  cv::Mat values = read_middlebury(file, cv::IMREAD_GRAYSCALE);
  if (!values.empty()) values.convertTo(values, CV_32F, 0.25);
  return values;
}

// Unknown disparity takes the smaller of the nearest known ones of its row, as a scene has it.
cv::Mat complete(const cv::Mat& disparity) {
  cv::Mat out = disparity.clone();
  for (int y = 0; y < out.rows; ++y) {
    const float* const from = disparity.ptr<float>(y);
    float* const to = out.ptr<float>(y);
    std::vector<float> before(std::size_t(out.cols), 0.0f);
    for (int x = 0; x < out.cols; ++x)
      before[std::size_t(x)] = from[x] > 0 ? from[x] : x > 0 ? before[std::size_t(x) - 1] : 0;
    float after = 0;
    for (int x = out.cols - 1; x >= 0; --x) {
      if (from[x] > 0) after = from[x];
      const float left = before[std::size_t(x)];
      to[x] = left == 0 ? after : after == 0 ? left : std::min(left, after);
    }
  }
  return out;
}

const Pair& measured(const std::string& name) {
  static std::map<std::string, Pair> read;
  Pair& pair = read[name];
  if (pair.left.empty()) {
    pair = {read_rgb(name + "_im2.png"), read_rgb(name + "_im6.png"), read_disparity(name + "_disp2.pgm"),
            read_disparity(name + "_disp6.pgm")};
  }
  return pair;
}

// What two cameras beside each other see of a procedural scene, the nearest twentieth of it moved by 3 % of the width.
const Pair& drawn(int kind, int seed) {
  static std::map<std::pair<int, int>, Pair> made;
  Pair& pair = made[{kind, seed}];
  if (!pair.left.empty()) return pair;
  constexpr int width = 960, height = 720;
  static const scenes::Atlas atlas = [] {
    std::vector<Image> textures;
    textures.push_back(textured(512, 384, rgb));
    return scenes::Atlas(textures);
  }();
  const scenes::Scene scene =
      scenes::make_scene(static_cast<scenes::SceneKind>(kind), static_cast<std::uint64_t>(seed), atlas);
  const scenes::Camera left = scenes::camera_of(scene.view, width, height);
  const scenes::SceneFrame seen = scenes::render(device(), scene, left, width, height, 1, 16);
  std::vector<float> nearness;
  double logs = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      nearness.push_back(1 / seen.layers[0].depth.row<float>(y)[x]);
      logs += std::log(1e-4 + seen.layers[0].color.row<float>(y)[3 * x + 1]);
    }
  }
  const double gain = 0.16 / std::exp(logs / (double(width) * height));
  const auto twentieth = nearness.end() - std::ptrdiff_t(nearness.size() / 20);
  std::nth_element(nearness.begin(), twentieth, nearness.end());
  const float baseline = 0.03f * width / (left.focal_px * *twentieth);
  scenes::Camera right = left;
  right.place = left.place + left.right * baseline;
  const scenes::SceneFrame other = scenes::render(device(), scene, right, width, height, 1, 16);
  const auto picture = [&](const Image& light) {
    cv::Mat out(height, width, CV_8UC3);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < 3 * width; ++x) {
        const double v = std::clamp(gain * light.row<float>(y)[x], 0.0, 1.0);
        const double code = v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
        out.ptr<std::uint8_t>(y)[x] = static_cast<std::uint8_t>(std::lround(255 * code));
      }
    }
    return out;
  };
  const auto disparity = [&](const Image& depth) {
    cv::Mat out(height, width, CV_32F);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        // What is infinitely far has a disparity, too, if hardly any.
        out.at<float>(y, x) = std::max(1e-3f, left.focal_px * baseline / depth.row<float>(y)[x]);
      }
    }
    return out;
  };
  pair = {picture(seen.layers[0].color), picture(other.layers[0].color), disparity(seen.layers[0].depth),
          disparity(other.layers[0].depth)};
  return pair;
}

// Each pixel moved to round(x - d), in row order or the nearest on top; `hit` says where one came.
cv::Mat moved(const Pair& pair, bool nearest, cv::Mat& hit) {
  const cv::Mat disparity = complete(pair.disparity);
  cv::Mat out(pair.left.size(), CV_8UC3, cv::Scalar(0, 0, 0)), best(pair.left.size(), CV_32F, cv::Scalar(-1));
  hit = cv::Mat(pair.left.size(), CV_8U, cv::Scalar(0));
  for (int y = 0; y < out.rows; ++y) {
    for (int x = 0; x < out.cols; ++x) {
      const float d = disparity.at<float>(y, x);
      const auto to = static_cast<int>(std::lround(float(x) - d));
      if (to < 0 || to >= out.cols || (nearest && d <= best.at<float>(y, to))) continue;
      out.at<cv::Vec3b>(y, to) = pair.left.at<cv::Vec3b>(y, x);
      best.at<float>(y, to) = d;
      hit.at<std::uint8_t>(y, to) = 255;
    }
  }
  return out;
}

// Where the left photo shows nothing, within what it shows of each row.
cv::Mat disoccluded(const cv::Mat& hit) {
  cv::Mat out = ~hit;
  for (int y = 0; y < out.rows; ++y) {
    std::uint8_t* const row = out.ptr<std::uint8_t>(y);
    const std::uint8_t* const seen = hit.ptr<std::uint8_t>(y);
    for (int x = 0; x < out.cols && seen[x] == 0; ++x) row[x] = 0;
    for (int x = out.cols - 1; x >= 0 && seen[x] == 0; --x) row[x] = 0;
  }
  return out;
}

// Within 3 px of a step of more than 1 px.
cv::Mat depth_edges(const cv::Mat& disparity) {
  const cv::Mat whole = complete(disparity);
  cv::Mat high, low;
  const cv::Mat square = cv::getStructuringElement(cv::MORPH_RECT, {3, 3});
  cv::dilate(whole, high, square);
  cv::erode(whole, low, square);
  cv::Mat edges = high - low > 1, near;
  cv::dilate(edges, near, cv::getStructuringElement(cv::MORPH_RECT, {5, 5}));
  return near;
}

enum class Way { ours, row_order, nearest_wins };

LayeredScene bake(const Pair& pair, const BakeOptions& options) {
  const ImageView photo{pair.left.data, pair.left.cols, pair.left.rows, std::int64_t(pair.left.step), rgb, {}, {}};
  const ImageView values{
      pair.disparity.data, pair.disparity.cols, pair.disparity.rows, std::int64_t(pair.disparity.step), f32_1, {}, {}};
  Image matte(photo.width, photo.height, u8_1);
  for (int y = 0; y < photo.height; ++y) std::memset(matte.row<std::uint8_t>(y), 0, std::size_t(photo.width));
  return LayeredScene::bake(device(), photo, DepthMap(values, DepthKind::disparity_px), options, matte);
}

cv::Mat view_of(const Pair& pair, Way way, int& layers) {
  if (way == Way::ours) {
    const LayeredScene scene = bake(pair, {});
    layers = scene.layer_count();
    return as_mat(scene.view(1)).clone();
  }
  cv::Mat hit, out;
  const cv::Mat holes = moved(pair, way == Way::nearest_wins, hit);
  cv::inpaint(holes, ~hit, out, 3, cv::INPAINT_TELEA);
  layers = 0;
  return out;
}

struct Sums {
  double psnr = 0, ssim = 0, count = 0;

  void add(const PictureQuality& quality) {
    psnr += quality.psnr;
    ssim += quality.ssim;
    ++count;
  }
  void tell(benchmark::State& state, const std::string& name) const {
    state.counters[name + "_dB"] = psnr / count;
    state.counters[name + "_SSIM"] = ssim / count;
  }
};

using Pairs = std::vector<const Pair*>;

// Means over the pairs.
void view(benchmark::State& state, const std::function<Pairs()>& make, Way way) {
  const Pairs pairs = make();
  Sums all, hidden, edges;
  double layers = 0;
  for (const Pair* pair : pairs) {
    if (!check(state, !pair->left.empty() && !pair->right_disparity.empty(), "the pair is not in RELIEVO_ASSETS")) {
      return;
    }
    int count = 0;
    const cv::Mat out = view_of(*pair, way, count);
    layers += count;
    cv::Mat hit;
    moved(*pair, true, hit);
    all.add(picture_quality(out, pair->right, {}));
    hidden.add(picture_quality(out, pair->right, disoccluded(hit)));
    edges.add(picture_quality(out, pair->right, depth_edges(pair->right_disparity)));
  }
  for (auto _ : state) {
    int count = 0;
    for (const Pair* pair : pairs) benchmark::DoNotOptimize(view_of(*pair, way, count).data);
  }
  all.tell(state, "all");
  hidden.tell(state, "hidden");
  edges.tell(state, "edges");
  if (layers > 0) state.counters["layers"] = layers / double(pairs.size());
}

// The identity is no special case: not at 0, and next to it nothing changes by more than 1.
void identity(benchmark::State& state, const std::function<Pairs()>& make) {
  const Pair& pair = *make()[0];
  if (!check(state, !pair.left.empty(), "the pair is not in RELIEVO_ASSETS")) return;
  const LayeredScene scene = bake(pair, {});
  const auto differs = [&](double baseline) {
    double most = 0;
    cv::Mat apart;
    cv::absdiff(as_mat(scene.view(baseline)), pair.left, apart);
    cv::minMaxLoc(apart.reshape(1), nullptr, &most);
    return most;
  };
  state.counters["at_0"] = differs(0);
  state.counters["at_0.001_px"] = differs(0.001 / scene.depth_scale().at_one);
  for (auto _ : state) benchmark::DoNotOptimize(scene.view(0));
}

enum class Content { portrait, steps };

struct Inputs {
  Image photo, disparity, matte;
};

// A drawn portrait enlarged, or texture with a slope and a step of depth every 300 px: silhouettes everywhere.
Inputs inputs_of(Content content, int width, int height) {
  Inputs in;
  if (content == Content::steps) {
    in.photo = textured(width, height, rgb);
    in.disparity = step_and_ramp(width, height);
  } else {
    const Pair& pair = drawn(4, 1);
    in.photo = Image(width, height, rgb);
    in.disparity = Image(width, height, f32_1);
    cv::resize(pair.left, as_mat(in.photo), as_mat(in.photo).size(), 0, 0, cv::INTER_CUBIC);
    cv::resize(pair.disparity, as_mat(in.disparity), as_mat(in.disparity).size(), 0, 0, cv::INTER_NEAREST);
  }
  in.matte = soft_disc(width, height);
  return in;
}

void baking(benchmark::State& state, Content content, int megapixels, int most_layers, bool matte) {
  const int width = int(std::lround(std::sqrt(megapixels * 1e6 * 4 / 3))), height = width * 3 / 4;
  Inputs in = inputs_of(content, width, height);
  if (!matte) {
    for (int y = 0; y < height; ++y) std::memset(in.matte.row<std::uint8_t>(y), 0, std::size_t(width));
  }
  const DepthMap depth(in.disparity, DepthKind::disparity);
  BakeOptions options;
  options.max_layers = most_layers;
  int layers = 0;
  for (auto _ : state) {
    const LayeredScene scene = LayeredScene::bake(device(), in.photo, depth, options, in.matte);
    layers = scene.layer_count();
  }
  state.counters["layers"] = layers;
  report(state, double(width) * height);
}

// A disc of a tenth of a photo of 2 megapixels.
struct Hole {
  Image photo = textured(1632, 1224, rgb), mask = Image(1632, 1224, u8_1);

  Hole() {
    for (int y = 0; y < mask.height(); ++y) {
      for (int x = 0; x < mask.width(); ++x) {
        mask.row<std::uint8_t>(y)[x] = std::hypot(x - 816, y - 612) < 252 ? 255 : 0;
      }
    }
  }
};

void fill_patch(benchmark::State& state) {
  const Hole hole;
  const Inpainter inpainter(device());
  for (auto _ : state) benchmark::DoNotOptimize(inpainter.inpaint(hole.photo, hole.mask));
  report(state, double(hole.photo.width()) * hole.photo.height());
}

void fill_telea_opencv(benchmark::State& state) {
  const Hole hole;
  cv::Mat out;
  for (auto _ : state) cv::inpaint(as_mat(hole.photo), as_mat(hole.mask), out, 3, cv::INPAINT_TELEA);
  report(state, double(hole.photo.width()) * hole.photo.height());
}

void add_views(const std::string& name, const std::function<Pairs()>& pairs) {
  const std::pair<const char*, Way> ways[] = {
      {"layers", Way::ours}, {"a_row_order_telea", Way::row_order}, {"b_nearest_wins_telea", Way::nearest_wins}};
  const auto add = [&](const std::string& label, auto&&... arguments) {
    benchmark::RegisterBenchmark(label.c_str(), arguments...)->Unit(benchmark::kMillisecond)->UseRealTime();
  };
  for (const auto& [label, way] : ways) add("view/" + name + "/" + label, view, pairs, way);
  add("identity/" + name, identity, pairs);
}

const bool registered = [] {
  for (const std::string name : {"teddy", "cones"}) add_views(name, [=] { return Pairs{&measured(name)}; });
  const char* const kinds[] = {"room", "street", "landscape", "table_top", "portrait", "plants"};
  for (int kind = 0; kind < scenes::scene_kinds; ++kind) {
    add_views(kinds[kind], [=] {
      Pairs pairs;
      for (int seed = 1; seed <= 3; ++seed) pairs.push_back(&drawn(kind, seed));
      return pairs;
    });
  }
  return true;
}();

#define RELIEVO_BAKING(name, ...) \
  BENCHMARK_CAPTURE(baking, name, __VA_ARGS__)->Unit(benchmark::kMillisecond)->UseRealTime()
RELIEVO_BAKING(2_MP, Content::portrait, 2, 8, false);
RELIEVO_BAKING(2_MP_matte, Content::portrait, 2, 8, true);
RELIEVO_BAKING(2_MP_2_layers, Content::portrait, 2, 2, true);
RELIEVO_BAKING(6_MP, Content::portrait, 6, 8, false);
RELIEVO_BAKING(12_MP, Content::portrait, 12, 8, false);
RELIEVO_BAKING(24_MP, Content::portrait, 24, 8, false);
RELIEVO_BAKING(48_MP, Content::portrait, 48, 8, false);
RELIEVO_BAKING(2_MP_steps, Content::steps, 2, 8, false);
RELIEVO_BAKING(12_MP_steps, Content::steps, 12, 8, false);
BENCHMARK(fill_patch)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(fill_telea_opencv)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace bench
}  // namespace v1
}  // namespace relievo

RELIEVO_BENCHMARK_MAIN()
