// Triangles between the pixels of a scene's layers, taken in even steps.
#pragma once

#include <cstdint>
#include <vector>

#include <relievo/io/scene.hpp>

#include "io/host_scene.hpp"

namespace relievo {
inline namespace v1 {
namespace io {

/// One layer's part of the mesh.
struct LayerMesh {
  struct Vertex {
    int x, y;  // pixel
  };
  int layer = 0;
  Box box;  // of the pixels that it shows
  std::vector<Vertex> vertices;
  std::vector<std::uint32_t> triangles;  // three a triangle, counter-clockwise as the camera sees them
};

/// What a triangle needs beside depth that holds together.
enum class Cover {
  any,   ///< Any coverage in the square of pixels it lies in: a texture's alpha draws the edge.
  half,  ///< At least 128 at its own vertices.
};

/// The meshes of those layers that have triangles, far to near; vertices are at most `max_vertices` together.
std::vector<LayerMesh> layer_meshes(const LayeredScene& scene, const MeshOptions& options, Cover cover);

}  // namespace io
}  // namespace v1
}  // namespace relievo
