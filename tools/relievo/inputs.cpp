#include "inputs.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/fail.hpp"
#include "common/fill.hpp"
#include "common/mask.hpp"
#include "config.hpp"

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

bool any_given(const CliOptions& options) {
  return std::any_of(options.begin(), options.end(), [](const CLI::Option* option) { return option->count() > 0; });
}

std::string size_text(int width, int height) { return std::to_string(width) + " x " + std::to_string(height); }

// The ratio of the sides agrees to 3 %.
bool same_shape(int width, int height, int photo_width, int photo_height) {
  const double aspect = static_cast<double>(width) / height;
  return std::fabs(static_cast<double>(photo_width) / photo_height / aspect - 1) <= 0.03;
}

// Coverage lies within 0..1 as disparity does, and is resized as smoothly.
relievo::Image resized_matte(const relievo::ImageView& matte, int width, int height) {
  const relievo::DepthMap map = relievo::DepthMap(matte, relievo::DepthKind::disparity).resized(width, height);
  relievo::Image out(width, height, {relievo::Scalar::u8, 1});
  for (int y = 0; y < height; ++y) {
    const float* from = map.values().row<float>(y);
    std::transform(from, from + width, out.row<std::uint8_t>(y),
                   [](float coverage) { return static_cast<std::uint8_t>(coverage * 255 + 0.5f); });
  }
  return out;
}

}  // namespace

bool has_subject(const relievo::ImageView& matte) {
  constexpr std::uint8_t faint = 8;  // less is noise
  bool subject = false, rest = false;
  for (int y = 0; y < matte.height; ++y) {
    const auto* const row = matte.row<std::uint8_t>(y);
    subject = subject || std::any_of(row, row + matte.width, [](std::uint8_t coverage) { return coverage > faint; });
    rest = rest || std::any_of(row, row + matte.width, [](std::uint8_t coverage) { return coverage <= faint; });
  }
  return subject && rest;
}

relievo::Device Inputs::open_device() const {
  if (!trace.empty()) {
    check_trace(trace);
    setenv("RELIEVO_TRACE", trace.c_str(), 1);
  }
  if (threads > 0) relievo::set_process_threads(threads);
  return relievo::Device::from_name(device, threads);
}

relievo::io::Photo Inputs::read_photo() {
  return report.stage("read", [&] {
    relievo::io::Photo read = relievo::io::read(photo);
    if (!fill.empty()) given_fill_ = read_fill(fill, read.image, photo);
    return read;
  });
}

const relievo::io::EmbeddedDepth& Inputs::embedded() {
  if (embedded_) return *embedded_;
  embedded_.emplace();
  try {
    if (use_embedded) embedded_ = relievo::io::read_embedded_depth(photo);
  } catch (const relievo::Error& error) {
    using relievo::ErrorCode;
    if (error.code() != ErrorCode::corrupt_data && error.code() != ErrorCode::unsupported) throw;
    report.add_note(error.what() + std::string(" It is left out."));
  }
  return *embedded_;
}

bool Inputs::fits(const char* what, int width, int height, const relievo::ImageView& source) {
  if (same_shape(width, height, source.width, source.height)) return true;
  report.add_note(std::string("The photo's own ") + what + ", " + size_text(width, height) +
                  ", does not have the shape of the photo, " + size_text(source.width, source.height) +
                  "; it is left out.");
  return false;
}

relievo::DepthMap Inputs::embedded_depth(const relievo::io::Photo& source) {
  if (any_given(estimate_flags)) return {};
  const relievo::io::EmbeddedDepth& own = embedded();
  if (own.depth.empty() || !fits("depth", own.depth.width(), own.depth.height(), source.image)) return {};
  report.add_note("Depth is the photo's own: " + own.source + ", " + size_text(own.depth.width(), own.depth.height()) +
                  ".");
  const relievo::DepthMap fitted = own.depth.resized(source.image.width(), source.image.height());
  return {fitted.values(), fitted.kind(), source.fov_degrees()};
}

relievo::Image Inputs::embedded_matte(const relievo::ImageView& source) {
  if (any_given(segment_flags) || preset != Preset::none) return {};
  const relievo::Image& matte = embedded().matte;
  if (matte.empty() || !fits("matte", matte.width(), matte.height(), source)) return {};
  report.add_note("The matte is the photo's own: " + size_text(matte.width(), matte.height()) + ".");
  return resized_matte(matte, source.width, source.height);
}

relievo::DepthMap Inputs::find_depth(const relievo::Device& on, const relievo::io::Photo& source) {
  const int width = source.image.width(), height = source.image.height();
  if (depth.empty()) {
    return report.stage("depth", [&] {
      if (relievo::DepthMap own = embedded_depth(source); !own.empty()) return own;
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
    if (!same_shape(given.width(), given.height(), width, height)) {
      fail(relievo::ErrorCode::invalid_argument, "The depth map ", depth, " is ", given.width(), " x ", given.height(),
           " pixels, the photo ", photo, " ", width, " x ", height, "; the ratio of their sides must agree to 3 %.");
    }
    return given.resized(width, height);
  });
}

relievo::Image Inputs::read_mask(const relievo::ImageView& source) {
  return mask.empty() ? relievo::Image() : tool::read_mask(mask, source, photo);
}

relievo::Image Inputs::given_matte(const relievo::ImageView& source) {
  relievo::Image matte = mask.empty() ? embedded_matte(source) : read_mask(source);
  if (!matte.empty()) note_subject(matte, mask.empty() ? "The photo's own matte" : "The mask");
  return matte;
}

relievo::Image Inputs::find_matte(const relievo::Device& on, const relievo::io::Photo& source,
                                  const relievo::DepthMap& map) {
  if (relievo::Image given = given_matte(source.image); !given.empty()) return given;
  relievo::Image matte = report.stage(
      "matte", [&] { return relievo::Segmenter(on, bake.segment).segment(source.image, map, report.progress()); });
  note_subject(matte, "");
  return matte;
}

relievo::LayeredScene Inputs::bake_with_fill(const relievo::Device& on, const relievo::io::Photo& source,
                                             const relievo::DepthMap& map, const relievo::ImageView& matte,
                                             const relievo::BakeOptions& options, relievo::Image* hole) {
  relievo::Fill filled;
  if (hole != nullptr || !given_fill_.empty()) {
    filled = [&](const relievo::ImageView&, const relievo::ImageView& hidden) {
      if (hole != nullptr) *hole = relievo::Image::copy_of(hidden);
      return given_fill_.empty() ? relievo::Image() : given_fill_.clone();
    };
  }
  return relievo::LayeredScene::bake(on, source.image, map, options, matte, report.progress(), filled);
}

relievo::LayeredScene Inputs::bake_scene(const relievo::Device& on, const relievo::io::Photo& source,
                                         const relievo::DepthMap& map, const relievo::ImageView& matte,
                                         relievo::Image* hole) {
  return report.stage("scene", [&] { return bake_with_fill(on, source, map, matte, bake, hole); });
}

relievo::Image Inputs::fill_background(const relievo::Device& on, const relievo::io::Photo& source,
                                       const relievo::DepthMap& map, const relievo::ImageView& matte) {
  return report.stage("fill", [&] {
    relievo::BakeOptions options = bake;
    options.max_layers = 2;
    const relievo::LayeredScene scene = bake_with_fill(on, source, map, matte, options, nullptr);
    const relievo::ImageView filled = scene.layer(0).color;
    return filled.device.kind == relievo::DeviceKind::cpu ? relievo::Image::copy_of(filled) : on.download(filled);
  });
}

void Inputs::note_subject(const relievo::ImageView& matte, const std::string& whose) {
  if (!has_subject(matte)) note_no_subject(whose);
}

void Inputs::note_no_subject(const std::string& whose) {
  report.add_note(whose.empty()
                      ? "No subject stands out from its background; the matte is empty, and nothing was filled."
                      : whose + " leaves no subject or no background; nothing was filled.");
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
  inputs.estimate_flags.insert(inputs.estimate_flags.end(), options.begin(), options.end());
  CLI::Option* own =
      app.add_flag("--embedded-depth,!--no-embedded-depth", inputs.use_embedded,
                   "take the depth, and the matte, that the photo's file carries, where no other is asked for (on)")
          ->group(group);
  app.get_option("--model")->description(
      "depth model: auto, cues, a name that `relievo models list` prints, or a file "
      "of weights (auto)");
  options.insert(options.end(), {depth, kind, scale, own});
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
  inputs.segment_flags.insert(inputs.segment_flags.end(), options.begin(), options.end());
  const auto own = [](std::string_view field) { return field.starts_with("hole_") || field == "decontaminate"; };
  const CliOptions hole = add_flags(app, inputs.bake, inputs.texts, {}, group, own);
  options.insert(options.end(), hole.begin(), hole.end());
  return options;
}

void add_scene_flags(CLI::App& app, Inputs& inputs, bool background) {
  add_config_flag(app, inputs.config);
  add_depth_flags(app, inputs);
  constexpr const char* group = "Subject";
  CLI::Option* mask = app.add_option("--mask", inputs.mask,
                                     "matte in place of ours, of the photo's size: white, or opaque, is the subject")
                          ->type_name("FILE")
                          ->group(group);
  add_preset_flag(app, group);
  CliOptions of_two;
  for (CLI::Option* option : add_subject_flags(app, inputs)) {
    if (option->get_name().starts_with("--segment-")) {
      option->excludes(mask);
    } else if (!background) {
      of_two.push_back(option);
    }
  }
  constexpr const char* layers = "Layers";
  add_flags(app, inputs.bake, inputs.texts, {}, layers, [](std::string_view field) { return field == "max_layers"; });
  const CliOptions of_many = add_flags(app, inputs.bake, inputs.texts, {}, layers, [](std::string_view field) {
    return field == "layer_memory_mib" || field == "depth_threshold" || field == "background_thickness";
  });
  CLI::Option* fill =
      app.add_option("--fill", inputs.fill,
                     "a picture in place of our fill, of the photo's size, which shows what is behind; pixels that the "
                     "photo does not hide are not read")
          ->type_name("FILE")
          ->group(group);
  exclude(add_flags(app, inputs.bake.inpaint, inputs.texts, "inpaint-", group), fill);
  const CLI::Option* radius = app.get_option("--inpaint-radius-px");
  app.parse_complete_callback([&app, &inputs, of_two, of_many, radius] {
    const bool patches = inputs.bake.inpaint.method == relievo::InpaintMethod::patch;
    const auto refuse = [](const CLI::Option* option, const char* why) {
      if (option->count() > 0) throw CLI::ValidationError(option->get_name() + why);
    };
    if (patches) refuse(radius, " is of fills other than patch.");
    const bool layers_of_depth = patches && inputs.bake.max_layers > 2;
    if (layers_of_depth) {
      for (const CLI::Option* option : of_two) refuse(option, " is of scenes of 2 layers; --max-layers 2 makes one.");
    } else {
      for (const CLI::Option* option : of_many) {
        refuse(option, " is of scenes of more than 2 layers, which are filled by patch.");
      }
    }
    if (!inputs.config.empty())
      apply_config(app, inputs.config, layers_of_depth ? CliOptions() : of_many, inputs.report);
  });
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
