// The command does what its help says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "pictures.hpp"
#include "process.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// A photo and its depth, side by side in a folder.
class Command : public testing::Test {
 protected:
  void SetUp() override {
    relievo::io::write(folder / "photo.png", test::picture(160, 120));
    relievo::io::write_depth(folder / "depth.pfm",
                             relievo::DepthMap(test::disparity(160, 120), relievo::DepthKind::disparity));
  }

  // Pixels whose largest channel difference exceeds `tolerance`.
  static int differing(const relievo::Image& a, const relievo::Image& b, int tolerance) {
    int count = 0;
    for (int y = 0; y < a.height(); ++y) {
      for (int x = 0; x < a.width(); ++x) {
        bool far = false;
        for (int c = 0; c < a.format().channels; ++c) {
          const int at = x * a.format().channels + c;
          far |= std::abs(a.row<std::uint8_t>(y)[at] - b.row<std::uint8_t>(y)[at]) > tolerance;
        }
        count += far;
      }
    }
    return count;
  }

  test::Folder folder;
};

TEST_F(Command, AllMakesTheTenFilesItNames) {
  const test::Outcome run = test::relievo({"photo.png", "--depth", "depth.pfm"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(folder.list(),
              UnorderedElementsAre("depth.pfm", "photo.png", "photo_output", "photo_output/background.png",
                                   "photo_output/bokeh.jpg", "photo_output/depth.png", "photo_output/depth_image.jpg",
                                   "photo_output/matte.png", "photo_output/parallax.gif", "photo_output/parallax.mp4",
                                   "photo_output/photo_sbs.hevc", "photo_output/stereo_left.png",
                                   "photo_output/stereo_right.png"));
  for (const char* name : {"depth_image.jpg", "depth.png", "matte.png", "background.png", "bokeh.jpg", "parallax.mp4",
                           "parallax.gif", "stereo_left.png", "stereo_right.png", "photo_sbs.hevc", "time:"}) {
    EXPECT_THAT(run.out, HasSubstr(name));
  }
}

TEST_F(Command, MatteIsTheDisc) {
  ASSERT_EQ(test::relievo({"segment", "photo.png", "--depth", "depth.pfm", "-o", "m.png"}, folder.path()).code, 0);
  const relievo::io::Photo matte = relievo::io::read(folder / "m.png");
  ASSERT_EQ(matte.image.format().channels, 1);
  int inside = 0, inside_covered = 0, outside = 0, outside_covered = 0;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const bool covered = matte.image.row<std::uint8_t>(y)[x] >= 128;
      (test::in_disc(x, y, 160, 120) ? inside : outside) += 1;
      (test::in_disc(x, y, 160, 120) ? inside_covered : outside_covered) += covered;
    }
  }
  EXPECT_GT(inside_covered, 0.95 * inside);
  EXPECT_LT(outside_covered, 0.02 * outside);
}

TEST_F(Command, BackgroundKeepsEveryPixelOutsideTheSubjectsHole) {
  ASSERT_EQ(test::relievo({"inpaint", "photo.png", "--mask", "mask.png"}, folder.path()).code, 1);
  relievo::Image mask(160, 120, {relievo::Scalar::u8, 1});
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) mask.row<std::uint8_t>(y)[x] = x >= 60 && x < 100 && y >= 40 && y < 80 ? 255 : 0;
  }
  relievo::io::write(folder / "mask.png", mask);
  ASSERT_EQ(test::relievo({"inpaint", "photo.png", "--mask", "mask.png", "-o", "filled.png"}, folder.path()).code, 0);
  const relievo::Image before = test::picture(160, 120);
  const relievo::Image after = std::move(relievo::io::read(folder / "filled.png").image);
  int changed_outside = 0, changed_inside = 0;
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const bool same = std::equal(before.row<std::uint8_t>(y) + 3 * x, before.row<std::uint8_t>(y) + 3 * x + 3,
                                   after.row<std::uint8_t>(y) + 3 * x);
      (std::as_const(mask).row<std::uint8_t>(y)[x] != 0 ? changed_inside : changed_outside) += !same;
    }
  }
  EXPECT_EQ(changed_outside, 0);
  EXPECT_GT(changed_inside, 800);
}

TEST_F(Command, BokehBlursTheBackgroundAndKeepsTheSubject) {
  ASSERT_EQ(
      test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--strength", "8", "-o", "b.png"}, folder.path())
          .code,
      0);
  const relievo::Image sharp = test::picture(160, 120);
  const relievo::Image soft = std::move(relievo::io::read(folder / "b.png").image);
  // Roughness: mean absolute difference of horizontal neighbours.
  const auto roughness = [](const relievo::Image& image, int x0, int x1, int y0, int y1) {
    double sum = 0;
    for (int y = y0; y < y1; ++y) {
      for (int x = x0; x < x1; ++x) {
        sum += std::abs(image.row<std::uint8_t>(y)[3 * x] - image.row<std::uint8_t>(y)[3 * x + 3]);
      }
    }
    return sum / ((x1 - x0) * (y1 - y0));
  };
  EXPECT_LT(roughness(soft, 0, 30, 0, 120), 0.5 * roughness(sharp, 0, 30, 0, 120));
  EXPECT_NEAR(roughness(soft, 70, 90, 50, 70), roughness(sharp, 70, 90, 50, 70), 0.3);
}

TEST_F(Command, StereoMovesTheNearestFartherApart) {
  ASSERT_EQ(test::relievo({"stereo", "photo.png", "--depth", "depth.pfm", "--divergence", "0.1", "--convergence", "0",
                           "--left", "l.png", "--right", "r.png", "-o", "s.png"},
                          folder.path())
                .code,
            0);
  const relievo::Image left = std::move(relievo::io::read(folder / "l.png").image);
  const relievo::Image right = std::move(relievo::io::read(folder / "r.png").image);
  const relievo::Image both = std::move(relievo::io::read(folder / "s.png").image);
  EXPECT_EQ(both.width(), 320);
  EXPECT_EQ(both.height(), 120);
  // The disc (disparity 1) lies 0.1 * 160 = 16 px farther right in the left view.
  double best = 1e9;
  int best_shift = 0;
  for (int shift = 0; shift <= 24; ++shift) {
    double sum = 0;
    for (int y = 50; y < 70; ++y) {
      for (int x = 70; x < 90; ++x) {
        sum += std::abs(left.row<std::uint8_t>(y)[3 * (x + 8)] - right.row<std::uint8_t>(y)[3 * (x + 8 - shift)]);
      }
    }
    if (sum < best) {
      best = sum;
      best_shift = shift;
    }
  }
  EXPECT_EQ(best_shift, 16);
}

TEST_F(Command, DepthKeepsGivenValuesBitForBit) {
  for (const char* name : {"d.pfm", "d.npy", "d.exr"}) {
    ASSERT_EQ(test::relievo({"depth", "photo.png", "--depth", "depth.pfm", "-o", name}, folder.path()).code, 0) << name;
    const relievo::DepthMap depth = relievo::io::read_depth(folder / name);
    const relievo::Image expected = test::disparity(160, 120);
    for (int y = 0; y < 120; ++y) {
      ASSERT_TRUE(std::equal(expected.row<float>(y), expected.row<float>(y) + 160, depth.values().row<float>(y)))
          << name << " row " << y;
    }
  }
}

TEST_F(Command, JsonNamesFilesAndStages) {
  const test::Outcome run = test::relievo({"depth", "photo.png", "--json"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  EXPECT_EQ(json["files"][0]["path"], "photo_depth.png");
  EXPECT_GT(json["total_ms"].get<double>(), 0);
  std::vector<std::string> stages;
  for (const auto& stage : json["stages"]) stages.push_back(stage["name"]);
  EXPECT_THAT(stages, ElementsAre("read", "depth", "write"));
  EXPECT_THAT(run.err, IsEmpty());
}

TEST_F(Command, QuietPrintsNothing) {
  const test::Outcome run = test::relievo({"depth", "photo.png", "--quiet"}, folder.path());
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out + run.err, IsEmpty());
}

TEST_F(Command, TraceIsAChromeTrace) {
  ASSERT_EQ(test::relievo({"bokeh", "photo.png", "--trace", "t.json"}, folder.path()).code, 0);
  std::ifstream file(folder / "t.json");
  const nlohmann::json trace = nlohmann::json::parse(file);
  bool bokeh = false;
  for (const auto& event : trace["traceEvents"]) {
    EXPECT_EQ(event["ph"], "X");
    bokeh |= event["name"] == "bokeh" && event["dur"].get<double>() > 0;
  }
  EXPECT_TRUE(bokeh);
}

TEST_F(Command, PresetSetsTheRecipesValuesAndFlagsOverrideThem) {
  ASSERT_EQ(
      test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--preset", "spatial-photo", "-o", "preset.png"},
                    folder.path())
          .code,
      0);
  ASSERT_EQ(test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--mode", "tiers", "--segment-method", "otsu",
                           "--no-decontaminate", "-o", "flags.png"},
                          folder.path())
                .code,
            0);
  ASSERT_EQ(test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--preset", "spatial-photo", "--mode", "lens",
                           "-o", "lens.png"},
                          folder.path())
                .code,
            0);
  const relievo::Image preset = std::move(relievo::io::read(folder / "preset.png").image);
  EXPECT_EQ(differing(preset, relievo::io::read(folder / "flags.png").image, 0), 0);
  EXPECT_GT(differing(preset, relievo::io::read(folder / "lens.png").image, 2), 500);
}

TEST_F(Command, ResultsDoNotDependOnThreads) {
  for (const char* threads : {"1", "2", "5"}) {
    ASSERT_EQ(test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--threads", threads, "-o",
                             std::string("b") + threads + ".png"},
                            folder.path())
                  .code,
              0);
  }
  const relievo::Image one = std::move(relievo::io::read(folder / "b1.png").image);
  EXPECT_EQ(differing(one, relievo::io::read(folder / "b2.png").image, 0), 0);
  EXPECT_EQ(differing(one, relievo::io::read(folder / "b5.png").image, 0), 0);
}

TEST_F(Command, InfoNamesDevicesModulesAndModels) {
  const test::Outcome run = test::relievo({"info"}, folder.path());
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("cpu"));
  EXPECT_THAT(run.out, HasSubstr("cuda module"));
  EXPECT_THAT(run.out, HasSubstr("librelievo_cuda.so"));
  EXPECT_THAT(run.out, HasSubstr("cues"));
}

TEST_F(Command, EveryVerbHasHelp) {
  for (const char* verb : {"all", "depth", "segment", "inpaint", "bokeh", "parallax", "stereo", "info"}) {
    const test::Outcome run = test::relievo({verb, "--help"}, folder.path());
    EXPECT_EQ(run.code, 0) << verb;
    EXPECT_THAT(run.out, HasSubstr("--json")) << verb;
  }
}

TEST_F(Command, MetresAndMillimetresAgree) {
  relievo::Image metres(160, 120, {relievo::Scalar::f32, 1});
  relievo::Image millimetres(160, 120, {relievo::Scalar::u16, 1});
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const int mm = test::in_disc(x, y, 160, 120) ? 1000 : 2000 + 10 * y;
      metres.row<float>(y)[x] = static_cast<float>(mm) / 1000.0f;
      millimetres.row<std::uint16_t>(y)[x] = static_cast<std::uint16_t>(mm);
    }
  }
  relievo::io::write_depth(folder / "m.pfm", relievo::DepthMap(metres, relievo::DepthKind::metres));
  relievo::io::write(folder / "mm.png", millimetres);
  ASSERT_EQ(
      test::relievo({"depth", "photo.png", "--depth", "m.pfm", "--depth-kind", "metres", "-o", "a.png"}, folder.path())
          .code,
      0);
  ASSERT_EQ(test::relievo({"depth", "photo.png", "--depth", "mm.png", "--depth-kind", "metres", "--depth-scale",
                           "0.001", "-o", "b.png"},
                          folder.path())
                .code,
            0);
  const relievo::Image a = std::move(relievo::io::read(folder / "a.png").image);
  const relievo::Image b = std::move(relievo::io::read(folder / "b.png").image);
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      ASSERT_NEAR(a.row<std::uint16_t>(y)[x], b.row<std::uint16_t>(y)[x], 1) << x << "," << y;
    }
  }
  EXPECT_GT(a.row<std::uint16_t>(60)[80], a.row<std::uint16_t>(5)[5]) << "nearer is brighter";
}

}  // namespace
