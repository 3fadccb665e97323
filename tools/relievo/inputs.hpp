// What every verb takes, and the steps they share: photo, depth, matte, scene.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/relievo.hpp>

#include "common/flags.hpp"
#include "common/report.hpp"

namespace tool {

/// The recipes that `--preset` names.
enum class Preset { none, spatial_photo };

/// Values of the common flags.
struct Inputs {
  std::string photo, output, device = "auto", depth, mask, fill, trace, config;
  int threads = 0;
  relievo::DepthKind depth_kind = relievo::DepthKind::disparity;
  double depth_scale = 1;
  Preset preset = Preset::none;
  bool use_embedded = true;
  CliOptions estimate_flags, segment_flags;  ///< Those that ask for an estimate, or for a matte of ours.
  relievo::DepthOptions depth_options;
  relievo::BakeOptions bake;
  std::map<std::string, std::string> texts;
  Report report;

  /// Opens the device, after starting the trace that was asked for.
  relievo::Device open_device() const;
  /// And the picture of `--fill`.
  relievo::io::Photo read_photo();
  /// From `--depth`, from the photo's file, each brought to the photo's size, or estimated.
  relievo::DepthMap find_depth(const relievo::Device& device, const relievo::io::Photo& photo);
  /// From `--mask`; empty without it.
  relievo::Image read_mask(const relievo::ImageView& photo);
  /// The matte in the photo's file, brought to the photo's size; empty where there is none, or another is asked for.
  relievo::Image embedded_matte(const relievo::ImageView& photo);
  /// From `--mask`, or the photo's file; empty without.
  relievo::Image given_matte(const relievo::ImageView& photo);
  /// The given one, or the Segmenter's.
  relievo::Image find_matte(const relievo::Device& device, const relievo::io::Photo& photo,
                            const relievo::DepthMap& depth);
  /// `hole` gets the mask of what layers hide (u8, 255 = hidden), which is filled from `--fill` or by us.
  relievo::LayeredScene bake_scene(const relievo::Device& device, const relievo::io::Photo& photo,
                                   const relievo::DepthMap& depth, const relievo::ImageView& matte,
                                   relievo::Image* hole = nullptr);
  /// The photo with what the matte covers filled.
  relievo::Image fill_background(const relievo::Device& device, const relievo::io::Photo& photo,
                                 const relievo::DepthMap& depth, const relievo::ImageView& matte);
  /// Notes that there is no subject, where that is so; `whose` matte it is, "" the segmenter's.
  void note_subject(const relievo::ImageView& matte, const std::string& whose);
  void note_no_subject(const std::string& whose);
  /// Notes that faces and persons are found without networks, where that is so.
  void note_person_networks();
  /// `--output`, or the photo's name without extension followed by `suffix`.
  std::string output_or(const std::string& suffix) const;

 private:
  /// What the photo's file says of depth, read once; nothing, and a note, where that is damaged.
  const relievo::io::EmbeddedDepth& embedded();
  /// The photo's own depth, where it is to be used and fits; else empty.
  relievo::DepthMap embedded_depth(const relievo::io::Photo& photo);
  /// Whether a map can be the photo's, of which somebody may have cut off a part; notes where it cannot.
  bool fits(const char* what, int width, int height, const relievo::ImageView& photo);

  relievo::LayeredScene bake_with_fill(const relievo::Device& device, const relievo::io::Photo& photo,
                                       const relievo::DepthMap& depth, const relievo::ImageView& matte,
                                       const relievo::BakeOptions& options, relievo::Image* hole);

  std::optional<relievo::io::EmbeddedDepth> embedded_;
  relievo::Image given_fill_;
};

/// Whether a matte has a subject, and something beside it.
bool has_subject(const relievo::ImageView& matte);

/// Adds `--output`, of which `output` says what it is, and the common flags.
void add_common_flags(CLI::App& app, Inputs& inputs, const std::string& output);
/// The same after the photo.
void add_common(CLI::App& app, Inputs& inputs, const std::string& output);
/// Adds the flags of depth.
CliOptions add_depth_flags(CLI::App& app, Inputs& inputs);
void add_preset_flag(CLI::App& app, const std::string& group = "Options");
/// Adds those of the subject: its matte and the hole it leaves.
CliOptions add_subject_flags(CLI::App& app, Inputs& inputs);
/// Adds those of everything a scene is baked from: depth, subject, fill, and a matte in place of ours.
/// Those that would do nothing are refused; with `background` the photo without its subject is wanted, too.
void add_scene_flags(CLI::App& app, Inputs& inputs, bool background = false);
/// `--preset NAME` in the arguments: read before the flags, so that they change the preset's values.
Preset preset_in(int argc, char** argv);

}  // namespace tool
