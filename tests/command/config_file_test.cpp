// Settings files of "3D photo by layered depth inpainting": what they may say, and what is wrong with them.
#include "relievo/config_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/sentence.hpp"

namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::string error_of(const std::string& text) {
  try {
    tool::parse_config("f.yml", text);
  } catch (const relievo::Error& error) {
    EXPECT_EQ(error.code(), relievo::ErrorCode::invalid_argument) << text;
    return error.what();
  }
  return "none";
}

TEST(ConfigFile, NumbersAreThoseOfFlags) {
  const tool::ConfigFile file = tool::parse_config(
      "f.yml", "fps: 24\nsave_ply: yes\nnum_frames: +48\ndepth_threshold: 5e-2\nlonger_side_len: 640\n");
  EXPECT_THAT(file.keys, ElementsAre("fps", "save_ply", "num_frames", "depth_threshold", "longer_side_len"));
  EXPECT_THAT(file.numbers, ElementsAre(Pair("depth_threshold", 0.05), Pair("fps", 24), Pair("longer_side_len", 640),
                                        Pair("num_frames", 48)));
}

TEST(ConfigFile, ThicknessIsOfThePhotoOf960Pixels) {
  const auto thickness = [](const std::string& text) {
    return tool::parse_config("f.yml", text).numbers.at("background_thickness");
  };
  EXPECT_EQ(thickness("background_thickness: 70\n"), 70);
  EXPECT_EQ(thickness("background_thickness: 70\nlonger_side_len: 480\n"), 140);
  EXPECT_EQ(thickness("longer_side_len: 1920\nbackground_thickness: 70\n"), 35);
  EXPECT_EQ(error_of("longer_side_len: 480\nbackground_thickness: 500\n"),
            "f.yml:2: background_thickness is 500; allowed is a number from 0.5 to 480, of a longer_side_len of 480.");
  EXPECT_EQ(error_of("background_thickness: 0\n"),
            "f.yml:1: background_thickness is 0; allowed is a number from 1 to 960, of a longer_side_len of 960.");
}

TEST(ConfigFile, TakesWhatTheSystemTakes) {
  for (const char* good : {
           "",
           "# nothing\n",
           "---\nfps: 40\n...\n",
           "\xef\xbb\xbf"
           "fps: 40\r\nspecific:\r\n",
           "{fps: 40, load_ply: off}",
           "specific: ''\ngpu_ids:\n",
           "specific: moon\ngpu_ids: -1\n",
           "src_folder: \"2020\"\nimg_format: .jpg\n",
           "crop_border: 0.03\n",
           "crop_border: False\n",
           "crop_border: [0, 0.03, 0.05, 0.4]\n",
           "filter_size: 7\nsparse_iter: 5\n",
           "filter_size: [7, 7, 5, 5, 5]\nsparse_iter: 3\n",
           "load_ply: True\nsave_ply: TRUE\n",
           "x_shift_range:\n- -0.03\n- .5\ntraj_types: [double-straight-line, 'circle']\n",
           "fps: &rate 40\nnum_frames: *rate\n",
       }) {
    EXPECT_EQ(error_of(good), "none") << good;
  }
  EXPECT_THAT(tool::parse_config("f.yml", "").keys, IsEmpty());
}

TEST(ConfigFile, SaysWhatIsWrongAndWhere) {
  const std::pair<std::string, std::string> cases[] = {
      {"fps: 40\n\nzoom: 2\n", "f.yml:3: There is no setting zoom."},
      {"FPS: 40\n", "f.yml:1: There is no setting FPS."},
      {"fps: 40\n# again\nfps: 40\n", "f.yml:3: fps is set again; line 1 has set it."},
      {"fps: 0\n", "f.yml:1: fps is 0; allowed is a number from 1 to 120."},
      {"fps: fast\n", "f.yml:1: fps is fast; allowed is a number from 1 to 120."},
      {"fps: '40'\n", "f.yml:1: fps is \"40\"; allowed is a number from 1 to 120."},
      {"fps: 1e999\n", "f.yml:1: fps is 1e999; allowed is a number from 1 to 120."},
      {"fps: nan\n", "f.yml:1: fps is nan; allowed is a number from 1 to 120."},
      {"fps:\n", "f.yml:1: fps is nothing; allowed is a number from 1 to 120."},
      {"fps: {a: 1}\n", "f.yml:1: fps is a map; allowed is a number from 1 to 120."},
      {"num_frames: 0o100\n", "f.yml:1: num_frames is 0o100; allowed is a whole number from 2 to 600."},
      {"num_frames: 0100\n", "f.yml:1: num_frames is 0100; allowed is a whole number from 2 to 600."},
      {"num_frames: 24.5\n", "f.yml:1: num_frames is 24.5; allowed is a whole number from 2 to 600."},
      {"depth_threshold: 1.5\n", "f.yml:1: depth_threshold is 1.5; allowed is a number from 0.001 to 1."},
      {"longer_side_len: 9000\n", "f.yml:1: longer_side_len is 9000; allowed is a whole number from 1 to 8192."},
      {"load_ply: 1\n", "f.yml:1: load_ply is 1; allowed is True or False."},
      {"load_ply: 'True'\n", "f.yml:1: load_ply is \"True\"; allowed is True or False."},
      {"mesh_folder: 5\n", "f.yml:1: mesh_folder is 5; allowed is a text."},
      {"mesh_folder: [a, b]\n", "f.yml:1: mesh_folder is a list of 2; allowed is a text."},
      {"gpu_ids: cpu\n", "f.yml:1: gpu_ids is cpu; allowed is a whole number from -1000 to 1000, or nothing."},
      {"z_shift_range: 0.1\n", "f.yml:1: z_shift_range is 0.1; allowed is a list of numbers from -1000 to 1000."},
      {"z_shift_range:\n- 0\n- [1]\n",
       "f.yml:3: z_shift_range holds a list of 1; allowed is a list of numbers from -1000 to 1000."},
      {"traj_types: [spiral]\n",
       "f.yml:1: traj_types holds spiral; allowed are straight-line, double-straight-line and circle."},
      {"filter_size: [7, 0]\n",
       "f.yml:1: filter_size holds 0; allowed is a whole number from 1 to 101, or a list of them."},
      {"crop_border: 0.5\n",
       "f.yml:1: crop_border is 0.5; allowed is a number from 0 to 0.4999, or a list of them, or True or False."},
      {"crop_border: [0.1, 0.1]\n", "f.yml:1: crop_border is a list of 2; allowed are four: top, left, bottom, right."},
      {"y_shift_range: [0, 0]\nx_shift_range: [0]\n",
       "f.yml:1: y_shift_range is a list of 2, but x_shift_range in line 2 is a list of 1; allowed is one of each for "
       "a "
       "video."},
      {"sparse_iter: 6\nfilter_size: [7, 7, 5, 5, 5]\n",
       "f.yml:2: filter_size is a list of 5, but sparse_iter in line 1 is 6; allowed is one for each time."},
      {"- fps\n- 40\n", "f.yml:1: The file is a list of 2; allowed are lines like \"fps: 40\"."},
      {"fps 40\n", "f.yml:1: The file is fps 40; allowed are lines like \"fps: 40\"."},
      {"fps: 40\n---\nfps: 40\n", "f.yml:2: A second document begins; allowed is one."},
      {"# none\n, , fps: 40\n", "f.yml:2: A second document begins; allowed is one."},
      {"? [fps]\n: 40\n", "f.yml:1: A key is a list of 1; allowed is the name of a setting."},
      {"fps: 40\nnum_frames: [1,\n", "f.yml:3: This is no YAML: end of sequence flow not found."},
      {"fps: *rate\n", "f.yml:1: This is no YAML: the referenced anchor is not defined."},
      {"fps: 40\n\x01\n", "f.yml:2: This is no text: it has a control character."},
      {std::string("fps\0: 40", 8), "f.yml:1: This is no text: it has a control character."},
      // Nothing that a terminal would obey.
      {"\"\\e[31m\\xe9\": 1\n", "f.yml:1: There is no setting \"?[31m??\"."},
      {std::string(100, 'a') + ": 1\n", "f.yml:1: There is no setting " + std::string(60, 'a') + "...."},
  };
  for (const auto& [text, sentence] : cases) EXPECT_EQ(error_of(text), sentence) << text;
}

TEST(ConfigFile, DepthHasABound) {
  for (const char* open : {"[", "{", "? ", "- "}) {
    std::string deep = "fps:\n ";
    for (int i = 0; i < 100000; ++i) deep += open;
    EXPECT_THAT(error_of(deep), testing::HasSubstr("Too much stands within something else")) << open;
  }
}

}  // namespace
