#include "io/glb.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include <relievo/version.hpp>

#include "io/oiio.hpp"
#include "io/png.hpp"

namespace relievo {
inline namespace v1 {
namespace io {
namespace {

using Json = nlohmann::ordered_json;

// Numbers of the specification, which are OpenGL's.
constexpr int of_float = 5126, of_uint32 = 5125;
constexpr int array_buffer = 34962, element_buffer = 34963;
constexpr int linear = 9729, linear_mipmap_linear = 9987, clamp_to_edge = 33071;

class Glb {
 public:
  explicit Glb(const std::string& path) : path_(path) {
    json_["asset"] = {{"version", "2.0"}, {"generator", std::string("relievo ") + relievo::version()}};
    json_["extensionsUsed"] = {"KHR_materials_unlit"};
    json_["scene"] = 0;
    json_["scenes"] = {{{"nodes", Json::array()}}};
    json_["samplers"] = {{{"magFilter", linear},
                          {"minFilter", linear_mipmap_linear},
                          {"wrapS", clamp_to_edge},
                          {"wrapT", clamp_to_edge}}};
  }

  void add_camera(const SceneSpace& space, double aspect, double near_m) {
    json_["cameras"] = {
        {{"type", "perspective"},
         {"perspective", {{"yfov", space.vertical_fov()}, {"aspectRatio", aspect}, {"znear", near_m}}}}};
    add_node({{"name", "camera"}, {"camera", 0}});
  }

  void add_layer(const HostLayer& layer, const LayerMesh& mesh, const SceneSpace& space) {
    const std::string name = "layer " + std::to_string(mesh.layer);
    constexpr float most = std::numeric_limits<float>::max();
    std::array<float, 3> low{most, most, most}, high{-most, -most, -most};
    std::vector<float> positions, places;
    for (const LayerMesh::Vertex& v : mesh.vertices) {
      const Point p = space.at(v.x, v.y, static_cast<double>(layer.disparity().row<float>(v.y)[v.x]));
      const std::array<float, 3> xyz{static_cast<float>(p.x), static_cast<float>(-p.y), static_cast<float>(-p.z)};
      for (std::size_t c = 0; c < 3; ++c) {
        low[c] = std::min(low[c], xyz[c]), high[c] = std::max(high[c], xyz[c]);
        positions.push_back(xyz[c]);
      }
      places.push_back((static_cast<float>(v.x - mesh.box.x0) + 0.5f) / static_cast<float>(mesh.box.width()));
      places.push_back((static_cast<float>(v.y - mesh.box.y0) + 0.5f) / static_cast<float>(mesh.box.height()));
    }
    const std::size_t count = mesh.vertices.size();
    Json attributes;
    attributes["POSITION"] =
        add_accessor(positions.data(), positions.size() * 4, array_buffer,
                     {{"componentType", of_float}, {"count", count}, {"type", "VEC3"}, {"min", low}, {"max", high}});
    attributes["TEXCOORD_0"] = add_accessor(places.data(), places.size() * 4, array_buffer,
                                            {{"componentType", of_float}, {"count", count}, {"type", "VEC2"}});
    const int indices =
        add_accessor(mesh.triangles.data(), mesh.triangles.size() * 4, element_buffer,
                     {{"componentType", of_uint32}, {"count", mesh.triangles.size()}, {"type", "SCALAR"}});
    const int material = add_material(name, layer, mesh.box);
    const int mesh_index = add(
        "meshes",
        {{"name", name}, {"primitives", {{{"attributes", attributes}, {"indices", indices}, {"material", material}}}}});
    add_node({{"name", name}, {"mesh", mesh_index}});
  }

  Bytes finished() && {
    json_["buffers"] = {{{"byteLength", data_.size()}}};
    std::string text = json_.dump();
    text.append((4 - text.size() % 4) % 4, ' ');
    const std::size_t size = 12 + 8 + text.size() + 8 + data_.size();
    if (size > std::numeric_limits<std::uint32_t>::max()) {
      fail(ErrorCode::unsupported, "'", path_, "' would have ", size, " bytes; GLB holds less than 4 GiB.");
    }
    Bytes out;
    out.reserve(size);
    append(out, "glTF");
    for (std::size_t word : {std::size_t{2}, size, text.size()}) append_word(out, word);
    append(out, "JSON" + text);
    append_word(out, data_.size());
    append(out, std::string_view("BIN\0", 4));
    append(out, data_);
    return out;
  }

 private:
  static void append_word(Bytes& out, std::size_t word) {
    const auto little = static_cast<std::uint32_t>(word);
    append(out, ByteSpan(reinterpret_cast<const std::uint8_t*>(&little), 4));
  }

  int add(const char* list, Json item) {
    Json& items = json_[list];
    items.push_back(std::move(item));
    return static_cast<int>(items.size()) - 1;
  }
  void add_node(Json node) { json_["scenes"][0]["nodes"].push_back(add("nodes", std::move(node))); }

  int add_view(const void* bytes, std::size_t size, Json more) {
    more["buffer"] = 0;
    more["byteOffset"] = data_.size();
    more["byteLength"] = size;
    append(data_, ByteSpan(static_cast<const std::uint8_t*>(bytes), size));
    data_.resize((data_.size() + 3) / 4 * 4);
    return add("bufferViews", std::move(more));
  }
  int add_accessor(const void* bytes, std::size_t size, int target, Json accessor) {
    accessor["bufferView"] = add_view(bytes, size, {{"target", target}});
    return add("accessors", std::move(accessor));
  }

  int add_material(const std::string& name, const HostLayer& layer, const Box& box) {
    const Image picture = layer.picture(box);
    Bytes bytes;
    if (layer.is_opaque()) {
      OIIO::ImageSpec spec(picture.width(), picture.height(), 3, OIIO::TypeDesc::UINT8);
      spec["Compression"] = "jpeg:95";
      spec["jpeg:subsampling"] = "4:4:4";
      bytes = encode_image("jpeg", path_, spec, picture.view().data, picture.stride());
    } else {
      bytes = encode_png(path_, picture, 3, {});
    }
    const int view = add_view(bytes.data(), bytes.size(), Json::object());
    const int image = add(
        "images", {{"name", name}, {"mimeType", layer.is_opaque() ? "image/jpeg" : "image/png"}, {"bufferView", view}});
    const int texture = add("textures", {{"sampler", 0}, {"source", image}});
    Json material = {{"name", name},
                     {"pbrMetallicRoughness",
                      {{"baseColorTexture", {{"index", texture}}}, {"metallicFactor", 0}, {"roughnessFactor", 1}}},
                     {"doubleSided", true},
                     {"extensions", {{"KHR_materials_unlit", Json::object()}}}};
    if (!layer.is_opaque()) material["alphaMode"] = layer.is_soft() ? "BLEND" : "MASK";
    return add("materials", std::move(material));
  }

  const std::string& path_;
  Json json_;
  Bytes data_;
};

}  // namespace

Bytes format_glb(const std::string& path, const LayeredScene& scene, const std::vector<LayerMesh>& meshes,
                 const SceneSpace& space) {
  Glb glb(path);
  // Half of the way to what is nearest.
  glb.add_camera(space, static_cast<double>(scene.width()) / scene.height(),
                 std::min(space.depth(0), space.depth(1)) / 2);
  for (const LayerMesh& mesh : meshes) glb.add_layer(HostLayer(scene, mesh.layer), mesh, space);
  return std::move(glb).finished();
}

}  // namespace io
}  // namespace v1
}  // namespace relievo
