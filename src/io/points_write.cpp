#include <algorithm>
#include <cmath>
#include <string_view>

#include <relievo/io/scene.hpp>

#include "core/options.hpp"
#include "io/host_scene.hpp"
#include "io/oiio.hpp"
#include "io/ply.hpp"
#include "io/scene_space.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

void check_extension(const std::string& path) {
  static constexpr std::string_view known[] = {".ply"};
  extension_among(path, known, "Gaussians");
}

// Calls `work(x, y)` for the middle of each covered square of `stride` pixels.
template <class Work>
void for_each_point(const HostLayer& layer, int stride, Work&& work) {
  const Box box = layer.box();
  const int half = stride / 2;
  const auto first = [&](int at) { return std::max(0, at - half + stride - 1) / stride * stride + half; };
  for (int y = first(box.y0); y < box.y1; y += stride) {
    for (int x = first(box.x0); x < box.x1; x += stride) {
      if (layer.coverage(x, y) > 0) work(x, y);
    }
  }
}

// The least number of pixels from one point to the next at which no more than `most` are left, and how many these are.
struct Sampling {
  int stride = 1;
  std::size_t points = 0;
};
Sampling sampling_of(const LayeredScene& scene, std::size_t most) {
  std::vector<HostLayer> layers;
  for (int i = 0; i < scene.layer_count(); ++i) layers.emplace_back(scene, i);
  Sampling sampling;
  for (;; ++sampling.stride) {
    sampling.points = 0;
    for (const HostLayer& layer : layers) {
      for_each_point(layer, sampling.stride, [&](int, int) { ++sampling.points; });
    }
    if (sampling.points <= most) return sampling;
  }
}

float opacity_of(int coverage) {
  const double alpha = std::clamp(coverage / 255.0, 1 / 510.0, 509 / 510.0);
  return static_cast<float>(std::log(alpha / (1 - alpha)));
}

// Zeroth band of the spherical harmonics that stands for a colour in all directions.
float harmonic_of(std::uint8_t c) { return static_cast<float>((c / 255.0 - 0.5) / 0.28209479177387814); }

}  // namespace

void check_points_path(const std::string& path) {
  check_extension(path);
  check_writable(path);
}

void detail::write_points(const std::string& path, const LayeredScene& scene, const PointsOptions* given,
                          std::size_t size) {
  const PointsOptions options = checked_options(given, size);
  check_extension(path);
  guarded(ErrorCode::io, path, [&] {
    AtomicFile file(path);
    const SceneSpace space(scene, options.geometry);
    const Sampling sampling = sampling_of(scene, static_cast<std::size_t>(options.max_points));
    require(sampling.points > 0, "The scene has no surface: nothing is covered.");
    PlyWriter ply;
    ply.add_element("vertex", sampling.points,
                    {"float x", "float y", "float z", "float nx", "float ny", "float nz", "float f_dc_0",
                     "float f_dc_1", "float f_dc_2", "float opacity", "float scale_0", "float scale_1", "float scale_2",
                     "float rot_0", "float rot_1", "float rot_2", "float rot_3"});
    ply.end_header();
    for (int i = 0; i < scene.layer_count(); ++i) {
      const HostLayer layer(scene, i);
      if (layer.box().empty()) continue;
      const Image picture = layer.picture(layer.box());
      const int channels = picture.format().channels;
      for_each_point(layer, sampling.stride, [&](int x, int y) {
        const Point p = space.at(x, y, static_cast<double>(layer.disparity().row<float>(y)[x]));
        const auto* rgb = picture.row<std::uint8_t>(y - layer.box().y0) + (x - layer.box().x0) * channels;
        const auto deviation = static_cast<float>(std::log(p.z / space.focal_px() * sampling.stride / 2));
        for (double value : {p.x, p.y, p.z, 0.0, 0.0, 0.0}) ply.add(static_cast<float>(value));
        for (int c = 0; c < 3; ++c) ply.add(harmonic_of(rgb[c]));
        ply.add(opacity_of(layer.coverage(x, y)));
        for (float value : {deviation, deviation, deviation, 1.0f, 0.0f, 0.0f, 0.0f}) ply.add(value);
      });
    }
    const Bytes bytes = std::move(ply).finished();
    file.write(bytes.data(), bytes.size());
    file.commit();
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
