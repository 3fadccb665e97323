// relievo scene: bake, info, export, view.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <relievo/io/scene.hpp>

#include "pictures.hpp"
#include "process.hpp"

namespace {

using testing::HasSubstr;

constexpr int width = 160, height = 120;

// A scene of a disc before a background, baked by the command from a photo and depth in metres.
class SceneCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    baked = std::make_unique<test::Folder>();
    relievo::io::write(*baked / "photo.png", test::picture(width, height));
    relievo::Image metres = test::disparity(width, height);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) metres.row<float>(y)[x] = 1 / (0.25f + 0.75f * metres.row<float>(y)[x]);
    }
    relievo::io::write_depth(*baked / "depth.pfm", relievo::DepthMap(metres, relievo::DepthKind::metres));
    const test::Outcome run =
        test::relievo({"scene", "bake", "photo.png", "--depth", "depth.pfm", "--depth-kind", "metres"}, baked->path());
    ASSERT_EQ(run.code, 0) << run.err;
  }
  static void TearDownTestSuite() { baked.reset(); }
  void SetUp() override { std::filesystem::copy(baked->path(), folder.path()); }

  std::string done(const std::vector<std::string>& arguments) {
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    return run.out;
  }

  // Expects one sentence with `part`, and no file that was not there.
  void refused(const std::vector<std::string>& arguments, int code, const std::string& part) {
    const std::vector<std::string> files = folder.list();
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(part));
    EXPECT_EQ(run.err.rfind("relievo: ", 0), 0u) << run.err;
    EXPECT_LE(std::count(run.err.begin(), run.err.end(), '\n'), code == 2 ? 2 : 1) << run.err;
    EXPECT_EQ(folder.list(), files) << "nothing may be left behind";
  }

  static std::unique_ptr<test::Folder> baked;
  test::Folder folder;
};
std::unique_ptr<test::Folder> SceneCommand::baked;

TEST_F(SceneCommand, BakeKeepsThePhotoInALayeredScene) {
  const auto scene = relievo::io::read_scene(relievo::Device::cpu(1), folder / "photo.scene");
  EXPECT_GE(scene.layer_count(), 2);
  EXPECT_EQ(scene.depth_scale().kind, relievo::DepthKind::metres);
  const relievo::Image photo = test::picture(width, height), flat = scene.flatten();
  int same = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const auto* was = photo.row<std::uint8_t>(y) + 3 * x;
      same += std::equal(was, was + 3, flat.row<std::uint8_t>(y) + 3 * x);
    }
  }
  // All but where the subject's edge is soft.
  EXPECT_GT(same, width * height * 3 / 4);
}

TEST_F(SceneCommand, InfoSaysWhatTheFileHolds) {
  const auto scene = relievo::io::read_scene(relievo::Device::cpu(1), folder / "photo.scene");
  const auto json = nlohmann::json::parse(done({"scene", "info", "photo.scene", "--json"}));
  EXPECT_EQ(json["width"], width);
  EXPECT_EQ(json["height"], height);
  EXPECT_EQ(json["channels"], 3);
  EXPECT_EQ(json["depth"]["kind"], "metres");
  EXPECT_EQ(json["layers"].size(), static_cast<std::size_t>(scene.layer_count()));
  EXPECT_EQ(json["layers"][0]["opaque"], true);
  EXPECT_EQ(json["layers"][0]["covered"], 1);
  EXPECT_EQ(json["file_bytes"], std::filesystem::file_size(folder / "photo.scene"));
  const auto layers = json["layers"].size();
  EXPECT_EQ(json["memory_bytes"], width * height * (layers * (3 + 4) + layers - 1));
  // The disc has a radius of 36 px around (80, 60).
  const auto box = json["layers"].back()["box"];
  EXPECT_NEAR(box[0].get<int>(), 44, 6);
  EXPECT_NEAR(box[3].get<int>(), 96, 6);
  const std::string text = done({"scene", "info", "photo.scene"});
  for (const char* part : {"160 x 120", "3 channels, 8 bits", "per metre", "layer 0", "opaque", "MiB"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST_F(SceneCommand, ExportGoesByTheExtensionOrByAs) {
  const std::size_t before = folder.list().size();
  for (const char* name : {"m.glb", "m.ply", "d.exr", "d.pfm", "d.npy", "d.png"}) {
    EXPECT_THAT(done({"scene", "export", "photo.scene", "-o", name}), HasSubstr(name));
  }
  done({"scene", "export", "photo.scene", "--as", "points", "-o", "p.ply"});
  done({"scene", "export", "photo.scene", "--as", "layers", "-o", "layers"});
  EXPECT_EQ(
      folder.list().size(),
      before + 7 + 1 + 1 + 2 * nlohmann::json::parse(std::ifstream(folder / "layers/scene.json"))["layers"].size());
  EXPECT_EQ(test::text_of(folder / "m.glb").substr(0, 4), "glTF");
  EXPECT_THAT(test::text_of(folder / "m.ply"), HasSubstr("element face"));
  EXPECT_THAT(test::text_of(folder / "p.ply"), HasSubstr("f_dc_0"));

  // Depth comes back as what it was, in metres, but within what disparity is robust to.
  const relievo::DepthMap was = relievo::io::read_depth(folder / "depth.pfm", relievo::DepthKind::metres);
  const relievo::DepthMap is = relievo::io::read_depth(folder / "d.pfm", relievo::DepthKind::metres);
  int off = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      off += !(std::fabs(is.values().row<float>(y)[x] / was.values().row<float>(y)[x] - 1) < 0.02f);
    }
  }
  EXPECT_LT(off, width * height / 20);
}

TEST_F(SceneCommand, ExportTakesItsOptions) {
  done({"scene", "export", "photo.scene", "-o", "m.ply", "--max-vertices", "1000"});
  done({"scene", "export", "photo.scene", "-o", "p.ply", "--as", "points", "--max-points", "1000"});
  EXPECT_LT(std::filesystem::file_size(folder / "m.ply"), 16 * 1000 + 13 * 2000 + 400);
  EXPECT_LT(std::filesystem::file_size(folder / "p.ply"), 68 * 1000 + 600);
}

TEST_F(SceneCommand, ViewIsTheScenesOwn) {
  const auto scene = relievo::io::read_scene(relievo::Device::cpu(1), folder / "photo.scene");
  const auto expect_view = [&](const std::string& file, double baseline) {
    const relievo::Image want = scene.view(baseline);
    const relievo::Image is = relievo::io::read(folder / file).image;
    for (int y = 0; y < height; ++y) {
      ASSERT_TRUE(
          std::equal(want.row<std::uint8_t>(y), want.row<std::uint8_t>(y) + 3 * width, is.row<std::uint8_t>(y)));
    }
  };
  done({"scene", "view", "photo.scene"});
  expect_view("photo_view.png", 1);
  done({"scene", "view", "photo.scene", "--baseline", "-2", "-o", "left.png"});
  expect_view("left.png", -2);
}

// What a network of the user's own would do: fill the hole that the first bake writes, for the second.
TEST_F(SceneCommand, BakeTakesAFillForTheHoleItWrites) {
  using relievo::Scalar;
  const std::vector<std::string> bake = {"scene",     "bake",         "photo.png", "--depth",
                                         "depth.pfm", "--depth-kind", "metres"};
  const auto baked_with = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), bake.begin(), bake.end());
    done(flags);
  };
  baked_with({"--hole", "hole.png", "-o", "ours.scene"});
  EXPECT_EQ(test::text_of(folder / "ours.scene"), test::text_of(folder / "photo.scene"));
  const relievo::Image hole = std::move(relievo::io::read(folder / "hole.png").image);
  ASSERT_EQ(hole.format(), (relievo::PixelFormat{Scalar::u8, 1}));

  // Violet where it is wanted; 16 bits and transparency say the same.
  for (const relievo::PixelFormat format : {relievo::PixelFormat{Scalar::u8, 3}, relievo::PixelFormat{Scalar::u8, 4},
                                            relievo::PixelFormat{Scalar::u16, 3}}) {
    const int channels = format.channels;
    relievo::Image fill(width, height, format);
    for (int y = 0; y < height; ++y) {
      for (int i = 0; i < width * channels; ++i) {
        const int violet[] = {200, 7, 251, 255};
        const int code = hole.row<std::uint8_t>(y)[i / channels] != 0 ? violet[i % channels] : 0;
        if (format.scalar == Scalar::u8) {
          fill.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(code);
        } else {
          fill.row<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(257 * code);
        }
      }
    }
    relievo::io::write(folder / "fill.png", fill);
    baked_with({"--fill", "fill.png", "--hole", "again.png", "-o", "filled.scene"});
    EXPECT_EQ(test::text_of(folder / "again.png"), test::text_of(folder / "hole.png"));
    const auto scene = relievo::io::read_scene(relievo::Device::cpu(1), folder / "filled.scene");
    const auto ours = relievo::io::read_scene(relievo::Device::cpu(1), folder / "ours.scene");
    ASSERT_EQ(scene.layer_count(), ours.layer_count());
    const relievo::ImageView back = scene.layer(0).color, back_of_ours = ours.layer(0).color;
    int violet = 0, other = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        const std::uint8_t* const is = back.row<std::uint8_t>(y) + 3 * x;
        if (hole.row<std::uint8_t>(y)[x] == 0) {
          ASSERT_TRUE(std::equal(is, is + 3, back_of_ours.row<std::uint8_t>(y) + 3 * x)) << x << ", " << y;
        } else if (is[0] == 200 && is[1] == 7 && is[2] == 251) {
          ++violet;
        } else {
          ++other;
        }
      }
    }
    EXPECT_GT(violet, 1000);
    // Pixels of the silhouette that turn out to show the background alone.
    EXPECT_LT(other, violet / 10);
  }

  // Without a step of depth there is no hole.
  relievo::Image level(width, height, {Scalar::f32, 1});
  for (int y = 0; y < height; ++y) std::fill_n(level.row<float>(y), width, 0.5f);
  relievo::io::write_depth(folder / "level.pfm", relievo::DepthMap(level, relievo::DepthKind::disparity));
  relievo::Image none(width, height, {Scalar::u8, 1});
  for (int y = 0; y < height; ++y) std::fill_n(none.row<std::uint8_t>(y), width, std::uint8_t{0});
  relievo::io::write(folder / "none.png", none);
  done({"scene", "bake", "photo.png", "--depth", "level.pfm", "--mask", "none.png", "--hole", "nothing.png"});
  const relievo::Image nothing = std::move(relievo::io::read(folder / "nothing.png").image);
  for (int y = 0; y < height; ++y) {
    ASSERT_TRUE(std::equal(none.row<std::uint8_t>(y), none.row<std::uint8_t>(y) + width, nothing.row<std::uint8_t>(y)));
  }
}

TEST_F(SceneCommand, RefusesInASentence) {
  refused({"scene"}, 2, "required");
  refused({"scene", "paint", "photo.scene"}, 2, "required");
  refused({"scene", "info", "absent.scene"}, 1, "There is no file 'absent.scene'");
  refused({"scene", "info", "photo.png"}, 1, "'photo.png' is no scene");
  refused({"scene", "view", "photo.png"}, 1, "is no scene");
  refused({"scene", "view", "photo.scene", "--baseline", "1001"}, 2, "-1000 to 1000");
  refused({"scene", "export", "photo.scene"}, 2, "--output");
  // The scene is absent, so that what is refused for another reason is refused before it is looked for.
  refused({"scene", "bake", "absent.png", "-o", "s.zip"}, 2, "allowed are .scene");
  refused({"scene", "bake", "absent.png", "-o", "nowhere/s.scene"}, 1, "nowhere");
  refused({"scene", "bake", "absent.png", "--hole", "hole.jpg"}, 2, "The hole's file is hole.jpg; allowed is .png.");
  refused({"scene", "bake", "absent.png", "--hole", "nowhere/hole.png"}, 1, "nowhere");
  refused({"scene", "bake", "absent.png", "--fill", "f.png", "--inpaint-method", "telea"}, 2,
          "--fill excludes --inpaint-method");
  refused({"bokeh", "absent.png", "--fill", "f.png", "--inpaint-method", "telea", "--inpaint-radius-px", "4"}, 2,
          "--fill excludes --inpaint-");
  refused({"scene", "bake", "photo.png", "--fill", "absent.png"}, 1, "absent.png");
  relievo::io::write(folder / "small.png", test::picture(80, 60));
  refused({"scene", "bake", "photo.png", "--fill", "small.png"}, 2,
          "The fill small.png is 80 x 60 pixels, the photo photo.png 160 x 120; they must be the same.");
  relievo::io::write(folder / "floats.exr", test::picture(width, height, {relievo::Scalar::f32, 3}));
  refused({"stereo", "photo.png", "--fill", "floats.exr"}, 2,
          "The fill floats.exr holds floats, the photo photo.png integers; they must be the same.");
  refused({"scene", "export", "absent.scene", "-o", "m.obj"}, 2, "allowed are .glb .ply .exr .pfm .npy .png");
  refused({"scene", "export", "absent.scene", "-o", "m"}, 2, "--as layers");
  refused({"scene", "export", "absent.scene", "-o", "m.glb", "--as", "points"}, 2, "allowed are .ply");
  refused({"scene", "export", "absent.scene", "-o", "m.glb", "--as", "film"}, 2, "allowed are auto, mesh, points");
  refused({"scene", "export", "absent.scene", "-o", "nowhere/m.glb"}, 1, "nowhere");
  refused({"scene", "export", "absent.scene", "-o", "nowhere/layers", "--as", "layers"}, 1, "above it");
  refused({"scene", "export", "absent.scene", "-o", "d.pfm", "--max-vertices", "5000"}, 2, "--max-vertices goes with");
  refused({"scene", "export", "absent.scene", "-o", "m.glb", "--max-points", "5000"}, 2, "--max-points goes with");
  refused({"scene", "export", "absent.scene", "-o", "d.exr", "--depth-ratio", "5"}, 2, "--depth-ratio goes with");
  refused({"scene", "export", "absent.scene", "-o", "m.glb"}, 1, "absent.scene");
  refused({"scene", "view", "absent.scene", "-o", "v.xyz"}, 2, "v.xyz");
}

}  // namespace
