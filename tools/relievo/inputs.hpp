// What every verb takes, and the steps they share: photo, depth, matte, scene.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/relievo.hpp>

#include "report.hpp"

namespace tool {

/// The recipes that `--preset` names.
enum class Preset { none, spatial_photo };

/// Values of the common flags.
struct Inputs {
  std::string photo, output, device = "auto", depth, depth_kind = "disparity", mask, trace;
  int threads = 0;
  double depth_scale = 1;
  Preset preset = Preset::none;
  relievo::DepthOptions depth_options;
  relievo::BakeOptions bake;
  std::map<std::string, std::string> texts;
  Report report;

  /// Opens the device, after starting the trace that was asked for.
  relievo::Device open_device() const;
  relievo::io::Photo read_photo();
  /// From `--depth` (brought to the photo's size) or estimated.
  relievo::DepthMap find_depth(const relievo::Device& device, const relievo::io::Photo& photo);
  /// From `--mask`; empty without it.
  relievo::Image read_mask(const relievo::ImageView& photo);
  relievo::LayeredScene bake_scene(const relievo::Device& device, const relievo::io::Photo& photo,
                                   const relievo::DepthMap& depth);
  /// `--output`, or the photo's name without extension followed by `suffix`.
  std::string output_or(const std::string& suffix) const;
};

/// Adds the common flags.
void add_common(CLI::App& app, Inputs& inputs, bool output = true);
/// Adds those of depth, matte and scene.
void add_depth_flags(CLI::App& app, Inputs& inputs);
void add_scene_flags(CLI::App& app, Inputs& inputs);
/// `--preset NAME` in the arguments: read before the flags, so that they change the preset's values.
Preset preset_in(int argc, char** argv);

}  // namespace tool
