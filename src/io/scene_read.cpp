#include <relievo/io/scene.hpp>

#include "core/options.hpp"
#include "io/oiio.hpp"
#include "io/scene_format.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

LayeredScene detail::read_scene(const Device& device, const std::string& path, const ReadLimits* given,
                                std::size_t size) {
  const ReadLimits limits = read_options(given, size);
  require(limits.max_pixels > 0, "max_pixels is ", limits.max_pixels, "; allowed is 1 or more.");
  return guarded(ErrorCode::corrupt_data, path, [&] {
    // Files of another kind, or larger than their header allows, are not read whole.
    const SceneHeader header = parse_header(path, read_start(path, scene_header_bytes), limits);
    const ParsedScene parsed = parse_scene(path, read_file(path, most_scene_bytes(header)), limits);
    std::vector<LayerView> layers;
    for (const ParsedScene::Layer& layer : parsed.layers) {
      layers.push_back({layer.color, layer.coverage, layer.disparity});
    }
    return LayeredScene::from_layers(device, layers.data(), static_cast<int>(layers.size()), parsed.header.scale,
                                     parsed.alpha, parsed.header.subject_disparity);
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
