#include "inputs.hpp"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/fail.hpp"
#include "common/mask.hpp"

namespace tool {
namespace {

// The trace is written as the process ends, when nobody can be told that it could not be.
void check_trace(const std::string& path) {
  std::error_code ignored;
  const bool exists = std::filesystem::exists(path, ignored);
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const std::string place = exists ? path : folder.empty() ? "." : folder;
  if (exists && std::filesystem::is_directory(path, ignored)) {
    errno = EISDIR;
  } else if (access(place.c_str(), W_OK) == 0) {
    return;
  }
  fail(relievo::ErrorCode::io, "The trace ", path, " cannot be written: ", std::strerror(errno), ".");
}

// Why "auto" found no network.
std::string why_cues() {
  for (const relievo::ModuleStatus& module : relievo::module_status()) {
    if (module.name == "torch" && !module.loaded) return "Depth is guessed from cues: " + module.reason + ".";
  }
  return "Depth is guessed from cues; `relievo models fetch depth-anything-v2-small` brings a network.";
}

}  // namespace

relievo::Device Inputs::open_device() const {
  if (!trace.empty()) {
    check_trace(trace);
    setenv("RELIEVO_TRACE", trace.c_str(), 1);
  }
  if (threads > 0) relievo::set_process_threads(threads);
  return relievo::Device::from_name(device, threads);
}

relievo::io::Photo Inputs::read_photo() {
  return report.stage("read", [&] { return relievo::io::read(photo); });
}

relievo::DepthMap Inputs::find_depth(const relievo::Device& on, const relievo::io::Photo& source) {
  const int width = source.image.width(), height = source.image.height();
  if (depth.empty()) {
    return report.stage("depth", [&] {
      const relievo::DepthEstimator estimator(on, depth_options);
      relievo::DepthMap estimate = estimator.estimate(source.image, report.progress());
      if (estimator.model() == "cues") note_person_networks();
      if (depth_options.model == "auto" && estimator.model() == "cues") report.add_note(why_cues());
      return relievo::DepthMap(estimate.values(), estimate.kind(),
                               estimate.fov_degrees() > 0 ? estimate.fov_degrees() : source.fov_degrees());
    });
  }
  return report.stage("depth", [&] {
    relievo::DepthMap given = relievo::io::read_depth(depth, depth_kind, depth_scale);
    const double photo_aspect = static_cast<double>(width) / height;
    const double depth_aspect = static_cast<double>(given.width()) / given.height();
    if (std::fabs(photo_aspect / depth_aspect - 1) > 0.03) {
      fail(relievo::ErrorCode::invalid_argument, "The depth map ", depth, " is ", given.width(), " x ", given.height(),
           " pixels, the photo ", photo, " ", width, " x ", height, "; the ratio of their sides must agree to 3 %.");
    }
    return given.resized(width, height);
  });
}

relievo::Image Inputs::read_mask(const relievo::ImageView& source) {
  return mask.empty() ? relievo::Image() : tool::read_mask(mask, source, photo);
}

relievo::LayeredScene Inputs::bake_scene(const relievo::Device& on, const relievo::io::Photo& source,
                                         const relievo::DepthMap& map) {
  const relievo::Image matte = read_mask(source.image);
  relievo::LayeredScene scene = report.stage(
      "scene", [&] { return relievo::LayeredScene::bake(on, source.image, map, bake, matte, report.progress()); });
  note_subject(scene.layer_count() > 1);
  return scene;
}

void Inputs::note_subject(bool found) {
  if (found) return;
  report.add_note(mask.empty()
                      ? "No subject stands out from its background; the matte is empty, and nothing was filled."
                      : "The mask leaves no subject or no background; nothing was filled.");
}

void Inputs::note_person_networks() {
  if (const std::string why = relievo::why_no_person_networks(); !why.empty()) report.add_note(why);
}

std::string Inputs::output_or(const std::string& suffix) const {
  if (!output.empty()) return output;
  return std::filesystem::path(photo).stem().string() + suffix;
}

void add_common(CLI::App& app, Inputs& inputs, const std::string& output) {
  app.add_option("photo", inputs.photo, "the photo: JPEG, PNG, TIFF, WebP, EXR, HEIC")->required();
  add_common_flags(app, inputs, output);
}

void add_common_flags(CLI::App& app, Inputs& inputs, const std::string& output) {
  app.add_option("-o,--output", inputs.output, output)->type_name("FILE");
  app.add_option("--device", inputs.device, "auto, cpu, cuda or cuda:N (auto)")->type_name("NAME");
  add_number(app, {"threads", "threads of the CPU, 0 = all", "threads", 0, 1024}, inputs.threads);
  CLI::Option* quiet = app.add_flag("--quiet", inputs.report.quiet, "print nothing but errors");
  app.add_flag("--json", inputs.report.json, "print what was made, and the times, as JSON")->excludes(quiet);
  app.add_option("--trace", inputs.trace, "write a Chrome trace of every stage")->type_name("FILE");
}

CliOptions add_depth_flags(CLI::App& app, Inputs& inputs) {
  constexpr const char* group = "Depth";
  CLI::Option* depth =
      app.add_option("--depth", inputs.depth, "depth in place of an estimate: PNG, PGM, PFM, NPY, TIFF, EXR")
          ->type_name("FILE")
          ->group(group);
  CLI::Option* kind =
      add_choice(app, "--depth-kind", inputs.depth_kind, "what the file holds; larger is nearer, but for metres")
          ->needs(depth)
          ->group(group);
  CLI::Option* scale =
      add_number(
          app, "--depth-scale", inputs.depth_scale, "factor on the file's values, such as 0.001 for millimetres",
          [](double factor) { return factor > 0; }, "a number above 0")
          ->needs(depth)
          ->group(group);
  CliOptions options = add_flags(app, inputs.depth_options, inputs.texts, {}, group);
  // The command takes one photo, which comes in batches where it comes in tiles.
  app.get_option("--batch")->needs(app.get_option("--tiles"));
  exclude(options, depth);
  app.get_option("--model")->description(
      "depth model: auto, cues, a name that `relievo models list` prints, or a file "
      "of weights (auto)");
  options.insert(options.end(), {depth, kind, scale});
  return options;
}

void add_preset_flag(CLI::App& app, const std::string& group) {
  app.add_option_function<std::string>(
         "--preset",
         [](const std::string& name) {
           if (name != "spatial-photo") {
             throw CLI::ValidationError("--preset is \"" + name + "\"; allowed is spatial-photo.");
           }
         },
         "a published recipe: spatial-photo; flags beside it change its values")
      ->type_name("NAME")
      ->group(group);
}

CliOptions add_subject_flags(CLI::App& app, Inputs& inputs) {
  constexpr const char* group = "Subject";
  CliOptions options = add_flags(app, inputs.bake.segment, inputs.texts, "segment-", group);
  const auto own = [](std::string_view field) { return field.starts_with("hole_") || field == "decontaminate"; };
  const CliOptions hole = add_flags(app, inputs.bake, inputs.texts, {}, group, own);
  options.insert(options.end(), hole.begin(), hole.end());
  return options;
}

void add_scene_flags(CLI::App& app, Inputs& inputs) {
  add_depth_flags(app, inputs);
  constexpr const char* group = "Subject";
  CLI::Option* mask = app.add_option("--mask", inputs.mask,
                                     "matte in place of ours, of the photo's size: white, or opaque, is the subject")
                          ->type_name("FILE")
                          ->group(group);
  add_preset_flag(app, group);
  for (CLI::Option* option : add_subject_flags(app, inputs)) {
    if (option->get_name().starts_with("--segment-")) option->excludes(mask);
  }
  add_flags(app, inputs.bake.inpaint, inputs.texts, "inpaint-", group);
}

Preset preset_in(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const bool separate =
        std::strcmp(argv[i], "--preset") == 0 && i + 1 < argc && std::strcmp(argv[i + 1], "spatial-photo") == 0;
    if (separate || std::strcmp(argv[i], "--preset=spatial-photo") == 0) return Preset::spatial_photo;
  }
  return Preset::none;
}

}  // namespace tool
