#include <tbb/parallel_for.h>

#include <vector>

#include <relievo/io/scene.hpp>

#include "io/host_scene.hpp"
#include "io/oiio.hpp"
#include "io/scene_format.hpp"
#include "io/scene_planes.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

void check_extension(const std::string& path) {
  static constexpr std::string_view known[] = {".scene"};
  extension_among(path, known, "a scene");
}

void write_plane(AtomicFile& file, const ImageView& plane, const ImageView& below) {
  std::vector<Bytes> frames(static_cast<std::size_t>(bands_of(plane.height)));
  tbb::parallel_for(0, bands_of(plane.height),
                    [&](int band) { frames[static_cast<std::size_t>(band)] = encode_band(plane, below, band); });
  for (const Bytes& frame : frames) {
    const auto size = static_cast<std::uint32_t>(frame.size());
    file.write(&size, sizeof size);
    file.write(frame.data(), frame.size());
  }
}

// A layer in host memory, kept for the one above it.
struct Planes {
  explicit Planes(const LayerView& layer)
      : color(on_host(layer.color, keep[0])),
        coverage(on_host(layer.coverage, keep[1])),
        disparity(on_host(layer.disparity, keep[2])) {}

  Image keep[3];
  ImageView color, coverage, disparity;
};

}  // namespace

void check_scene_path(const std::string& path) {
  check_extension(path);
  check_writable(path);
}

void write_scene(const std::string& path, const LayeredScene& scene) {
  check_extension(path);
  guarded(ErrorCode::io, path, [&] {
    AtomicFile file(path);
    SceneHeader header;
    header.width = scene.width();
    header.height = scene.height();
    header.layers = scene.layer_count();
    header.format = scene.layer(0).color.format;
    header.has_alpha = !scene.alpha().empty();
    header.color = scene.color();
    header.scale = scene.depth_scale();
    header.subject_disparity = scene.subject_disparity();
    const Bytes start = format_header(header);
    file.write(start.data(), start.size());
    if (header.has_alpha) {
      Image keep;
      write_plane(file, on_host(scene.alpha(), keep), {});
    }
    std::unique_ptr<Planes> below;
    for (int i = 0; i < header.layers; ++i) {
      auto layer = std::make_unique<Planes>(scene.layer(i));
      write_plane(file, layer->color, below ? below->color : ImageView{});
      if (i > 0) write_plane(file, layer->coverage, below->coverage);
      write_plane(file, layer->disparity, below ? below->disparity : ImageView{});
      below = std::move(layer);
    }
    file.commit();
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
