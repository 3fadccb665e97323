// The command does what its help says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <relievo/device.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>
#include <sstream>

#include "with_photo.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::UnorderedElementsAre;

class Command : public test::WithPhoto {
 protected:
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

TEST_F(Command, SegmentTakesHints) {
  const auto covered = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments = {"segment", "photo.png", "--depth", "depth.pfm", "-o", "m.png"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    const relievo::io::Photo matte = relievo::io::read(folder / "m.png");
    return std::pair(matte.image.row<std::uint8_t>(60)[80] > 127, matte.image.row<std::uint8_t>(10)[20] > 127);
  };
  EXPECT_EQ(covered({"--point", "80,60"}), std::pair(true, false));
  EXPECT_EQ(covered({"--point", "20,10", "--not-point", "80,60", "--not-point", "70,50"}), std::pair(false, true));
  EXPECT_EQ(covered({"--box", "40,20,80,80"}), std::pair(true, false));
  relievo::Image rough(160, 120, {relievo::Scalar::u8, 1});
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x)
      rough.row<std::uint8_t>(y)[x] = std::abs(x - 80) < 25 && std::abs(y - 60) < 25 ? 255 : 0;
  }
  relievo::io::write(folder / "rough.png", rough);
  EXPECT_EQ(covered({"--hint", "rough.png"}), std::pair(true, false));
}

TEST_F(Command, SegmentNumbersInstancesRefinesAndMakesTrimaps) {
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"segment", "photo.png"});
    const test::Outcome outcome = test::relievo(arguments, folder.path());
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  };
  EXPECT_THAT(run({"--depth", "depth.pfm", "--instances"}), HasSubstr("photo_matte_1.png"));
  EXPECT_THAT(run({"--refine", "photo_matte_1.png", "-o", "fine.png"}), HasSubstr("fine.png"));
  const relievo::io::Photo whole = relievo::io::read(folder / "photo_matte_1.png");
  const relievo::io::Photo fine = relievo::io::read(folder / "fine.png");
  EXPECT_LT(differing(whole.image, fine.image, 64), 160);
  EXPECT_THAT(run({"--refine", "photo_matte_1.png", "--trimap", "4"}), HasSubstr("photo_trimap.png"));
  const relievo::io::Photo trimap = relievo::io::read(folder / "photo_trimap.png");
  EXPECT_EQ(trimap.image.row<std::uint8_t>(60)[80], 255);
  EXPECT_EQ(trimap.image.row<std::uint8_t>(60)[44], 128);
  EXPECT_EQ(trimap.image.row<std::uint8_t>(10)[10], 0);
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
  double end = 0;
  for (const auto& stage : json["stages"]) {
    stages.push_back(stage["name"]);
    EXPECT_GE(stage["start_ms"].get<double>(), end) << "one after the other";
    end = stage["start_ms"].get<double>() + stage["ms"].get<double>();
  }
  EXPECT_THAT(stages, ElementsAre("read", "depth", "write"));
  EXPECT_LE(end, json["total_ms"].get<double>());
  EXPECT_THAT(run.err, IsEmpty());
}

TEST_F(Command, JsonTellsWhichStagesRanBesideEachOther) {
  const test::Outcome run = test::relievo({"photo.png", "--depth", "depth.pfm", "--json"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const nlohmann::json json = nlohmann::json::parse(run.out);
  double latest = 0, bokeh = -1, matte = -1, scene_end = -1;
  for (const auto& stage : json["stages"]) {
    const double start = stage["start_ms"];
    EXPECT_GE(start, latest) << "stages are in the order of their starts";
    latest = start;
    if (stage["name"] == "scene") scene_end = start + stage["ms"].get<double>();
    if (stage["name"] == "bokeh") bokeh = start;
    if (stage["name"] == "write matte.png") matte = start;
  }
  EXPECT_GE(scene_end, 0);
  EXPECT_GE(bokeh, scene_end);
  EXPECT_GE(matte, scene_end);
}

TEST_F(Command, SaysWhereThereIsNoSubject) {
  std::ofstream(folder / "flat.pfm", std::ios::binary) << "Pf\n160 120\n-1.0\n"
                                                       << std::string(160 * 120 * sizeof(float), '\0');
  for (const char* verb : {"segment", "inpaint", "bokeh", "parallax", "stereo"}) {
    const test::Outcome run = test::relievo({verb, "photo.png", "--depth", "flat.pfm", "--json"}, folder.path());
    ASSERT_EQ(run.code, 0) << run.err;
    const nlohmann::json json = nlohmann::json::parse(run.out);
    ASSERT_EQ(json["notes"].size(), 1u) << verb;
    EXPECT_THAT(json["notes"][0].get<std::string>(), HasSubstr("No subject")) << verb;
  }
}

TEST_F(Command, SaysOnceHowPersonsAreFoundWithoutNetworks) {
  setenv("RELIEVO_MODELS", "/nonexistent", 1);
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"depth", "photo.png", "--model", "cues"},
        {"bokeh", "photo.png", "--depth", "depth.pfm", "--mode", "layered"}}) {
    const test::Outcome run = test::relievo(arguments, folder.path());
    ASSERT_EQ(run.code, 0) << run.err;
    const std::string sentence = "faces come from Haar cascades";
    EXPECT_THAT(run.err, HasSubstr(sentence));
    EXPECT_EQ(run.err.find(sentence), run.err.rfind(sentence)) << run.err;
  }
  const nlohmann::json info = nlohmann::json::parse(test::relievo({"info", "--json"}, folder.path()).out);
  EXPECT_THAT(info["persons"].get<std::string>(), HasSubstr("There is no yunet and no selfie-segmentation"));
}

TEST_F(Command, FocusesOnWhatTheFlagsSay) {
  const auto bokeh = [&](const std::string& name, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"bokeh", "photo.png", "--depth", "depth.pfm", "--strength", "8", "-o", name});
    const test::Outcome run = test::relievo(flags, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    return test::text_of(folder / name);
  };
  const std::string far = bokeh("far.png", {"--focus-disparity", "0"});
  EXPECT_EQ(bokeh("point.png", {"--focus-point", "0,0"}), far) << "the ramp is 0 in the first row";
  EXPECT_EQ(bokeh("from.png", {"--focus-from", "0", "--focus-to", "0.0", "--focus-range", "1"}),
            bokeh("narrow.png", {"--focus-disparity", "0", "--focus-range", "0"}));
  EXPECT_EQ(bokeh("largest.png", {"--focus-largest"}), bokeh("near.png", {"--focus-disparity", "1"}));
  EXPECT_NE(bokeh("largest.png", {"--focus-largest"}), far);
  // The same file in metres: 2 m at the disc, 4 m to infinity elsewhere.
  relievo::Image metres = test::disparity(160, 120);
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) metres.row<float>(y)[x] = test::in_disc(x, y, 160, 120) ? 2.0f : 4.0f;
  }
  relievo::io::write_depth(folder / "metres.pfm", relievo::DepthMap(metres, relievo::DepthKind::metres));
  const auto in_metres = [&](const std::string& name, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"bokeh", "photo.png", "--depth", "metres.pfm", "--depth-kind", "metres",
                                 "--focal-length", "50", "--f-number", "1.4", "-o", name});
    const test::Outcome run = test::relievo(flags, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    return test::text_of(folder / name);
  };
  EXPECT_EQ(in_metres("two.png", {"--focus-distance", "2"}), in_metres("one.png", {"--focus-disparity", "1"}));
  EXPECT_NE(in_metres("two.png", {"--focus-distance", "2"}), in_metres("four.png", {"--focus-distance", "4"}));
}

TEST_F(Command, EveryModeOfBokehMakesItsPicture) {
  std::vector<std::string> pictures;
  for (const char* mode : {"lens", "tiers", "gather", "threshold", "layered", "preview"}) {
    const test::Outcome run = test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--mode", mode, "--strength",
                                             "4", "--memory-mib", "1", "-o", "b.png", "--json"},
                                            folder.path());
    ASSERT_EQ(run.code, 0) << mode << run.err;
    std::vector<std::string> stages;
    const nlohmann::json json = nlohmann::json::parse(run.out);
    for (const auto& stage : json["stages"]) stages.push_back(stage["name"]);
    EXPECT_THAT(stages, ElementsAre("read", "depth", "matte", "scene", "focus", "bokeh", "write"));
    pictures.push_back(test::text_of(folder / "b.png"));
  }
  // A preview of so small a photo is mode lens.
  EXPECT_EQ(pictures[5], pictures[0]);
  pictures.pop_back();
  std::sort(pictures.begin(), pictures.end());
  EXPECT_EQ(std::unique(pictures.begin(), pictures.end()), pictures.end());
}

TEST_F(Command, InpaintFillsWhatTheFlagsOfTheSubjectSay) {
  const auto fill = [&](const std::string& name, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"inpaint", "photo.png", "--depth", "depth.pfm", "-o", name});
    const test::Outcome run = test::relievo(flags, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    return std::move(relievo::io::read(folder / name).image);
  };
  const relievo::Image plain =
      fill("plain.png", {"--segment-method", "otsu", "--method", "blend", "--no-decontaminate"});
  EXPECT_EQ(differing(plain, fill("preset.png", {"--preset", "spatial-photo"}), 0), 0);
  const relievo::Image wide = fill(
      "wide.png", {"--segment-method", "otsu", "--method", "blend", "--no-decontaminate", "--hole-dilate-times", "8"});
  EXPECT_GT(differing(plain, wide, 2), 100);
}

TEST_F(Command, TakesMoreThreadsThanAnEncoderDoes) {
  const test::Outcome run = test::relievo(
      {"parallax", "photo.png", "--depth", "depth.pfm", "--threads", "100", "--frames", "2"}, folder.path());
  EXPECT_EQ(run.code, 0) << run.err;
}

TEST_F(Command, KnowsAVideoByItsNameInCapitals) {
  ASSERT_EQ(test::relievo({"stereo", "photo.png", "--depth", "depth.pfm", "-o", "S.MP4"}, folder.path()).code, 0);
  EXPECT_GT(std::filesystem::file_size(folder / "S.MP4"), 1000u);
}

TEST_F(Command, FlagsMayComeFirstAndTheLastOfTwoCounts) {
  ASSERT_EQ(
      test::relievo({"--quiet", "-o", "first", "photo.png", "--depth", "depth.pfm", "-o", "second/"}, folder.path())
          .code,
      0);
  EXPECT_TRUE(std::filesystem::exists(folder / "second/bokeh.jpg"));
  EXPECT_FALSE(std::filesystem::exists(folder / "first"));
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

// Depth with a hole, in files of 16 bits and of floats: a plane, which goes on, in the type it came in.
TEST_F(Command, InpaintFillsDepthByPlanes) {
  using relievo::Scalar;
  const auto inside = [](int x, int y) { return x > 50 && x < 100 && y > 40 && y < 90; };
  const auto plane = [](int x, int y) { return 0.2 + 0.002 * x + 0.003 * y; };
  relievo::Image mask(160, 120, {Scalar::u8, 1}), integers(160, 120, {Scalar::u16, 1});
  relievo::Image floats(160, 120, {Scalar::f32, 1}, {relievo::Primaries::bt709, relievo::Transfer::linear});
  for (int y = 0; y < 120; ++y) {
    for (int x = 0; x < 160; ++x) {
      const double value = inside(x, y) ? 1 : plane(x, y);
      mask.row<std::uint8_t>(y)[x] = inside(x, y) ? 255 : 0;
      integers.row<std::uint16_t>(y)[x] = static_cast<std::uint16_t>(std::lround(65535 * value));
      floats.row<float>(y)[x] = static_cast<float>(value);
    }
  }
  relievo::io::write(folder / "mask.png", mask);
  relievo::io::write(folder / "depth.png", integers);
  relievo::io::write(folder / "depth.exr", floats);
  for (const char* name : {"depth.png", "depth.exr"}) {
    const std::string out = std::string("filled_") + name;
    const test::Outcome run =
        test::relievo({"inpaint", name, "--mask", "mask.png", "--method", "planar", "-o", out}, folder.path());
    ASSERT_EQ(run.code, 0) << run.err;
    const relievo::Image filled = std::move(relievo::io::read(folder / out).image);
    const bool of_floats = out.back() == 'r';
    ASSERT_EQ(filled.format(), (relievo::PixelFormat{of_floats ? Scalar::f32 : Scalar::u16, 1}));
    for (int y = 0; y < 120; ++y) {
      for (int x = 0; x < 160; ++x) {
        const double value =
            of_floats ? static_cast<double>(filled.row<float>(y)[x]) : filled.row<std::uint16_t>(y)[x] / 65535.0;
        ASSERT_NEAR(value, plane(x, y), 2e-5) << out << ": " << x << ", " << y;
      }
    }
  }
}

TEST_F(Command, PresetSetsTheRecipesValuesAndFlagsOverrideThem) {
  ASSERT_EQ(
      test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--preset", "spatial-photo", "-o", "preset.png"},
                    folder.path())
          .code,
      0);
  ASSERT_EQ(test::relievo({"bokeh", "photo.png", "--depth", "depth.pfm", "--mode", "tiers", "--segment-method", "otsu",
                           "--no-decontaminate", "--inpaint-method", "blend", "--max-layers", "2", "-o", "flags.png"},
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

TEST_F(Command, DepthComesFromTheNetworkThatComesWithRelievo) {
  const bool has_networks = [] {
    for (const relievo::ModuleStatus& module : relievo::module_status()) {
      if (module.name == "torch") return module.loaded;
    }
    return false;
  }();
  setenv("RELIEVO_MODELS", "/nonexistent", 1);
  const auto estimate = [&](const std::string& name, std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"depth", "photo.png", "--json", "-o", name});
    const test::Outcome run = test::relievo(flags, folder.path());
    EXPECT_EQ(run.code, 0) << run.err;
    return nlohmann::json::parse(run.out);
  };
  const nlohmann::json by_auto = estimate("auto.pfm", {});
  (void)estimate("named.pfm", {"--model", has_networks ? "relievo-tiny" : "cues"});
  const relievo::DepthMap a = relievo::io::read_depth(folder / "auto.pfm");
  const relievo::DepthMap b = relievo::io::read_depth(folder / "named.pfm");
  for (int y = 0; y < 120; ++y) {
    ASSERT_TRUE(std::equal(a.values().row<float>(y), a.values().row<float>(y) + 160, b.values().row<float>(y)));
  }
  const bool says_guessed = by_auto.dump().find("Depth is guessed from cues: ") != std::string::npos;
  EXPECT_EQ(says_guessed, !has_networks);
}

TEST_F(Command, InfoNamesDevicesModulesAndModels) {
  const test::Outcome run = test::relievo({"info"}, folder.path());
  EXPECT_EQ(run.code, 0);
  EXPECT_THAT(run.out, HasSubstr("cpu"));
  EXPECT_THAT(run.out, HasSubstr("cuda module"));
  EXPECT_THAT(run.out, HasSubstr("librelievo_cuda.so"));
  EXPECT_THAT(run.out, HasSubstr("cues"));
}

TEST_F(Command, AnInstructionSetMayBeNamed) {
  const auto info = [&](const char* target) {
    return test::relievo({"info"}, folder.path(), [=] { setenv("RELIEVO_CPU_TARGET", target, 1); });
  };
  EXPECT_THAT(info("portable").out, HasSubstr("(portable)"));
  EXPECT_THAT(info("sse4").out, HasSubstr("(SSE4.2)"));
  const test::Outcome unknown = info("mmx");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err,
              testing::StartsWith("relievo: RELIEVO_CPU_TARGET is \"mmx\"; this machine has portable, sse4"));
}

TEST_F(Command, EveryVerbHasHelp) {
  for (const char* verb : {"all", "depth", "segment", "inpaint", "bokeh", "parallax", "stereo", "info"}) {
    const test::Outcome run = test::relievo({verb, "--help"}, folder.path());
    EXPECT_EQ(run.code, 0) << verb;
    EXPECT_THAT(run.out, HasSubstr("--json")) << verb;
    EXPECT_THAT(run.out, Not(HasSubstr("{"))) << verb;
    std::istringstream lines(run.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  }
  const std::string bokeh = test::relievo({"bokeh", "--help"}, folder.path()).out;
  EXPECT_THAT(bokeh, HasSubstr("depth model: auto, cues, a name that `relievo models list` prints"));
  EXPECT_THAT(bokeh, HasSubstr("--edge-aware, --no-edge-aware follow"));
  EXPECT_THAT(bokeh, HasSubstr("0.7 to 64 (2.8)"));
  // A preset is seen in the defaults.
  EXPECT_THAT(test::relievo({"bokeh", "--help", "--preset", "spatial-photo"}, folder.path()).out,
              HasSubstr("preview (tiers)"));
}

TEST_F(Command, HelpSaysWhatAMaskIs) {
  EXPECT_THAT(test::relievo({"inpaint", "--help"}, folder.path()).out, HasSubstr("the hole, of the photo's size"));
  for (const char* verb : {"all", "bokeh", "parallax", "stereo"}) {
    EXPECT_THAT(test::relievo({verb, "--help"}, folder.path()).out, HasSubstr("matte in place of ours")) << verb;
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
