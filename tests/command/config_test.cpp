// --config: a settings file of "3D photo by layered depth inpainting".
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "with_photo.hpp"

namespace {

using testing::HasSubstr;
using testing::Not;

// Every key, with the system's own default.
constexpr const char* defaults = R"(# networks
depth_edge_model_ckpt: checkpoints/edge-model.pth
depth_feat_model_ckpt: checkpoints/depth-model.pth
rgb_feat_model_ckpt: checkpoints/color-model.pth
MiDaS_model_ckpt: MiDaS/model.pt
use_boostmonodepth: True
require_midas: True
gpu_ids: 0
# files
src_folder: image
depth_folder: depth
mesh_folder: mesh
video_folder: video
specific: ''
img_format: '.jpg'
depth_format: '.npy'
load_ply: False
save_ply: True
inference_video: True
offscreen_rendering: False
# videos
fps: 40
num_frames: 240
longer_side_len: 960
x_shift_range: [-0.03, -0.02, -0.02]
y_shift_range: [0.00, -0.00, -0.02]
z_shift_range: [-0.07, -0.07, -0.07]
traj_types: [straight-line, circle, circle]
video_postfix: [zoom-in, swing, circle]
crop_border: [0.03, 0.03, 0.05, 0.03]
anti_flickering: True
# depth and layers
sparse_iter: 5
filter_size: [7, 7, 5, 5, 5]
sigma_s: 4.0
sigma_r: 0.5
depth_threshold: 0.04
ext_edge_threshold: 0.002
redundant_number: 12
background_thickness: 70
context_thickness: 140
background_thickness_2: 70
context_thickness_2: 70
discount_factor: 1.00
log_depth: True
largest_size: 512
depth_edge_dilate: 10
depth_edge_dilate_2: 5
extrapolate_border: True
extrapolation_thickness: 60
repeat_inpaint_edge: True
)";

class Config : public test::WithPhoto {
 protected:
  void write(const std::string& text) { std::ofstream(folder / "f.yml") << text; }

  // What the verb makes of the photo, beside which `notes` are its notes.
  std::string made(const std::vector<std::string>& verb, const std::vector<std::string>& flags, const std::string& file,
                   const std::string& output = {}) {
    std::vector<std::string> arguments = verb;
    arguments.insert(arguments.end(), {"photo.png", "--depth", "depth.pfm", "-o", output.empty() ? file : output});
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    notes = run.err;
    return test::text_of(folder / file);
  }
  std::string baked(const std::vector<std::string>& flags) { return made({"scene", "bake"}, flags, "a.scene"); }

  std::size_t layers() {
    const test::Outcome run = test::relievo({"scene", "info", "a.scene", "--json"}, folder.path());
    return nlohmann::json::parse(run.out)["layers"].size();
  }

  std::string notes;
};

TEST_F(Config, ItsDefaultsAreOursAndTheRestIsNamed) {
  write(defaults);
  const std::string ours = baked({});
  EXPECT_THAT(notes, Not(HasSubstr("f.yml")));
  EXPECT_TRUE(baked({"--config", "f.yml"}) == ours);
  EXPECT_EQ(notes,
            "relievo: Without effect here, of f.yml: depth_edge_model_ckpt, depth_feat_model_ckpt, "
            "rgb_feat_model_ckpt, MiDaS_model_ckpt, use_boostmonodepth, require_midas, gpu_ids, src_folder, "
            "depth_folder, mesh_folder, video_folder, specific, img_format, depth_format, load_ply, save_ply, "
            "inference_video, offscreen_rendering, fps, num_frames, x_shift_range, y_shift_range, z_shift_range, "
            "traj_types, video_postfix, crop_border, anti_flickering, sparse_iter, filter_size, sigma_s, sigma_r, "
            "ext_edge_threshold, redundant_number, context_thickness, background_thickness_2, context_thickness_2, "
            "discount_factor, log_depth, largest_size, depth_edge_dilate, depth_edge_dilate_2, extrapolate_border, "
            "extrapolation_thickness, repeat_inpaint_edge.\n");
}

TEST_F(Config, KeysAreDefaultsOfFlags) {
  write("depth_threshold: 0.95\n");
  baked({});
  EXPECT_EQ(layers(), 2u);
  baked({"--config", "f.yml"});
  EXPECT_EQ(layers(), 1u) << "the disc stands out by less than 0.95";
  EXPECT_EQ(notes, "");
  baked({"--config", "f.yml", "--depth-threshold", "0.1"});
  EXPECT_EQ(layers(), 2u) << "the flag wins";

  // 20 px of 480 are 40 of 960.
  write("background_thickness: 20\nlonger_side_len: 480\n");
  const std::string thin = baked({"--config", "f.yml"});
  EXPECT_EQ(notes, "");
  EXPECT_TRUE(thin == baked({"--background-thickness", "40"}));
  EXPECT_FALSE(thin == baked({"--background-thickness", "20"}));
}

TEST_F(Config, AnimationsTakeFramesRateAndSize) {
  write("num_frames: 6\nfps: 10\nlonger_side_len: 80\nsave_ply: True\n");
  const std::string by_file = made({"parallax"}, {"--config", "f.yml"}, "a.gif");
  EXPECT_EQ(notes, "relievo: Without effect here, of f.yml: save_ply.\n");
  EXPECT_TRUE(by_file == made({"parallax"}, {"--frames", "6", "--fps", "10", "--size", "80"}, "b.gif"));
  EXPECT_TRUE(made({"parallax"}, {"--config", "f.yml", "--frames", "4", "--fps", "20"}, "c.gif") ==
              made({"parallax"}, {"--frames", "4", "--fps", "20", "--size", "80"}, "d.gif"));
  EXPECT_TRUE(made({"all"}, {"--config", "f.yml"}, "one/parallax.gif", "one") ==
              made({"all"}, {"--parallax-frames", "6", "--parallax-fps", "10", "--animation-size", "80"},
                   "two/parallax.gif", "two"));
}

TEST_F(Config, WhatAnotherSceneHasIsNamedNotRefused) {
  write("depth_threshold: 0.1\nbackground_thickness: 20\nlonger_side_len: 480\n");
  baked({"--config", "f.yml", "--max-layers", "2"});
  EXPECT_EQ(notes, "relievo: Without effect here, of f.yml: depth_threshold, background_thickness, longer_side_len.\n");
}

TEST_F(Config, NotesAreInJsonToo) {
  write("save_ply: True\n");
  const test::Outcome run =
      test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--config", "f.yml", "--json"}, folder.path());
  EXPECT_EQ(nlohmann::json::parse(run.out)["notes"].back(), "Without effect here, of f.yml: save_ply.");
}

TEST_F(Config, RefusesInASentenceBeforeTheWork) {
  const auto refused = [&](const std::string& file, int code, const std::string& sentence) {
    const std::vector<std::string> files = folder.list();
    const test::Outcome run = test::relievo({"all", "absent.png", "--config", file}, folder.path());
    EXPECT_EQ(run.code, code);
    EXPECT_EQ(run.err, "relievo: " + sentence + "\n");
    EXPECT_EQ(folder.list(), files);
  };
  write("fps: 40\nzoom: 2\n");
  refused("f.yml", 2, "f.yml:2: There is no setting zoom.");
  refused("absent.yml", 1, "There is no file 'absent.yml'.");
  refused(".", 1, "'.' is a folder, not a file.");
  refused("/dev/zero", 1, "'/dev/zero' is not a regular file.");
  write("fps: 40\n" + std::string(1 << 20, '#'));
  refused("f.yml", 2, "'f.yml' has more than 1 MiB, which is no file of settings.");
}

}  // namespace
