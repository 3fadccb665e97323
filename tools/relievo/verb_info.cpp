// What this build and machine can do, and what a photo is.
#include <cstdio>
#include <string>

#include "pixel_names.hpp"
#include "verbs.hpp"

namespace tool {
namespace {

void describe_embedded(Inputs& inputs) {
  try {
    const relievo::io::EmbeddedDepth own = relievo::io::read_embedded_depth(inputs.photo);
    const auto size = [](const auto& map) {
      return std::to_string(map.width()) + " x " + std::to_string(map.height());
    };
    if (!own.depth.empty()) {
      const std::string kind(relievo::name_of(own.depth.kind()));
      inputs.report.add_fact("depth", own.source + ", " + size(own.depth) + ", " + kind);
    }
    if (!own.matte.empty()) inputs.report.add_fact("matte", size(own.matte));
  } catch (const relievo::Error& error) {
    inputs.report.add_fact("depth", error.what());
  }
}

void describe_photo(Inputs& inputs) {
  const relievo::io::Photo photo = inputs.read_photo();
  const relievo::Image& image = photo.image;
  inputs.report.add_fact("photo", inputs.photo);
  inputs.report.add_fact("size", std::to_string(image.width()) + " x " + std::to_string(image.height()));
  inputs.report.add_fact("pixels",
                         std::to_string(image.format().channels) + " channels, " + scalar_name(image.format().scalar));
  inputs.report.add_fact("colour", std::string(primaries_name(image.color().primaries)) +
                                       (photo.icc.empty() ? "" : ", with an ICC profile"));
  if (photo.fov_degrees() > 0) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f degrees", static_cast<double>(photo.fov_degrees()));
    inputs.report.add_fact("field of view", text);
  }
  describe_embedded(inputs);
}

void describe_build(Inputs& inputs) {
  inputs.report.add_fact("relievo", relievo::version());
  for (const relievo::Device& device : relievo::Device::list()) {
    const bool cpu = device.kind() == relievo::DeviceKind::cpu;
    inputs.report.add_fact(cpu ? "cpu" : "cuda:" + std::to_string(device.id().index),
                           device.name() + (cpu ? ", " + std::to_string(device.threads()) + " threads" : ""));
  }
  if (const std::string why = relievo::Device::why_absent(relievo::DeviceKind::cuda); !why.empty()) {
    inputs.report.add_fact("cuda", "absent: " + why);
  }
  for (const relievo::ModuleStatus& module : relievo::module_status()) {
    inputs.report.add_fact(module.name + " module", module.loaded ? module.file : "absent: " + module.reason);
  }
  const std::string why = relievo::why_no_person_networks();
  inputs.report.add_fact("persons", why.empty() ? "yunet, selfie-segmentation" : "absent: " + why);
  std::string models = "cues";
  for (const relievo::ModelInfo& model : relievo::models()) {
    if (model.task != "depth" || model.file.empty()) continue;
    models += ", " + model.name + (model.built_in ? " (comes with relievo)" : "");
  }
  inputs.report.add_fact("depth models", models);
}

}  // namespace

void add_info(CLI::App& app, Inputs& inputs) {
  CLI::App* verb = app.add_subcommand("info", "this build and machine, or a photo");
  verb->add_option("photo", inputs.photo, "a photo to describe");
  verb->add_flag("--json", inputs.report.json, "print as JSON");
  verb->callback([&inputs] {
    if (inputs.photo.empty()) {
      describe_build(inputs);
    } else {
      describe_photo(inputs);
    }
    inputs.report.print({});
  });
}

}  // namespace tool
