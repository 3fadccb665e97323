// Layered scenes in files, and what other programs make of them: pictures, meshes, Gaussians.
#pragma once

#include <cstddef>
#include <string>

#include <relievo/depth_map.hpp>
#include <relievo/export.hpp>
#include <relievo/fields.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/layered_scene.hpp>

namespace relievo {
inline namespace v1 {
namespace io {

/// Writes all of a scene into a file of its own format, .scene: layers, photo's alpha, and what disparity stands for.
/// Nothing is lost: `read_scene` gives every bit back. Appears whole or not at all. Layers may lie in host or device
/// memory. Throws Error{invalid_argument} for another extension, Error{io} when it cannot be written. Thread safe.
RELIEVO_API void write_scene(const std::string& path, const LayeredScene& scene);

/// Reads what `write_scene` wrote, into the memory of `device`. The content decides, not the name. The picture has at
/// most `limits.max_pixels`, and all layers together eight times as many; all sizes are checked before memory is taken.
/// Throws Error{not_found}, Error{io} (permission, folder), Error{corrupt_data} (no scene, truncated, damaged),
/// Error{unsupported} (of a newer version, too large), Error{out_of_memory}. Thread safe.
inline LayeredScene read_scene(const Device& device, const std::string& path, const ReadLimits& limits = {});

/// Throws what `write_scene` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_scene_path(const std::string& path);

/// Depth of the photo as the scene has it: of each pixel that of the nearest layer whose coverage is at least 128, in
/// the kind and unit of the scene's DepthScale (disparity, px, or metres). Unknown where that kind has no value: pixels
/// of 0 and below, and 1/distance of 0 and below. Throws Error{invalid_argument} where no value is known. Thread safe.
RELIEVO_API DepthMap visible_depth(const LayeredScene& scene);

/// Writes each layer as pictures into a folder, which is made where it is missing (not those above it):
/// `layer_00.png` (farthest), `layer_01.png`, ... with straight colour and coverage as alpha, 8 bits where the scene
/// has u8, else 16; the farthest is opaque and has no alpha. `layer_00_disparity.pfm`, ... hold disparity, 0 to 1, as
/// it is. `alpha.png` is the photo's own alpha, where it had one. `scene.json` names size, layers and the DepthScale.
/// Files of the same names are replaced, each whole or not at all. A folder that it made is gone again where it fails.
/// Throws Error{io} when something cannot be written. Thread safe.
RELIEVO_API void write_layers(const std::string& folder, const LayeredScene& scene);

/// Throws Error{io} where `write_layers` could not make the folder or write into it; leaves nothing behind. Thread
/// safe.
RELIEVO_API void check_layers_path(const std::string& folder);

/// Where a scene's pixels lie in space. A scene in metres lies where it says, up to 10 km. One of kind `disparity_px`
/// has its shape, with the nearest at `nearest_m` and distance as 1/disparity, up to 10,000 times as far. Of kind
/// `disparity` neither is known: 1/distance runs evenly from 1/(nearest_m * depth_ratio) at disparity 0 to 1/nearest_m
/// at 1.
struct GeometryOptions {
  /// Horizontal field of view; 0 = the scene's, or 60 where that is unknown. Unit: degrees. Range: 0 to 170. Default:
  /// 0.
  float fov_degrees = 0;
  /// Distance of what is nearest, where the scene is not in metres. Unit: m. Range: 0.001 to 1000. Default: 1.
  double nearest_m = 1;
  /// How many times as far as the nearest the farthest is, for kind `disparity`. Unit: times. Range: 1 to 1000.
  /// Default: 4.
  double depth_ratio = 4;
};
template <class Visitor>
void visit_fields(GeometryOptions& o, Visitor&& visit) {
  visit(Field{"fov_degrees", "horizontal field of view; 0 = the scene's, or 60", "degrees", 0, 170}, o.fov_degrees);
  visit(Field{"nearest_m", "distance of what is nearest, where the scene is not in metres", "m", 0.001, 1000},
        o.nearest_m);
  visit(Field{"depth_ratio", "how many times as far the farthest is, for relative disparity", "times", 1, 1000},
        o.depth_ratio);
}

/// Options of write_mesh.
struct MeshOptions {
  /// Where pixels lie in space.
  GeometryOptions geometry;
  /// Vertices of all layers together; pixels are taken in steps until they fit. Unit: vertices. Range: 1000 to
  /// 100,000,000. Default: 500,000.
  int max_vertices = 500'000;
  /// Step of disparity between neighbouring vertices beyond which they are not joined, above that of a plane which runs
  /// through the scene's whole range in half of its shorter side. Unit: fraction. Range: 0.001 to 1. Default: 0.05.
  float edge_step = 0.05f;
  /// Longer side of the scene that textures are cut from; a larger scene is made smaller. Unit: px. Range: 16 to
  /// 16,384. Default: 8192.
  int texture_side = 8192;
};
template <class Visitor>
void visit_fields(MeshOptions& o, Visitor&& visit) {
  visit_fields(o.geometry, visit);
  visit(Field{"max_vertices", "most vertices of all layers together", "vertices", 1000, 1e8}, o.max_vertices);
  visit(Field{"edge_step", "step of disparity beyond which vertices are not joined", "fraction", 0.001, 1},
        o.edge_step);
  visit(Field{"texture_side", "longer side of textures", "px", 16, 16384}, o.texture_side);
}

/// Writes a mesh by the name's extension, with the camera at the origin looking along -z, x to the right and y up, in
/// metres (GeometryOptions). Vertices are pixels in even steps; those beyond a step of depth are not joined.
/// - `.glb` (glTF 2.0, KHR_materials_unlit): each layer a mesh with its own texture, cropped to what it covers, as JPEG
///   where it is opaque, else PNG with coverage as alpha (alphaMode BLEND, or MASK where coverage is all or nothing); a
///   camera node has the field of view.
/// - `.ply` (binary, little-endian): one mesh of all layers with colour and coverage at each vertex, where coverage is
/// at
///   least 128. No texture.
/// Colour becomes sRGB of 8 bits. The photo's alpha takes part in coverage. Appears whole or not at all.
/// Throws Error{invalid_argument} for an unknown extension, an option out of range or a scene without a surface,
/// Error{io} when it cannot be written, Error{unsupported} for a GLB of 4 GiB and more. Thread safe.
inline void write_mesh(const std::string& path, const LayeredScene& scene, const MeshOptions& options = {});

/// Throws what `write_mesh` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_mesh_path(const std::string& path);

/// Options of write_points.
struct PointsOptions {
  /// Where pixels lie in space.
  GeometryOptions geometry;
  /// Gaussians of all layers together; pixels are taken in steps until they fit. Unit: Gaussians. Range: 1000 to
  /// 100,000,000. Default: 1,000,000.
  int max_points = 1'000'000;
};
template <class Visitor>
void visit_fields(PointsOptions& o, Visitor&& visit) {
  visit_fields(o.geometry, visit);
  visit(Field{"max_points", "most Gaussians of all layers together", "Gaussians", 1000, 1e8}, o.max_points);
}

/// Writes 3D Gaussians as `.ply`, as Kerbl et al. (SIGGRAPH 2023) store theirs and viewers take them: f32 little-endian
/// x y z nx ny nz f_dc_0..2 opacity scale_0..2 rot_0..3. The camera is at the origin looking along z, x to the right
/// and y down, as COLMAP has it. One round Gaussian for each covered pixel of each layer (or one in each square of
/// pixels, where they would be too many), whose standard deviation is half of the side it stands for. Colour is sRGB,
/// f_dc = (c - 0.5) / 0.28209479177387814; opacity is the logit of coverage, within 1/510 to 509/510.
/// Appears whole or not at all. Throws as `write_mesh`. Thread safe.
inline void write_points(const std::string& path, const LayeredScene& scene, const PointsOptions& options = {});

/// Throws what `write_points` would throw for this path alone, as `check_photo_path`. Thread safe.
RELIEVO_API void check_points_path(const std::string& path);

/// Internal: options cross the boundary with the size that this header knows.
namespace detail {
RELIEVO_API LayeredScene read_scene(const Device& device, const std::string& path, const ReadLimits* limits,
                                    std::size_t size);
RELIEVO_API void write_mesh(const std::string& path, const LayeredScene& scene, const MeshOptions* options,
                            std::size_t size);
RELIEVO_API void write_points(const std::string& path, const LayeredScene& scene, const PointsOptions* options,
                              std::size_t size);
}  // namespace detail

inline LayeredScene read_scene(const Device& device, const std::string& path, const ReadLimits& limits) {
  return detail::read_scene(device, path, &limits, sizeof limits);
}
inline void write_mesh(const std::string& path, const LayeredScene& scene, const MeshOptions& options) {
  detail::write_mesh(path, scene, &options, sizeof options);
}
inline void write_points(const std::string& path, const LayeredScene& scene, const PointsOptions& options) {
  detail::write_points(path, scene, &options, sizeof options);
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
