// A scene in the memory of the device that draws it.
#pragma once

#include <relievo/device.hpp>
#include <relievo/image.hpp>

#include "scenes/scene.hpp"

namespace relievo {
inline namespace v1 {
namespace scenes {

/// Copies a scene to a GPU; borrows it on the CPU, where it must outlive this.
class SceneOnDevice {
 public:
  SceneOnDevice(const Device& device, const Scene& scene);
  const SceneView& view() const { return view_; }

 private:
  SceneView view_;
  Image memory_;
};

}  // namespace scenes
}  // namespace v1
}  // namespace relievo
