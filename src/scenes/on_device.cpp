#include "scenes/on_device.hpp"

#include <cstring>

namespace relievo {
inline namespace v1 {
namespace scenes {

SceneOnDevice::SceneOnDevice(const Device& device, const Scene& scene) : view_(scene.host_view()) {
  if (device.kind() == DeviceKind::cpu) return;
  // One picture whose rows follow each other without gaps carries all of it, each part at a multiple of 64 bytes.
  constexpr int row = 4096;
  constexpr std::size_t step = 64;
  struct Part {
    const void* from;
    std::size_t bytes, offset;
  };
  std::size_t end = 0;
  const auto part = [&](const void* from, std::size_t bytes) {
    const Part made{from, bytes, end};
    end += (bytes + step - 1) / step * step;
    return made;
  };
  const Part parts[] = {
      part(view_.primitives, scene.primitives.size() * sizeof(Primitive)),
      part(view_.nodes, scene.nodes.size() * sizeof(Node)),
      part(view_.materials, scene.materials.size() * sizeof(Material)),
      part(view_.heights, scene.heights.size() * sizeof(float)),
      part(view_.atlas, std::size_t{4} * atlas_pixels * static_cast<std::size_t>(view_.photo_count)),
      part(view_.around, sizeof(Surroundings)),
  };
  const int rows = static_cast<int>((end + 4 * row - 1) / (4 * row));
  Image host(row, rows, {Scalar::u8, 4});
  char* const base = host.row<char>(0);
  for (const Part& each : parts) {
    if (each.bytes > 0) std::memcpy(base + each.offset, each.from, each.bytes);
  }
  memory_ = device.upload(host);
  const char* const there = memory_.row<char>(0);
  view_.primitives = reinterpret_cast<const Primitive*>(there + parts[0].offset);
  view_.nodes = reinterpret_cast<const Node*>(there + parts[1].offset);
  view_.materials = reinterpret_cast<const Material*>(there + parts[2].offset);
  view_.heights = reinterpret_cast<const float*>(there + parts[3].offset);
  view_.atlas = reinterpret_cast<const std::uint8_t*>(there + parts[4].offset);
  view_.around = reinterpret_cast<const Surroundings*>(there + parts[5].offset);
}

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
