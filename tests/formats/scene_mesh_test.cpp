// Meshes of scenes, read back by readers of their own.
#include <cmath>
#include <nlohmann/json.hpp>

#include <relievo/io/photo.hpp>
#include <relievo/io/scene.hpp>

#include "formats/ply_support.hpp"
#include "formats/scene_support.hpp"

namespace relievo_tests {
namespace {

using relievo::DepthKind;
using relievo::ErrorCode;
using relievo::Image;
using relievo::LayeredScene;
using relievo::Scalar;
using relievo::io::MeshOptions;
using Json = nlohmann::json;

// A mesh of a GLB, as a viewer sees it.
struct Part {
  std::string name, alpha_mode, mime;
  bool unlit = false;
  std::vector<std::array<float, 3>> positions;
  std::vector<std::array<float, 2>> places;
  std::vector<std::array<std::uint32_t, 3>> triangles;
  Image texture;
};
struct Glb {
  Json json;
  std::vector<Part> parts;
  Json camera;
};

Glb read_glb(const std::string& path) {
  const Bytes bytes = load(path);
  const auto word = [&](std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, 4);
    return std::size_t{value};
  };
  EXPECT_EQ(std::string(bytes.begin(), bytes.begin() + 4), "glTF");
  EXPECT_EQ(word(4), 2u);
  EXPECT_EQ(word(8), bytes.size());
  const std::size_t json_size = word(12), data = 20 + json_size + 8;
  EXPECT_EQ(json_size % 4, 0u);
  EXPECT_EQ(std::string(bytes.begin() + 16, bytes.begin() + 20), "JSON");
  EXPECT_EQ(data + word(20 + json_size), bytes.size());
  EXPECT_EQ(Bytes(bytes.begin() + static_cast<long>(data) - 4, bytes.begin() + static_cast<long>(data)),
            (Bytes{'B', 'I', 'N', 0}));
  Glb glb;
  Json& json = glb.json = Json::parse(bytes.begin() + 20, bytes.begin() + 20 + static_cast<long>(json_size));
  EXPECT_EQ(json["asset"]["version"], "2.0");
  EXPECT_EQ(json["buffers"][0]["byteLength"], bytes.size() - data);
  const auto view = [&](const Json& index) {
    const Json& v = json["bufferViews"][index.get<std::size_t>()];
    const std::size_t offset = v["byteOffset"], size = v["byteLength"];
    EXPECT_EQ(offset % 4, 0u);
    EXPECT_LE(data + offset + size, bytes.size());
    return Bytes(bytes.begin() + static_cast<long>(data + offset),
                 bytes.begin() + static_cast<long>(data + offset + size));
  };
  const auto accessor = [&]<class T>(const Json& index, const char* type, int component, std::vector<T>& to,
                                     std::size_t scalars) {
    const Json& a = json["accessors"][index.get<std::size_t>()];
    EXPECT_EQ(a["type"], type);
    EXPECT_EQ(a["componentType"], component);
    const Bytes content = view(a["bufferView"]);
    to.resize(a["count"].get<std::size_t>() * scalars / (sizeof(T) / 4));
    EXPECT_EQ(content.size(), to.size() * sizeof(T));
    std::memcpy(to.data(), content.data(), content.size());
  };
  for (const Json& node_index : json["scenes"][0]["nodes"]) {
    const Json& node = json["nodes"][node_index.get<std::size_t>()];
    EXPECT_FALSE(node.contains("matrix") || node.contains("translation"));
    if (node.contains("camera")) {
      glb.camera = json["cameras"][node["camera"].get<std::size_t>()]["perspective"];
      continue;
    }
    const Json& mesh = json["meshes"][node["mesh"].get<std::size_t>()];
    const Json& primitive = mesh["primitives"][0];
    const Json& material = json["materials"][primitive["material"].get<std::size_t>()];
    Part part;
    part.name = mesh["name"];
    part.alpha_mode = material.value("alphaMode", "OPAQUE");
    part.unlit = material["extensions"].contains("KHR_materials_unlit");
    accessor(primitive["attributes"]["POSITION"], "VEC3", 5126, part.positions, 3);
    accessor(primitive["attributes"]["TEXCOORD_0"], "VEC2", 5126, part.places, 2);
    accessor(primitive["indices"], "SCALAR", 5125, part.triangles, 1);
    const Json& bounds = json["accessors"][primitive["attributes"]["POSITION"].get<std::size_t>()];
    for (const auto& p : part.positions) {
      for (std::size_t c = 0; c < 3; ++c) {
        EXPECT_GE(p[c], bounds["min"][c].get<float>());
        EXPECT_LE(p[c], bounds["max"][c].get<float>());
      }
    }
    const Json& texture =
        json["textures"][material["pbrMetallicRoughness"]["baseColorTexture"]["index"].get<std::size_t>()];
    const Json& image = json["images"][texture["source"].get<std::size_t>()];
    part.mime = image["mimeType"];
    const TempDir folder;
    save(folder / "texture", view(image["bufferView"]));
    part.texture = relievo::io::read(folder / "texture").image;
    glb.parts.push_back(std::move(part));
  }
  return glb;
}

Glb glb_of(const LayeredScene& scene, const MeshOptions& options = {}) {
  const TempDir folder;
  relievo::io::write_mesh(folder / "m.glb", scene, options);
  return read_glb(folder / "m.glb");
}
Ply ply_of(const LayeredScene& scene, const MeshOptions& options = {}) {
  const TempDir folder;
  relievo::io::write_mesh(folder / "m.ply", scene, options);
  return read_ply(folder / "m.ply");
}

// One layer of one colour.
Layers sheet(int width, int height, const std::function<double(int x, int y)>& disparity, relievo::DepthScale scale) {
  Layers layers;
  layers.layers.resize(1);
  layers.layers[0].color = filled(width, height, {Scalar::u8, 3}, [](int, int, int c) { return 60 * (c + 1); });
  layers.layers[0].disparity =
      filled(width, height, {Scalar::f32, 1}, [&](int x, int y, int) { return disparity(x, y); });
  layers.scale = scale;
  return layers;
}

constexpr relievo::DepthScale in_metres{DepthKind::metres, 0.5, 1, 90};

TEST(SceneMesh, LiesWhereTheCameraSawIt) {
  // 90 degrees over 9 px: a focal length of 4.5 px. Disparity 0 is 2 m away, 1 is 1 m.
  const Glb glb = glb_of(sheet(
                             9, 7, [](int, int y) { return y / 6.0; }, in_metres)
                             .scene());
  ASSERT_EQ(glb.parts.size(), 1u);
  const Part& part = glb.parts[0];
  ASSERT_EQ(part.positions.size(), 63u);
  for (std::size_t i = 0; i < 63; ++i) {
    const double x = static_cast<double>(part.places[i][0]) * 9 - 0.5,
                 y = static_cast<double>(part.places[i][1]) * 7 - 0.5;
    EXPECT_NEAR(x, std::round(x), 1e-5);
    const double z = 1 / (0.5 + 0.5 * y / 6);
    EXPECT_NEAR(static_cast<double>(part.positions[i][0]), (x + 0.5 - 4.5) / 4.5 * z, 1e-5);
    EXPECT_NEAR(static_cast<double>(part.positions[i][1]), -(y + 0.5 - 3.5) / 4.5 * z, 1e-5);
    EXPECT_NEAR(static_cast<double>(part.positions[i][2]), -z, 1e-5);
  }
  EXPECT_NEAR(glb.camera["yfov"].get<double>(), 2 * std::atan(3.5 / 4.5), 1e-9);
  EXPECT_NEAR(glb.camera["aspectRatio"].get<double>(), 9.0 / 7, 1e-9);
  EXPECT_GT(glb.camera["znear"].get<double>(), 0);
  EXPECT_LT(glb.camera["znear"].get<double>(), 1);
}

TEST(SceneMesh, IsWholeAndFacesTheCamera) {
  const Glb glb = glb_of(sheet(
                             9, 7, [](int x, int y) { return (x + y) / 14.0; }, in_metres)
                             .scene());
  const Part& part = glb.parts[0];
  ASSERT_EQ(part.triangles.size(), std::size_t{8 * 6 * 2});
  double seen = 0;  // area on the picture, in pixels
  for (const auto& t : part.triangles) {
    const auto at = [&](int corner, int c) {
      const auto& p = part.positions[t[static_cast<std::size_t>(corner)]];
      return static_cast<double>(p[static_cast<std::size_t>(c)] / -p[2]) * 4.5;
    };
    const double twice = (at(1, 0) - at(0, 0)) * (at(2, 1) - at(0, 1)) - (at(2, 0) - at(0, 0)) * (at(1, 1) - at(0, 1));
    EXPECT_GT(twice, 0) << "counter-clockwise with y up";
    seen += twice / 2;
  }
  EXPECT_NEAR(seen, 8 * 6, 1e-3);
}

TEST(SceneMesh, IsTornWhereDepthJumpsAndNowhereElse) {
  const Layers jump = sheet(
      40, 30, [](int x, int) { return x < 17 ? 0.2 : 0.6; }, in_metres);
  for (const MeshOptions& options : {MeshOptions{}, MeshOptions{{}, 1000}}) {
    const Part part = std::move(glb_of(jump.scene(), options).parts[0]);
    EXPECT_GT(part.triangles.size(), 100u);
    for (const auto& t : part.triangles) {
      EXPECT_EQ(part.positions[t[0]][2], part.positions[t[1]][2]);
      EXPECT_EQ(part.positions[t[0]][2], part.positions[t[2]][2]);
    }
  }
  // A floor that reaches from what is nearest to the horizon is no jump, at any step.
  const Layers floor = sheet(
      40, 30, [](int, int y) { return std::max(0.0, (y - 14.0) / 15); }, in_metres);
  EXPECT_EQ(glb_of(floor.scene()).parts[0].triangles.size(), std::size_t{39 * 29 * 2});
  MeshOptions strict;
  strict.edge_step = 0.5f;
  EXPECT_EQ(glb_of(jump.scene(), strict).parts[0].triangles.size(), std::size_t{39 * 29 * 2});
}

TEST(SceneMesh, HasATextureForEachLayerCutToWhatItCovers) {
  const Layers layers = disc_layers(90, 60);
  const Glb glb = glb_of(layers.scene());
  EXPECT_EQ(glb.json["extensionsUsed"][0], "KHR_materials_unlit");
  ASSERT_EQ(glb.parts.size(), 2u);
  const Part &back = glb.parts[0], &front = glb.parts[1];
  EXPECT_TRUE(back.unlit && front.unlit);
  EXPECT_EQ(back.alpha_mode, "OPAQUE");
  EXPECT_EQ(back.mime, "image/jpeg");
  EXPECT_EQ(back.texture.width(), 90);
  EXPECT_NEAR(back.texture.row<std::uint8_t>(30)[3 * 45], layers.layers[0].color.row<std::uint8_t>(30)[3 * 45], 6);
  EXPECT_EQ(front.alpha_mode, "BLEND");
  EXPECT_EQ(front.mime, "image/png");
  // A disc of radius 20 around (45, 30), soft until 22, and one pixel around it.
  const int left = 23, top = 8, side = 45;
  ASSERT_EQ(front.texture.width(), side);
  ASSERT_EQ(front.texture.height(), side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const auto* rgba = front.texture.row<std::uint8_t>(y) + 4 * x;
      ASSERT_EQ(rgba[3], layers.layers[1].coverage.row<std::uint8_t>(top + y)[left + x]);
      for (int c = 0; c < 3; ++c) {
        ASSERT_EQ(rgba[c], layers.layers[1].color.row<std::uint8_t>(top + y)[3 * (left + x) + c]);
      }
    }
  }
  // Every pixel with coverage lies in some square that is there: the corners of the box do not.
  EXPECT_LT(front.positions.size(), std::size_t{side * side});
  EXPECT_GT(front.positions.size(), std::size_t{20 * 20 * 3});
}

TEST(SceneMesh, MasksCoverageThatIsAllOrNothingAndSkipsLayersOfNone) {
  Layers layers = disc_layers(30, 30);
  layers.layers[1].coverage = filled(30, 30, {Scalar::u8, 1}, [](int x, int, int) { return x == 12 ? 255 : 0; });
  Layers::Layer none{layers.layers[1].color.clone(), {}, layers.layers[1].disparity.clone()};
  none.coverage = filled(30, 30, {Scalar::u8, 1}, [](int, int, int) { return 0; });
  layers.layers.push_back(std::move(none));
  const Glb glb = glb_of(layers.scene());
  ASSERT_EQ(glb.parts.size(), 2u);
  EXPECT_EQ(glb.parts[1].alpha_mode, "MASK");
  EXPECT_EQ(glb.parts[1].texture.width(), 3);
}

TEST(SceneMesh, KeepsToItsNumberOfVertices) {
  const Layers layers = disc_layers(300, 200);
  MeshOptions options;
  for (int most : {1000, 5000, 20000}) {
    options.max_vertices = most;
    std::size_t vertices = 0;
    for (const Part& part : glb_of(layers.scene(), options).parts) {
      vertices += part.positions.size();
      float right = 0, bottom = 0;
      for (const auto& place : part.places) right = std::max(right, place[0]), bottom = std::max(bottom, place[1]);
      EXPECT_GT(right, 0.95f);
      EXPECT_GT(bottom, 0.95f);
    }
    EXPECT_LE(vertices, static_cast<std::size_t>(most));
    EXPECT_GT(vertices, static_cast<std::size_t>(most / 3));
    EXPECT_LE(ply_of(layers.scene(), options).vertices.size(), static_cast<std::size_t>(most));
  }
}

TEST(SceneMesh, IsCutFromASmallerSceneWhereTexturesMustBeSmall) {
  MeshOptions options;
  options.texture_side = 50;
  const Glb glb = glb_of(disc_layers(100, 60).scene(), options);
  EXPECT_EQ(glb.parts[0].texture.width(), 50);
  EXPECT_EQ(glb.parts[0].texture.height(), 30);
  EXPECT_NEAR(glb.camera["aspectRatio"].get<double>(), 100.0 / 60, 1e-9);
}

TEST(SceneMesh, OfAPlyHasColourAndCoverageWhereHalfIsCovered) {
  const int width = 60, height = 40;
  const Layers layers = disc_layers(width, height);
  const Ply ply = ply_of(layers.scene());
  EXPECT_THAT(ply.names, testing::ElementsAre("x", "y", "z", "red", "green", "blue", "alpha"));
  int covered = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) covered += layers.layers[1].coverage.row<std::uint8_t>(y)[x] >= 128;
  }
  // Relative disparity: 1 / (d + (1 - d) / 4) m away; the front layer has 0.9, the back up to 0.5.
  std::size_t front = 0;
  for (const auto& v : ply.vertices) {
    const bool near = v.at("z") > -1.2;
    front += near;
    if (!near) {
      EXPECT_EQ(v.at("alpha"), 255);
      continue;
    }
    EXPECT_NEAR(v.at("z"), -1 / (0.9 + 0.1 / 4), 1e-6);
    EXPECT_GE(v.at("alpha"), 128);
    EXPECT_EQ(v.at("red"), 51);
    EXPECT_NEAR(v.at("blue"), 102, 1);
  }
  EXPECT_LE(front, static_cast<std::size_t>(covered));
  EXPECT_GT(front, static_cast<std::size_t>(covered) * 9 / 10);
  EXPECT_EQ(ply.vertices.size(), front + width * height);
  EXPECT_GT(ply.faces.size(), std::size_t{(width - 1) * (height - 1) * 2});
}

TEST(SceneMesh, TakesDistanceFromWhatDisparityStandsFor) {
  const auto distances = [](relievo::DepthScale scale, relievo::io::GeometryOptions geometry) {
    const Layers layers = sheet(
        30, 2, [](int x, int) { return x < 10   ? 0.0
                                       : x < 20 ? 0.5
                                                : 1.0; }, scale);
    MeshOptions options;
    options.geometry = geometry;
    options.edge_step = 1;
    const Ply ply = ply_of(layers.scene(), options);
    std::vector<double> z;
    for (const auto& v : ply.vertices) {
      if (z.empty() || std::fabs(z.back() + v.at("z")) > 1e-4) z.push_back(-v.at("z"));
    }
    std::sort(z.begin(), z.end());
    std::vector<double> different;
    for (double one : z) {
      if (different.empty() || one > different.back() * 1.001) different.push_back(one);
    }
    return different;
  };
  const auto near = [](double value) { return testing::DoubleNear(value, value * 1e-5); };
  EXPECT_THAT(distances({DepthKind::disparity, -3, 7}, {}), testing::ElementsAre(near(1), near(1.6), near(4)));
  EXPECT_THAT(distances({DepthKind::disparity, 0, 1}, {0, 2, 10}),
              testing::ElementsAre(near(2), near(2 / 0.55), near(20)));
  EXPECT_THAT(distances({DepthKind::disparity_px, 10, 40}, {}), testing::ElementsAre(near(1), near(1.6), near(4)));
  EXPECT_THAT(distances({DepthKind::disparity_px, -10, 40}, {0, 1, 9}),
              testing::ElementsAre(near(1), near(40.0 / 15), near(10000)));
  EXPECT_THAT(distances({DepthKind::metres, 0, 0.5}, {0, 7, 9}), testing::ElementsAre(near(2), near(4), near(10000)));
}

TEST(SceneMesh, WidensWithTheFieldOfViewThatIsAskedFor) {
  const auto right = [](float own, float asked) {
    const Layers layers = sheet(10, 10, [](int, int) { return 1.0; }, {DepthKind::metres, 0.5, 1, own});
    MeshOptions options;
    options.geometry.fov_degrees = asked;
    double most = 0;
    for (const auto& v : ply_of(layers.scene(), options).vertices) most = std::max(most, v.at("x"));
    return most / 4.5;  // the last pixel's centre is 4.5 px right of the middle
  };
  EXPECT_NEAR(right(90, 0), 1 / 5.0, 1e-6);
  EXPECT_NEAR(right(0, 0), std::tan(M_PI / 6) / 5, 1e-6);
  EXPECT_NEAR(right(90, 60), std::tan(M_PI / 6) / 5, 1e-6);
}

TEST(SceneMesh, IsInTheColoursOfSrgb) {
  Layers layers = sheet(
      4, 4, [](int, int) { return 1.0; }, in_metres);
  layers.layers[0].color.set_color({relievo::Primaries::display_p3, relievo::Transfer::srgb, false});
  const auto values = [&] {
    const auto vertex = ply_of(layers.scene()).vertices[0];
    return std::array<double, 3>{vertex.at("red"), vertex.at("green"), vertex.at("blue")};
  };
  // Display P3 (60, 120, 180) is sRGB (30, 122, 185): CSS Color 4's matrices and curve, by hand.
  EXPECT_THAT(values(), testing::ElementsAre(30, 122, 185));
  layers.layers[0].color.set_color({relievo::Primaries::bt709, relievo::Transfer::linear, false});
  EXPECT_THAT(values(), testing::ElementsAre(133, 182, 219));
}

TEST(SceneMesh, LetsThePhotosAlphaThrough) {
  Layers layers = disc_layers(40, 40);
  layers.alpha = filled(40, 40, {Scalar::u8, 1}, [](int x, int, int) { return x < 20 ? 0 : 255; });
  const Glb glb = glb_of(layers.scene());
  EXPECT_EQ(glb.parts[0].alpha_mode, "MASK");
  EXPECT_EQ(glb.parts[0].texture.width(), 21);
  for (const auto& v : ply_of(layers.scene()).vertices) EXPECT_GT(v.at("x"), 0);
}

TEST(SceneMesh, RefusesWhatItCannotDo) {
  const TempDir folder;
  const LayeredScene scene = disc_layers(20, 20).scene();
  const auto write = [&](const std::string& name, const MeshOptions& options) {
    relievo::io::write_mesh(folder / name, scene, options);
  };
  expect_error(ErrorCode::invalid_argument, "allowed are .glb .ply", [&] { write("m.obj", {}); });
  expect_error(ErrorCode::invalid_argument, "allowed are .glb .ply", [&] { relievo::io::check_mesh_path("m.obj"); });
  expect_error(ErrorCode::io, "folder does not exist", [&] { write("no/m.glb", {}); });
  expect_error(ErrorCode::invalid_argument, "max_vertices is 999", [&] { write("m.glb", {{}, 999}); });
  expect_error(ErrorCode::invalid_argument, "depth_ratio is 0.5", [&] { write("m.glb", {{0, 1, 0.5}}); });
  expect_error(ErrorCode::invalid_argument, "no surface", [&] {
    relievo::io::write_mesh(folder / "m.glb", sheet(
                                                  9, 1, [](int, int) { return 1.0; }, in_metres)
                                                  .scene());
  });
  {
    const FullDisk disk(1000);
    expect_error(ErrorCode::io, "m.glb", [&] { write("m.glb", {}); });
  }
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace relievo_tests
