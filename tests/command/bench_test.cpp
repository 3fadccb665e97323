// `relievo bench depth` measures what it says, and says where nothing could be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include <relievo/device.hpp>
#include <relievo/io/depth.hpp>
#include <relievo/io/photo.hpp>

#include "pictures.hpp"
#include "process.hpp"

namespace {

using test::text_of;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

bool has_networks() {
  for (const relievo::ModuleStatus& module : relievo::module_status()) {
    if (module.name == "torch") return module.loaded;
  }
  return false;
}

class Bench : public testing::Test {
 protected:
  void SetUp() override {
    relievo::io::write(folder / "photo.jpg", test::picture(96, 64));
    // Metres: twice as far at the top as at the bottom, as the ramp has it.
    relievo::Image metres(96, 64, {relievo::Scalar::f32, 1});
    for (int y = 0; y < 64; ++y) {
      std::fill_n(metres.row<float>(y), 96, 1 / (0.25f + 0.25f * (static_cast<float>(y) + 0.5f) / 64));
    }
    relievo::io::write_depth(folder / "photo.pfm", relievo::DepthMap(metres, relievo::DepthKind::metres));
  }

  void expect_refused(std::vector<std::string> arguments, int code, const std::string& sentence) {
    arguments.insert(arguments.begin(), {"bench", "depth"});
    const std::vector<std::string> files = folder.list();
    const test::Outcome run = test::relievo(arguments, folder.path());
    EXPECT_EQ(run.code, code) << run.err;
    EXPECT_THAT(run.err, HasSubstr(sentence));
    EXPECT_LE(std::count(run.err.begin(), run.err.end(), '\n'), code == 2 ? 2 : 1) << run.err;
    EXPECT_EQ(folder.list(), files);
  }

  test::Folder folder;
};

void expect_times(const nlohmann::json& row, const std::vector<int>& batches) {
  std::vector<int> found;
  for (const nlohmann::json& batch : row["batches"]) {
    found.push_back(batch["photos"]);
    EXPECT_GT(batch["min_ms"], 0);
    EXPECT_LE(batch["min_ms"], batch["median_ms"]);
    EXPECT_LE(batch["median_ms"], batch["max_ms"]);
  }
  EXPECT_EQ(found, batches);
  EXPECT_GT(row["first_ms"], 0);
  EXPECT_GT(row["peak_mib"], 1);
}

TEST_F(Bench, CuesAndTheRampBesideMeasuredDepth) {
  const test::Outcome run = test::relievo({"bench", "depth", "photo.jpg", "--depth-kind", "metres", "--models",
                                           "ramp,cues", "--batch", "3", "--repetitions", "2", "--out", "report"},
                                          folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_THAT(folder.list(), testing::IsSupersetOf({"report/plot.svg", "report/report.json", "report/report.md"}));

  const nlohmann::json report = nlohmann::json::parse(text_of(folder / "report/report.json"));
  EXPECT_EQ(report["photo"], "photo.jpg");
  EXPECT_EQ(report["width"], 96);
  EXPECT_EQ(report["repetitions"], 2);
  ASSERT_EQ(report["rows"].size(), 2u);
  const nlohmann::json& ramp = report["rows"][0];
  EXPECT_EQ(ramp["model"], "ramp");
  EXPECT_EQ(ramp["stand_in"], false);
  EXPECT_TRUE(ramp["file_bytes"].is_null());
  expect_times(ramp, {1, 3});
  expect_times(report["rows"][1], {1, 3});
  // This truth is the ramp, up to scale and shift.
  EXPECT_NEAR(ramp["quality"]["spearman"], 1, 1e-9);
  EXPECT_NEAR(ramp["quality"]["abs_rel"], 0, 1e-5);
  EXPECT_NEAR(ramp["quality"]["rmse_m"], 0, 1e-5);
  EXPECT_EQ(ramp["quality"]["delta1"], 1);
  EXPECT_LT(report["rows"][1]["quality"]["spearman"], 1);

  EXPECT_EQ(text_of(folder / "report/report.md").rfind(run.out, 0), 0u) << "the table is printed, too";
  EXPECT_THAT(run.out, AllOf(HasSubstr("| ramp |"), HasSubstr("| cues |"), HasSubstr("ms a photo by 3"),
                             HasSubstr("boundary F1"), Not(HasSubstr("stand in"))));
  const std::string plot = text_of(folder / "report/plot.svg");
  EXPECT_EQ(plot.rfind("<svg ", 0), 0u);
  EXPECT_THAT(plot, AllOf(HasSubstr(">cues</text>"), HasSubstr("AbsRel"), testing::EndsWith("</svg>\n")));
}

TEST_F(Bench, WithoutAPhotoAndWithoutTruthThereIsSpeedAlone) {
  const test::Outcome run =
      test::relievo({"bench", "depth", "--models", "ramp", "--repetitions", "1", "--json"}, folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const nlohmann::json report = nlohmann::json::parse(run.out);
  EXPECT_EQ(report["photo"], "made");
  EXPECT_TRUE(report["rows"][0]["quality"].is_null());
  expect_times(report["rows"][0], {1});
}

TEST_F(Bench, ANetworkWithoutItsWeightsRunsOnAStandInAndHasNoQuality) {
  if (!has_networks()) GTEST_SKIP() << "librelievo_torch.so is not built";
  const test::Outcome run =
      test::relievo({"bench", "depth", "photo.jpg", "--depth-kind", "metres", "--models", "midas-small", "--precision",
                     "f32", "--threads", "1", "--repetitions", "1", "--output", "report"},
                    folder.path());
  ASSERT_EQ(run.code, 0) << run.err;
  const nlohmann::json report = nlohmann::json::parse(text_of(folder / "report/report.json"));
  EXPECT_EQ(report["threads"], 1);
  const nlohmann::json& row = report["rows"][0];
  EXPECT_EQ(row["stand_in"], true);
  EXPECT_EQ(row["precision"], "f32");
  EXPECT_TRUE(row["quality"].is_null());
  EXPECT_EQ(row["parameters"], 21000000);
  // The 16.6 million weights that the output depends on, four bytes each.
  EXPECT_GT(row["file_bytes"], 60000000);
  EXPECT_GT(row["load_ms"], 0);
  EXPECT_GT(row["module_ms"], 0);
  expect_times(row, {1});
  EXPECT_THAT(run.out, AllOf(HasSubstr("| midas-small f32 * |"), HasSubstr("there is no quality")));
  EXPECT_THAT(text_of(folder / "report/plot.svg"), HasSubstr("stand in for them"));
}

TEST_F(Bench, WrongUseIsAnsweredByASentence) {
  expect_refused({"--models", "ramp,nonsense"}, 1, "There is no depth model \"nonsense\"");
  expect_refused({"--models", "ramp,"}, 2, "--models is \"ramp,\"; names lie between commas.");
  expect_refused({"--precision", "f32,f8"}, 2, "--precision is f32,f8; allowed are auto, f32, bf16, f16");
  expect_refused({"--batch", "1,65"}, 2, "--batch is 1,65; allowed are whole numbers from 1 to 64");
  expect_refused({"--batch", "2x"}, 2, "--batch is 2x");
  expect_refused({"--repetitions", "0"}, 2, "--repetitions is 0; allowed is a whole number from 1 to 1000.");
  expect_refused({"--device", "tpu"}, 2, "tpu");
  expect_refused({"photo.jpg", "--depth", "photo.pfm", "--depth", "photo.pfm"}, 2, "photos: 1, files of depth: 2.");
  expect_refused({"absent.jpg", "--models", "ramp"}, 1, "absent.jpg");
  expect_refused({"--models", "ramp", "--output", "photo.jpg/report"}, 1, "photo.jpg/report");
  // What goes wrong within a measurement is told as if it had gone wrong here.
  expect_refused({"photo.jpg", "--models", "photo.jpg"}, 1, "photo.jpg");
  expect_refused({"photo.jpg", "--depth", "absent.pfm", "--models", "ramp", "--repetitions", "1"}, 1, "absent.pfm");
}

}  // namespace
