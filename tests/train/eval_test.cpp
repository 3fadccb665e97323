// `relievo-train eval` measures what it says, and says what it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <relievo/depth_estimator.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "command/pictures.hpp"
#include "command/process.hpp"
#include "common/depth_metrics.hpp"

namespace {

using relievo::DepthMap;
using relievo::Image;
using relievo::ImageView;
using relievo::Scalar;
using test::text_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Eval : public testing::Test {
 protected:
  void source(const std::string& set, const std::string& depth, const std::string& name) {
    std::filesystem::create_directories(folder / set);
    std::ofstream(folder / set + "/source.json")
        << "{\"depth\": " << depth << ", \"name\": \"" << name << "\", \"licence\": \"CC0\", \"origin\": \"made\"}";
  }
  /// A photo of 6 x 2 px, and depth of its rows in metres.
  void two_rows(const std::string& name, float upper, float lower) {
    relievo::io::write(folder / name + ".jpg", test::picture(6, 2));
    Image metres(6, 2, {Scalar::f32, 1});
    std::fill_n(metres.row<float>(0), 6, upper);
    std::fill_n(metres.row<float>(1), 6, lower);
    relievo::io::write_depth(folder / name + ".npy", DepthMap(metres, relievo::DepthKind::metres));
  }
  test::Outcome eval(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "eval");
    return test::relievo(arguments, folder.path());
  }
  nlohmann::json report(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const test::Outcome run = eval(arguments);
    EXPECT_EQ(run.code, 0) << run.err;
    return run.code == 0 ? nlohmann::json::parse(run.out) : nlohmann::json();
  }
  void expect_refused(const std::vector<std::string>& arguments, int code, const std::string& sentence) {
    const std::vector<std::string> files = folder.list();
    const test::Outcome run = eval(arguments);
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.err, testing::StartsWith("relievo-train: " + sentence + "\n"));
    EXPECT_LE(std::count(run.err.begin(), run.err.end(), '\n'), code == 2 ? 2 : 1) << run.err;
    EXPECT_EQ(folder.list(), files);
  }

  test::Folder folder;
};

TEST_F(Eval, MeansAreThoseOfThePictures) {
  source("rooms", R"("metres", "scale": 1, "unknown": null)", "rooms");
  two_rows("rooms/a", 2, 1);  // The ramp, up to scale and shift.
  two_rows("rooms/b", 1, 2);  // Its contrary: the best that keeps the order is flat, at 4/3 m.
  source("piles", R"("order", "unknown": null)", "piles");
  two_rows("piles/c", 1, 2);
  const nlohmann::json found = report({"--model", "ramp", "--data", "rooms", "--data", "piles"});
  ASSERT_EQ(found["rows"].size(), 2u);
  const nlohmann::json &rooms = found["rows"][0], &a = rooms["pictures"][0], &b = rooms["pictures"][1];
  EXPECT_EQ(rooms["model"], "ramp");
  EXPECT_EQ(rooms["set"], "rooms");
  EXPECT_EQ(a["name"], "a");
  EXPECT_EQ(a["pixels"], 12);
  EXPECT_NEAR(a["abs_rel"], 0, 1e-6);
  EXPECT_NEAR(a["spearman"], 1, 1e-9);
  EXPECT_EQ(b["name"], "b");
  // Errors of 1/3 m of 1 m, and of 2/3 m of 2 m.
  const nlohmann::json flat{{"abs_rel", 1.0 / 3},
                            {"sq_rel_m", 1.0 / 6},
                            {"rmse_m", std::sqrt(5.0 / 18)},
                            {"rmse_log", std::sqrt((std::pow(std::log(4.0 / 3), 2) + std::pow(std::log(1.5), 2)) / 2)},
                            {"log10", std::log10(2.0) / 2},
                            {"delta1", 0},
                            {"delta2", 1},
                            {"delta3", 1},
                            {"spearman", -1}};
  for (const auto& [name, value] : flat.items()) {
    EXPECT_NEAR(b[name].get<double>(), value.get<double>(), 1e-6) << name;
    EXPECT_NEAR(rooms["mean"][name].get<double>(), (a[name].get<double>() + b[name].get<double>()) / 2, 1e-9) << name;
  }
  // Of an order there is no more than Spearman, and means are over what there is.
  EXPECT_NEAR(found["rows"][1]["mean"]["spearman"], 1, 1e-9);
  EXPECT_TRUE(found["rows"][1]["mean"]["abs_rel"].is_null());
  ASSERT_EQ(found["all"].size(), 1u);
  EXPECT_EQ(found["all"][0]["pictures"], 3);
  EXPECT_NEAR(found["all"][0]["mean"]["spearman"], 1.0 / 3, 1e-9);
  EXPECT_NEAR(found["all"][0]["mean"]["abs_rel"], 1.0 / 6, 1e-6);
}

TEST_F(Eval, ProtocolAndAlignmentAreAsAskedFor) {
  source("rooms", R"("metres", "scale": 1, "unknown": null)", "rooms");
  relievo::io::write(folder / "rooms/a.jpg", test::picture(64, 48));
  Image metres(64, 48, {Scalar::f32, 1});
  for (int y = 0; y < 48; ++y) std::fill_n(metres.row<float>(y), 64, 12 - static_cast<float>(y) / 10);
  relievo::io::write_depth(folder / "rooms/a.npy", DepthMap(metres, relievo::DepthKind::metres));
  const auto pixels = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> arguments{"--model", "ramp", "--data", "rooms"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return report(arguments)["rows"][0]["pictures"][0]["pixels"].get<int>();
  };
  EXPECT_EQ(pixels({}), 64 * 48);
  // Columns 4 to 59; of rows 5 to 46 those from 21 on are nearer than 10 m.
  EXPECT_EQ(pixels({"--protocol", "nyu"}), 56 * 26);
  EXPECT_EQ(pixels({"--protocol", "nyu", "--max-depth", "8"}), 56 * 6);
  EXPECT_EQ(pixels({"--min-depth", "11.45"}), 64 * 6);
  const nlohmann::json found = report({"--model", "ramp", "--data", "rooms", "--align", "median", "--protocol", "nyu"});
  EXPECT_EQ(found["align"], "median");
  EXPECT_EQ(found["eigen_crop"], true);
  EXPECT_EQ(found["min_depth_m"], 0.001);
  EXPECT_EQ(found["max_depth_m"], 10);
  EXPECT_TRUE(found["rows"][0]["mean"]["abs_rel"].is_null()) << "the ramp has no depth without a shift";
  EXPECT_NEAR(found["rows"][0]["mean"]["spearman"], 1, 1e-9);
}

TEST_F(Eval, TheReportIsATableJsonPlotsAndSheets) {
  source("rooms", R"("metres", "scale": 1, "unknown": null)", "my rooms");
  for (int i = 0; i < 8; ++i) {
    const std::string name = "rooms/" + std::to_string(i);
    relievo::io::write(folder / name + ".jpg", test::picture(96, 64));
    Image disparity = test::disparity(96, 64);
    for (int y = 0; y < 64; ++y) {
      for (int x = 0; x < 96; ++x) {
        // The ramp agrees less and less.
        float& value = disparity.row<float>(y)[x];
        value =
            1 / (0.2f + static_cast<float>(i) / 8 * value + static_cast<float>(8 - i) / 8 * static_cast<float>(y) / 64);
      }
    }
    relievo::io::write_depth(folder / name + ".npy", DepthMap(disparity, relievo::DepthKind::metres));
  }
  const test::Outcome run =
      eval({"--model", "ramp", "--model", "cues", "--data", "rooms", "--mirror", "--out", "report"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(folder.list(),
              testing::IsSupersetOf({"report/my rooms.png", "report/plot_abs_rel.svg", "report/plot_delta1.svg",
                                     "report/plot_spearman.svg", "report/report.json", "report/report.md"}));
  EXPECT_THAT(run.out,
              AllOf(HasSubstr("aligned by scale-shift; mean with the mirror image\n"),
                    HasSubstr("| set | model | pictures | AbsRel | SqRel, m | RMSE, m | RMSE log | log10 | delta1 "
                              "| delta2 | delta3 | Spearman | boundary F1 |\n"),
                    HasSubstr("\n| my rooms | ramp | 8 | "), HasSubstr("\n| my rooms | cues | 8 | "),
                    Not(HasSubstr("| all |"))));
  const std::string page = text_of(folder / "report/report.md");
  EXPECT_EQ(page.rfind(run.out, 0), 0u) << "the table is printed, too";
  EXPECT_THAT(page, AllOf(HasSubstr("![Spearman](plot_spearman.svg)"), HasSubstr("](<my rooms.png>)")));
  const nlohmann::json report = nlohmann::json::parse(text_of(folder / "report/report.json"));
  EXPECT_EQ(report["sets"][0]["pictures"], 8);
  EXPECT_EQ(report["sets"][0]["licence"], "CC0");
  // The three that the ramp sees best and the three that it sees worst; the sheet has a column for each map.
  std::vector<std::pair<double, std::string>> sums;
  for (int i = 0; i < 8; ++i) {
    const double sum = report["rows"][0]["pictures"][i]["spearman"].get<double>() +
                       report["rows"][1]["pictures"][i]["spearman"].get<double>();
    sums.emplace_back(-sum, std::to_string(i));
  }
  std::sort(sums.begin(), sums.end());
  sums.erase(sums.begin() + 3, sums.end() - 3);
  std::vector<std::string> names;
  for (const auto& [sum, name] : sums) names.push_back(name);
  EXPECT_EQ(report["sheets"][0]["pictures"].get<std::vector<std::string>>(), names);
  const Image sheet = relievo::io::read(folder / "report/my rooms.png").image;
  EXPECT_EQ(sheet.width(), 4 + 4 * 324);
  EXPECT_EQ(sheet.height(), 4 + 6 * 217);
  const std::string plot = text_of(folder / "report/plot_spearman.svg");
  EXPECT_THAT(plot, AllOf(testing::StartsWith("<svg "), HasSubstr(">my rooms, 8 pictures</text>"),
                          HasSubstr(">cues</text>"), testing::EndsWith("</svg>\n")));
}

// By the public interface: what of cues stays under each change.
TEST_F(Eval, StabilityIsTheRankCorrelationWithTheEstimateOfTheChangedPhoto) {
  constexpr int width = 90, height = 64;
  source("rooms", R"("order", "unknown": null)", "rooms");
  relievo::io::write(folder / "rooms/a.png", test::picture(width, height));
  relievo::io::write_depth(folder / "rooms/a.npy",
                           DepthMap(test::disparity(width, height), relievo::DepthKind::disparity));
  const nlohmann::json found =
      report({"--model", "cues", "--model", "ramp", "--data", "rooms", "--stability"})["rows"][0]["pictures"][0];

  const Image photo = test::picture(width, height);
  const relievo::DepthEstimator cues(relievo::Device::cpu(), {.model = "cues"});
  const auto changed = [&](int left, int top, bool mirror, double factor) {
    Image out(width - 2 * left, height - 2 * top, photo.format());
    for (int y = 0; y < out.height(); ++y) {
      for (int x = 0; x < out.width(); ++x) {
        for (int c = 0; c < 3; ++c) {
          const int from = mirror ? width - 1 - x : x + left;
          const double code = photo.row<std::uint8_t>(y + top)[3 * from + c] / 255.0;
          const double light = code <= 0.04045 ? code / 12.92 : std::pow((code + 0.055) / 1.055, 2.4);
          const double lit = std::min(light * factor, 1.0);
          const double again = lit <= 0.0031308 ? lit * 12.92 : 1.055 * std::pow(lit, 1 / 2.4) - 0.055;
          out.row<std::uint8_t>(y)[3 * x + c] = static_cast<std::uint8_t>(std::lround(again * 255));
        }
      }
    }
    return cues.estimate(out);
  };
  const auto same_part = [&](const DepthMap& depth, int left, int top, bool mirror) {
    Image out(width - 2 * left, height - 2 * top, {Scalar::f32, 1});
    for (int y = 0; y < out.height(); ++y) {
      for (int x = 0; x < out.width(); ++x) {
        out.row<float>(y)[x] = depth.values().row<float>(y + top)[mirror ? width - 1 - x : x + left];
      }
    }
    return DepthMap(out, relievo::DepthKind::disparity);
  };
  const DepthMap depth = cues.estimate(photo);
  const auto expect = [&](const char* name, const DepthMap& one, const DepthMap& other) {
    EXPECT_NEAR(found[name].get<double>(), tool::rank_correlation(one, other), 1e-9) << name;
    EXPECT_LT(found[name].get<double>(), 1) << name;
  };
  expect("stable_mirror", changed(0, 0, true, 1), same_part(depth, 0, 0, true));
  expect("stable_crop", changed(9, 6, false, 1), same_part(depth, 9, 6, false));
  expect("stable_darker", changed(0, 0, false, 0.5), depth);
  expect("stable_lighter", changed(0, 0, false, 2), depth);

  // The mean with the mirror image is the same from either side.
  const nlohmann::json both = report({"--model", "cues", "--data", "rooms", "--stability", "--mirror"});
  EXPECT_NEAR(both["rows"][0]["mean"]["stable_mirror"], 1, 1e-12);
}

TEST_F(Eval, FiguresStandBeforeWhatSurroundsThem) {
  source("rooms", R"("order", "unknown": null)", "rooms");
  for (const char* name : {"a", "b"}) {
    relievo::io::write(folder / "rooms/" + name + ".png", test::picture(40, 100));
    relievo::io::write_depth(folder / "rooms/" + name + ".npy",
                             DepthMap(test::disparity(40, 100), relievo::DepthKind::disparity));
  }
  // All rows from 60 on: the ring are the eight above them, as 40 px are covered in width.
  Image mask(40, 100, {Scalar::u8, 1});
  for (int y = 0; y < 100; ++y) std::fill_n(mask.row<std::uint8_t>(y), 40, static_cast<std::uint8_t>(y < 60 ? 0 : 255));
  relievo::io::write(folder / "rooms/a.mask.png", mask);
  const nlohmann::json found = report({"--model", "ramp", "--data", "rooms", "--masks"})["rows"][0];
  // Row y is at (y + 0.5) / 100, which spans 0 to 1. Half of the figure is above 0.8, half of the ring above 0.56.
  EXPECT_NEAR(found["pictures"][0]["figure"], 0.80 - 0.56, 1e-5);
  EXPECT_TRUE(found["pictures"][1]["figure"].is_null());
  EXPECT_EQ(found["mean"]["figure"], found["pictures"][0]["figure"]);
  EXPECT_THAT(eval({"--model", "ramp", "--data", "rooms", "--masks"}).out, HasSubstr("| Spearman | figure |"));
}

TEST_F(Eval, WrongUseIsAnsweredByASentence) {
  source("rooms", R"("metres", "scale": 1, "unknown": null)", "rooms");
  two_rows("rooms/a", 2, 1);
  source("piles", R"("order", "unknown": null)", "piles");
  two_rows("piles/a", 2, 1);
  source("again", R"("order", "unknown": null)", "rooms");
  two_rows("again/a", 2, 1);
  source("empty", R"("order", "unknown": null)", "empty");
  expect_refused({"--data", "rooms"}, 2, "--model is required");
  expect_refused({"--model", "ramp"}, 2, "--data is required");
  expect_refused({"--model", "ramp", "--data", "rooms", "--align", "mean"}, 2,
                 "--align is \"mean\"; allowed are scale-shift, median, none.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--protocol", "kitti"}, 2,
                 "--protocol is \"kitti\"; allowed is nyu.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--min-depth", "0"}, 2,
                 "--min-depth is 0; allowed is a number above 0.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--min-depth", "3", "--max-depth", "2"}, 2,
                 "--min-depth is 3 m; allowed is less than --max-depth, 2 m.");
  expect_refused({"--model", "ramp", "--data", "piles", "--protocol", "nyu"}, 2,
                 "--protocol, --min-depth and --max-depth are of metres; 'piles' holds order.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--data", "again"}, 2,
                 "The folders 'rooms' and 'again' are both named \"rooms\" by their source.json.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--masks"}, 2, "--masks finds no NAME.mask.png beside a pair.");
  expect_refused({"--model", "ramp", "--data", "empty"}, 1,
                 "The folder 'empty' holds no pair, as of NAME.jpg and NAME.png, or NAME.png and NAME.npy.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--max-depth", "0.5"}, 2,
                 "'rooms/a.jpg': The estimate and the truth share no known pixel that counts.");
  expect_refused({"--model", "ramp", "--data", "rooms", "--out", "rooms/a.jpg/report"}, 1,
                 "Cannot write 'rooms/a.jpg/report': Not a directory.");
  relievo::io::write(folder / "rooms/a.mask.png", test::picture(8, 2));
  expect_refused(
      {"--model", "ramp", "--data", "rooms", "--masks"}, 2,
      "'rooms/a.jpg': The mask rooms/a.mask.png is 8 x 2 pixels, the photo rooms/a.jpg 6 x 2; they must be the "
      "same.");
  EXPECT_THAT(eval({"--model", "nonsense", "--data", "rooms"}).err, HasSubstr("There is no depth model \"nonsense\""));
}

}  // namespace
