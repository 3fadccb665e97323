// scene: layered scenes in and out of files.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/io/scene.hpp>

#include "common/fail.hpp"
#include "common/files.hpp"
#include "common/flags.hpp"
#include "pixel_names.hpp"
#include "verbs.hpp"

namespace tool {

/// What `relievo scene export --as` names.
enum class ExportKind { by_extension, mesh, points, layers, depth };

}  // namespace tool

namespace relievo {
inline namespace v1 {
template <>
struct EnumNames<tool::ExportKind> {
  static constexpr std::string_view names[] = {"auto", "mesh", "points", "layers", "depth"};
};
}  // namespace v1
}  // namespace relievo

namespace tool {
namespace {

using relievo::LayeredScene;

LayeredScene read_scene(Inputs& inputs, const relievo::Device& device, const std::string& path) {
  return inputs.report.stage("read", [&] { return relievo::io::read_scene(device, path); });
}

CLI::App* add_verb_of_file(CLI::App& scene, const char* name, const char* help, std::string& file) {
  CLI::App* verb = scene.add_subcommand(name, help);
  verb->add_option("scene", file, "a file that `relievo scene bake` wrote")->required();
  return verb;
}

// The mask of a photo that hides nothing.
relievo::Image nothing_of(const relievo::ImageView& photo) {
  relievo::Image mask(photo.width, photo.height, {relievo::Scalar::u8, 1});
  for (int y = 0; y < photo.height; ++y) std::memset(mask.row<char>(y), 0, static_cast<std::size_t>(photo.width));
  return mask;
}

void add_bake(CLI::App& scene, Inputs& inputs) {
  CLI::App* verb = scene.add_subcommand("bake", "bake a photo into layers, and keep them");
  add_common(*verb, inputs, "the scene: .scene (NAME.scene)");
  add_scene_flags(*verb, inputs);
  const auto hole_path = std::make_shared<std::string>();
  verb->add_option("--hole", *hole_path,
                   "write what layers hide, too, as a mask for a fill of your own: .png, 8 bits, white = hidden")
      ->type_name("FILE")
      ->group("Subject");
  verb->callback([&inputs, hole_path] {
    const std::string path = inputs.output_or(".scene");
    relievo::io::check_scene_path(path);
    if (!hole_path->empty()) {
      if (extension_of(*hole_path) != ".png") {
        fail(relievo::ErrorCode::invalid_argument, "The hole's file is ", *hole_path, "; allowed is .png.");
      }
      relievo::io::check_photo_path(*hole_path);
    }
    const relievo::Device device = inputs.open_device();
    const relievo::io::Photo photo = inputs.read_photo();
    const relievo::DepthMap depth = inputs.find_depth(device, photo);
    relievo::Image hole;
    const LayeredScene baked = inputs.bake_scene(device, photo, depth, inputs.find_matte(device, photo, depth),
                                                 hole_path->empty() ? nullptr : &hole);
    inputs.report.stage("write", [&] {
      relievo::io::write_scene(path, baked);
      if (!hole_path->empty()) relievo::io::write(*hole_path, hole.empty() ? nothing_of(photo.image) : std::move(hole));
    });
    const int count = baked.layer_count();
    inputs.report.add_file(path, count == 1 ? "a scene of 1 layer" : "a scene of " + std::to_string(count) + " layers");
    if (!hole_path->empty()) inputs.report.add_file(*hole_path, "what its layers hide: white");
    inputs.report.print({});
  });
}

// What there is to know of a layer.
struct LayerFacts {
  double covered = 1, soft = 0;        // parts of the picture with any coverage, and with some but not all
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  // of what is covered
  float low = 1, high = 0;             // disparity there
};

LayerFacts facts_of(const relievo::LayerView& layer) {
  LayerFacts facts;
  const int width = layer.color.width, height = layer.color.height;
  std::int64_t covered = 0, soft = 0;
  facts.x0 = width, facts.y0 = height;
  for (int y = 0; y < height; ++y) {
    const auto* cover = layer.coverage.empty() ? nullptr : layer.coverage.row<std::uint8_t>(y);
    const float* disparity = layer.disparity.row<float>(y);
    for (int x = 0; x < width; ++x) {
      const int coverage = cover ? cover[x] : 255;
      if (coverage == 0) continue;
      ++covered;
      soft += coverage < 255;
      facts.x0 = std::min(facts.x0, x), facts.x1 = std::max(facts.x1, x + 1);
      facts.y0 = std::min(facts.y0, y), facts.y1 = std::max(facts.y1, y + 1);
      facts.low = std::min(facts.low, disparity[x]), facts.high = std::max(facts.high, disparity[x]);
    }
  }
  const double pixels = static_cast<double>(width) * height;
  facts.covered = static_cast<double>(covered) / pixels;
  facts.soft = static_cast<double>(soft) / pixels;
  return facts;
}

std::int64_t bytes_of(const relievo::ImageView& image) {
  return std::int64_t{image.width} * image.height * image.format.bytes();
}

std::int64_t memory_of(const LayeredScene& scene) {
  std::int64_t bytes = bytes_of(scene.alpha());
  for (int i = 0; i < scene.layer_count(); ++i) {
    const relievo::LayerView layer = scene.layer(i);
    bytes += bytes_of(layer.color) + bytes_of(layer.coverage) + bytes_of(layer.disparity);
  }
  return bytes;
}

std::string text(const char* format, double a, double b = 0, double c = 0) {
  char line[200];
  std::snprintf(line, sizeof line, format, a, b, c);
  return line;
}

std::string scale_text(const relievo::DepthScale& scale) {
  switch (scale.kind) {
    case relievo::DepthKind::metres:
      return text("1/distance, %.4g to %.4g per metre", scale.at_zero, scale.at_one);
    case relievo::DepthKind::disparity_px:
      return text("disparity, %.4g to %.4g px", scale.at_zero, scale.at_one);
    case relievo::DepthKind::disparity:
      break;
  }
  return text("relative disparity, %.4g to %.4g", scale.at_zero, scale.at_one);
}

void print_facts(const LayeredScene& scene, const std::string& path, std::int64_t file_bytes, Report& report) {
  report.add_fact("scene", path);
  report.add_fact("size", std::to_string(scene.width()) + " x " + std::to_string(scene.height()));
  report.add_fact("pixels", std::to_string(scene.layer(0).color.format.channels) + " channels, " +
                                scalar_name(scene.format().scalar) + (scene.alpha().empty() ? "" : ", with alpha"));
  report.add_fact("colour", primaries_name(scene.color().primaries));
  report.add_fact("depth", scale_text(scene.depth_scale()));
  if (const double fov = static_cast<double>(scene.depth_scale().fov_degrees); fov > 0) {
    report.add_fact("field of view", text("%.1f degrees", fov));
  }
  report.add_fact("subject", text("at disparity %.3f", static_cast<double>(scene.subject_disparity())));
  for (int i = 0; i < scene.layer_count(); ++i) {
    const relievo::LayerView layer = scene.layer(i);
    const LayerFacts facts = facts_of(layer);
    report.add_fact(
        "layer " + std::to_string(i),
        facts.covered == 0
            ? "nothing"
            : text("covers %.1f %%, ", 100 * facts.covered) +
                  (layer.coverage.empty() ? std::string("opaque") : text("soft on %.1f %%", 100 * facts.soft)) +
                  text(", disparity %.3f to %.3f", static_cast<double>(facts.low), static_cast<double>(facts.high)));
  }
  report.add_fact("file", text("%.2f MiB", static_cast<double>(file_bytes) / (1 << 20)));
  report.add_fact("memory", text("%.2f MiB", static_cast<double>(memory_of(scene)) / (1 << 20)));
  report.print({});
}

void print_json(const LayeredScene& scene, const std::string& path, std::int64_t file_bytes) {
  const relievo::DepthScale& scale = scene.depth_scale();
  nlohmann::ordered_json out;
  out["scene"] = path;
  out["width"] = scene.width();
  out["height"] = scene.height();
  out["pixels"] = scalar_name(scene.format().scalar);
  out["channels"] = scene.layer(0).color.format.channels;
  out["alpha"] = !scene.alpha().empty();
  out["colour"] = primaries_name(scene.color().primaries);
  out["depth"] = {{"kind", name_of(scale.kind)},
                  {"at_zero", scale.at_zero},
                  {"at_one", scale.at_one},
                  {"fov_degrees", scale.fov_degrees}};
  out["subject_disparity"] = scene.subject_disparity();
  out["layers"] = nlohmann::ordered_json::array();
  for (int i = 0; i < scene.layer_count(); ++i) {
    const relievo::LayerView layer = scene.layer(i);
    const LayerFacts facts = facts_of(layer);
    nlohmann::ordered_json one = {{"opaque", layer.coverage.empty()}, {"covered", facts.covered}, {"soft", facts.soft}};
    if (facts.covered > 0) {
      one["box"] = {facts.x0, facts.y0, facts.x1, facts.y1};
      one["disparity"] = {facts.low, facts.high};
    }
    out["layers"].push_back(one);
  }
  out["file_bytes"] = file_bytes;
  out["memory_bytes"] = memory_of(scene);
  std::printf("%s\n", out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
}

void add_scene_info(CLI::App& scene, Inputs& inputs) {
  const auto file = std::make_shared<std::string>();
  CLI::App* verb = add_verb_of_file(scene, "info", "say what a scene holds", *file);
  verb->add_flag("--json", inputs.report.json, "print as JSON");
  verb->callback([&inputs, file] {
    const LayeredScene read = relievo::io::read_scene(relievo::Device::cpu(), *file);
    std::error_code ignored;
    const auto file_bytes = static_cast<std::int64_t>(std::filesystem::file_size(*file, ignored));
    if (inputs.report.json) {
      print_json(read, *file, file_bytes);
    } else {
      print_facts(read, *file, file_bytes, inputs.report);
    }
  });
}

ExportKind kind_of(const std::string& path, ExportKind asked) {
  if (asked != ExportKind::by_extension) return asked;
  const std::string extension = extension_of(path);
  if (extension == ".glb" || extension == ".ply") return ExportKind::mesh;
  for (const char* one : {".exr", ".pfm", ".npy", ".png"}) {
    if (extension == one) return ExportKind::depth;
  }
  fail(relievo::ErrorCode::invalid_argument, "'", path,
       "' has no extension of an export; allowed are .glb .ply .exr .pfm .npy .png, or a folder with --as layers.");
}

struct ExportFlags {
  std::string file;
  ExportKind kind = ExportKind::by_extension;
  relievo::io::MeshOptions mesh;
  relievo::io::PointsOptions points;
  CliOptions mesh_only, points_only, geometry;
};

// What the path allows is known before the work, and so is a flag that would do nothing.
void check_export(const ExportFlags& flags, const std::string& path, ExportKind kind) {
  const auto refuse = [&](const CliOptions& options, bool useful, const char* what) {
    for (const CLI::Option* option : options) {
      if (option->count() == 0 || useful) continue;
      fail(relievo::ErrorCode::invalid_argument, option->get_name(), " goes with ", what, ", not with ",
           relievo::name_of(kind), ".");
    }
  };
  refuse(flags.mesh_only, kind == ExportKind::mesh, "a mesh");
  refuse(flags.points_only, kind == ExportKind::points, "points");
  refuse(flags.geometry, kind == ExportKind::mesh || kind == ExportKind::points, "a mesh or points");
  switch (kind) {
    case ExportKind::mesh:
      return relievo::io::check_mesh_path(path);
    case ExportKind::points:
      return relievo::io::check_points_path(path);
    case ExportKind::layers:
      return relievo::io::check_layers_path(path);
    default:
      return relievo::io::check_depth_path(path);
  }
}

std::string write_export(const LayeredScene& scene, const ExportFlags& flags, const std::string& path,
                         ExportKind kind) {
  switch (kind) {
    case ExportKind::mesh:
      relievo::io::write_mesh(path, scene, flags.mesh);
      return extension_of(path) == ".glb" ? "a mesh with textures" : "a mesh with colours";
    case ExportKind::points: {
      relievo::io::PointsOptions points = flags.points;
      points.geometry = flags.mesh.geometry;
      relievo::io::write_points(path, scene, points);
      return "3D Gaussians";
    }
    case ExportKind::layers:
      relievo::io::write_layers(path, scene);
      return "layers as pictures";
    default:
      relievo::io::write_depth(path, relievo::io::visible_depth(scene));
      return "depth as " + std::string(name_of(scene.depth_scale().kind));
  }
}

void add_export(CLI::App& scene, Inputs& inputs) {
  const auto flags = std::make_shared<ExportFlags>();
  CLI::App* verb =
      add_verb_of_file(scene, "export", "write a mesh, Gaussians, layers or depth of a scene", flags->file);
  add_common_flags(*verb, inputs,
                   "a mesh: .glb .ply; depth: .exr .pfm .npy .png; with --as points .ply; with --as layers a folder");
  verb->get_option("--output")->required();
  add_choice(*verb, "--as", flags->kind, "what to write; auto goes by the name's extension");
  const auto own = [](std::string_view wanted) { return [wanted](std::string_view field) { return field == wanted; }; };
  flags->geometry = add_flags(*verb, flags->mesh.geometry, inputs.texts, {}, "Mesh and points");
  for (const char* field : {"max_vertices", "edge_step", "texture_side"}) {
    for (CLI::Option* option : add_flags(*verb, flags->mesh, inputs.texts, {}, "Mesh", own(field))) {
      flags->mesh_only.push_back(option);
    }
  }
  flags->points_only = add_flags(*verb, flags->points, inputs.texts, {}, "Points", own("max_points"));
  verb->callback([&inputs, flags] {
    const std::string& path = inputs.output;
    const ExportKind kind = kind_of(path, flags->kind);
    check_export(*flags, path, kind);
    const relievo::Device device = inputs.open_device();
    const LayeredScene read = read_scene(inputs, device, flags->file);
    const std::string shows = inputs.report.stage("write", [&] { return write_export(read, *flags, path, kind); });
    inputs.report.add_file(path, shows);
    inputs.report.print({});
  });
}

void add_view(CLI::App& scene, Inputs& inputs) {
  struct Flags {
    std::string file;
    double baseline = 1;
  };
  const auto flags = std::make_shared<Flags>();
  CLI::App* verb = add_verb_of_file(scene, "view", "see a scene from the side", flags->file);
  add_common_flags(*verb, inputs, "the picture: .jpg .png .tif .webp .exr (NAME_view.png); without the photo's Exif");
  add_number(*verb, {"baseline", "how far to the right the camera goes; 0 is the photo", "baselines", -1000, 1000},
             flags->baseline);
  verb->callback([&inputs, flags] {
    const std::string path =
        inputs.output.empty() ? std::filesystem::path(flags->file).stem().string() + "_view.png" : inputs.output;
    relievo::io::check_photo_path(path);
    const relievo::Device device = inputs.open_device();
    const LayeredScene read = read_scene(inputs, device, flags->file);
    const relievo::Image picture = inputs.report.stage("view", [&] { return read.view(flags->baseline); });
    inputs.report.stage("write", [&] { relievo::io::write(path, picture); });
    inputs.report.add_file(path, "the scene from the side");
    inputs.report.print({});
  });
}

}  // namespace

void add_scene(CLI::App& app, Inputs& inputs) {
  CLI::App* scene = app.add_subcommand("scene", "layered scenes: bake, describe, export, see from the side");
  scene->require_subcommand(1);
  scene->footer("`relievo scene VERB --help` lists the flags of a verb.");
  add_bake(*scene, inputs);
  add_scene_info(*scene, inputs);
  add_export(*scene, inputs);
  add_view(*scene, inputs);
  for (CLI::App* verb : scene->get_subcommands({})) {
    verb->group("Verbs");
    verb->footer("");
  }
}

}  // namespace tool
