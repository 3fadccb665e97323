// Procedural scenes with exact depth: made from a kind and a seed, drawn by any device, photographed.
//
// The same seed gives the same scene and the same pixels for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <relievo/device.hpp>
#include <relievo/fields.hpp>
#include <relievo/image.hpp>

#include "kernels/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

enum class SceneKind { room, street, landscape, table_top, portrait, plants };
inline constexpr int scene_kinds = 6;

/// Squares of photos that surfaces are covered with; copies share them. Thread safe.
class Atlas {
 public:
  /// None.
  Atlas() = default;
  /// The middle square of each photo (host, u8, 3 channels, sRGB), and of photos that are long its ends.
  explicit Atlas(const std::vector<Image>& photos);

  int count() const { return count_; }
  /// As kernels/scene.hpp lays them out; null where there is none.
  const std::uint8_t* pixels() const { return pixels_ ? pixels_->data() : nullptr; }

 private:
  std::shared_ptr<const std::vector<std::uint8_t>> pixels_;
  int count_ = 0;
};

/// Where a camera stands and how it is turned, whatever the size of its picture.
struct Viewpoint {
  Vec3 place{0, 1.6f, 0};
  float yaw = 0;    ///< radians to the right of +z
  float pitch = 0;  ///< radians up
  float roll = 0;   ///< radians clockwise
  float fov = 1;    ///< horizontal field of view in radians
};

/// The camera of a width x height picture from there.
Camera camera_of(const Viewpoint& view, int width, int height);

/// A viewpoint moved by metres along its own axes: to the right, up, ahead. Frames of one scene from moved viewpoints
/// are those of a moving camera.
Viewpoint moved(const Viewpoint& view, Vec3 by);

/// All that a scene consists of, in host memory, and where it was composed for. Movable; read by any threads.
struct Scene {
  SceneKind kind = SceneKind::room;
  std::vector<Primitive> primitives;
  std::vector<Material> materials;
  std::vector<float> heights;
  Surroundings around{};
  Atlas photos;
  Viewpoint view;
  std::vector<Node> nodes;  ///< by `index`
  int objects = 0;
  int subject = -1;  ///< the first object of those the picture is of, persons say; -1 where it is of all

  /// Builds the tree of bounds that drawing needs, after the last change of `primitives`.
  void index();
  /// Into this object's memory.
  SceneView host_view() const;
};

/// A scene that depends on the arguments alone.
Scene make_scene(SceneKind kind, std::uint64_t seed, const Atlas& photos);
/// The kinds take turns by chance.
SceneKind any_kind(std::uint64_t seed);

/// One layer of a picture, in host memory.
struct SceneLayer {
  Image color;     ///< f32, 3 channels, linear light
  Image depth;     ///< f32, z in metres at the pixel's centre, infinite where there is nothing
  Image normal;    ///< f32, 3 channels, camera's axes: x right, y down, z forward
  Image object;    ///< u8, 4 channels: the bytes of a std::int32_t, -1 where there is nothing
  Image front;     ///< as object: the nearest object in the pixel
  Image coverage;  ///< f32: the share of the pixel that it covers
};

/// A picture of a scene: layer k is the k-th object along each ray.
struct SceneFrame {
  Camera camera;
  std::vector<SceneLayer> layers;
};

/// Draws `layers` (1 to 4) layers of a scene with `samples` (1 to 64, a power of two) rays a pixel at edges. The result
/// is in host memory. Throws Error{invalid_argument} for numbers out of range.
SceneFrame render(const Device& device, const Scene& scene, const Camera& camera, int width, int height, int layers = 1,
                  int samples = 16);

/// What training takes: both in host memory.
struct TrainingImage {
  Image picture;    ///< u8, 3 channels, sRGB
  Image disparity;  ///< f32, 1 / z in 1/m; 0 in the sky
};

/// The photo of the scene with that kind and seed. Thread safe; devices of one thread in several threads draw most.
TrainingImage training_image(const Device& device, SceneKind kind, std::uint64_t seed, int width, int height,
                             const Atlas& photos);
/// The same of kind any_kind(seed).
TrainingImage training_image(const Device& device, std::uint64_t seed, int width, int height, const Atlas& photos);

}  // namespace scenes

template <>
struct EnumNames<scenes::SceneKind> {
  static constexpr std::string_view names[] = {"room", "street", "landscape", "table-top", "portrait", "plants"};
};
}  // namespace v1
}  // namespace relievo
