// Meshes with textures as GLB, the binary form of glTF 2.0 (ISO/IEC 12113:2022).
#pragma once

#include <string>
#include <vector>

#include "io/file.hpp"
#include "io/scene_mesh.hpp"
#include "io/scene_space.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// A node a mesh with its texture, and a camera. Throws Error{unsupported} from 4 GiB.
Bytes format_glb(const std::string& path, const LayeredScene& scene, const std::vector<LayerMesh>& meshes,
                 const SceneSpace& space);

}  // namespace io
}  // namespace v1
}  // namespace relievo
