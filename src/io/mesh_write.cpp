#include <optional>
#include <string_view>

#include <relievo/io/scene.hpp>

#include "core/options.hpp"
#include "io/glb.hpp"
#include "io/oiio.hpp"
#include "io/ply.hpp"
#include "io/scene_mesh.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

std::string mesh_extension(const std::string& path) {
  static constexpr std::string_view known[] = {".glb", ".ply"};
  return extension_among(path, known, "a mesh");
}

Bytes format_ply(const LayeredScene& scene, const std::vector<LayerMesh>& meshes, const SceneSpace& space) {
  std::size_t vertices = 0, triangles = 0;
  for (const LayerMesh& mesh : meshes) vertices += mesh.vertices.size(), triangles += mesh.triangles.size() / 3;
  PlyWriter ply;
  ply.add_element("vertex", vertices,
                  {"float x", "float y", "float z", "uchar red", "uchar green", "uchar blue", "uchar alpha"});
  ply.add_element("face", triangles, {"list uchar uint vertex_indices"});
  ply.end_header();
  for (const LayerMesh& mesh : meshes) {
    const HostLayer layer(scene, mesh.layer);
    const Image picture = layer.picture(mesh.box);
    const int channels = picture.format().channels;
    for (const LayerMesh::Vertex& v : mesh.vertices) {
      const Point p = space.at(v.x, v.y, static_cast<double>(layer.disparity().row<float>(v.y)[v.x]));
      for (double value : {p.x, -p.y, -p.z}) ply.add(static_cast<float>(value));
      const auto* rgb = picture.row<std::uint8_t>(v.y - mesh.box.y0) + (v.x - mesh.box.x0) * channels;
      for (int c = 0; c < 3; ++c) ply.add(rgb[c]);
      ply.add(static_cast<std::uint8_t>(layer.coverage(v.x, v.y)));
    }
  }
  std::uint32_t first = 0;
  for (const LayerMesh& mesh : meshes) {
    for (std::size_t i = 0; i < mesh.triangles.size(); ++i) {
      if (i % 3 == 0) ply.add(std::uint8_t{3});
      ply.add(first + mesh.triangles[i]);
    }
    first += static_cast<std::uint32_t>(mesh.vertices.size());
  }
  return std::move(ply).finished();
}

}  // namespace

void check_mesh_path(const std::string& path) {
  mesh_extension(path);
  check_writable(path);
}

void detail::write_mesh(const std::string& path, const LayeredScene& given, const MeshOptions* given_options,
                        std::size_t size) {
  const MeshOptions options = checked_options(given_options, size);
  const bool glb = mesh_extension(path) == ".glb";
  guarded(ErrorCode::io, path, [&] {
    AtomicFile file(path);
    const double longer = std::max(given.width(), given.height());
    std::optional<LayeredScene> smaller;
    if (longer > options.texture_side) {
      const auto side = [&](int pixels) {
        return std::max(1, static_cast<int>(pixels * options.texture_side / longer));
      };
      smaller = given.resized(side(given.width()), side(given.height()));
    }
    const LayeredScene& scene = smaller ? *smaller : given;
    const SceneSpace space(scene, options.geometry);
    const std::vector<LayerMesh> meshes = layer_meshes(scene, options, glb ? Cover::any : Cover::half);
    const Bytes bytes = glb ? format_glb(path, scene, meshes, space) : format_ply(scene, meshes, space);
    file.write(bytes.data(), bytes.size());
    file.commit();
  });
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
