// The registry as it is compiled in, and records that others may have written.
#include "core/model_registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "common/sentence.hpp"

namespace {

using relievo::ErrorCode;
using relievo::ModelEntry;
using testing::HasSubstr;
namespace fs = std::filesystem;

// A folder of models of its own.
class Registry : public testing::Test {
 protected:
  Registry() {
    std::string pattern = (fs::temp_directory_path() / "relievo-test-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    setenv("RELIEVO_MODELS", folder.c_str(), 1);
  }
  ~Registry() override {
    unsetenv("RELIEVO_MODELS");
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }

  fs::path write(const fs::path& name, const std::string& text) {
    fs::create_directories((folder / name).parent_path());
    std::ofstream(folder / name, std::ios::binary) << text;
    return folder / name;
  }

  std::string problem_with(const std::string& record) {
    write("mine/model.json", record);
    const auto entry = relievo::find_model("mine");
    return entry ? entry->info.problem : "there is no such model";
  }

  fs::path folder;
};

TEST_F(Registry, NamesEachModelWithWhatItsSourcesState) {
  const std::vector<ModelEntry> all = relievo::model_entries();
  EXPECT_EQ(all.size(), 19u);
  std::set<std::string> names;
  std::map<std::string, std::set<int>> ranks;
  for (const ModelEntry& entry : all) {
    const relievo::ModelInfo& info = entry.info;
    SCOPED_TRACE(info.name);
    EXPECT_TRUE(names.insert(info.name).second);
    EXPECT_EQ(info.architecture, info.name);
    if (info.name == relievo::built_in_model.name) {
      EXPECT_EQ(info.source.rfind("docs/", 0), 0u);
      EXPECT_EQ(info.address, "");
    } else {
      EXPECT_EQ(info.source.rfind("https://", 0), 0u);
      EXPECT_EQ(info.address.rfind("https://", 0), 0u);
    }
    EXPECT_EQ(info.commercial_use, info.licence != "CC-BY-NC-4.0");
    EXPECT_THAT((std::set<std::string>{"MIT", "Apache-2.0", "CC-BY-NC-4.0"}), testing::Contains(info.licence));
    EXPECT_TRUE(info.file.empty());
    EXPECT_TRUE(entry.rank == 0 || ranks[info.task].insert(entry.rank).second) << "two of one rank";
  }
}

// Licences and sizes as the README files of the repositories state them.
TEST_F(Registry, KnowsLicences) {
  const auto licence = [](const char* name) { return relievo::find_model(name)->info.licence; };
  EXPECT_EQ(licence("midas-small"), "MIT");
  EXPECT_EQ(licence("depth-anything-large"), "Apache-2.0");
  EXPECT_EQ(licence("depth-anything-v2-small"), "Apache-2.0");
  EXPECT_EQ(licence("depth-anything-v2-base"), "CC-BY-NC-4.0");
  EXPECT_EQ(licence("depth-anything-v2-metric-indoor-large"), "CC-BY-NC-4.0");
  EXPECT_EQ(licence("depth-anything-3-mono-large"), "Apache-2.0");
  EXPECT_EQ(relievo::find_model("dpt-large")->info.parameters, 344000000);
}

TEST_F(Registry, FindsWhatLiesInTheFolder) {
  EXPECT_TRUE(relievo::find_model("midas-small")->info.file.empty());
  const fs::path beside = write("midas_v21_small_256.pt", "weights");
  EXPECT_EQ(relievo::model_file("midas-small"), beside);
  const fs::path within = write("midas-small/midas_v21_small_256.pt", "weights");
  EXPECT_EQ(relievo::model_file("midas-small"), within);
  // A name that many models have tells nothing by itself.
  write("model.safetensors", "weights");
  EXPECT_TRUE(relievo::find_model("dpt-large")->info.file.empty());
  const fs::path common = write("dpt-large/model.safetensors", "weights");
  EXPECT_EQ(relievo::model_file("dpt-large"), common);
  EXPECT_EQ(relievo::find_model("dpt-large")->info.sha256, "") << "the digest is of another file";
}

TEST_F(Registry, TheBestIsTheFirstByRankThatIsPresent) {
  EXPECT_FALSE(relievo::best_depth_model());
  write("depth_anything_v2_metric_hypersim_vitl.pth", "metric models are never chosen by themselves");
  write("face_detection_yunet_2023mar.onnx", "no depth");
  EXPECT_FALSE(relievo::best_depth_model());
  write("midas_v21_small_256.pt", "weights");
  EXPECT_EQ(relievo::best_depth_model()->info.name, "midas-small");
  write("depth_anything_v2_vits.pth", "weights");
  write("dpt_large_384.pt", "weights");
  EXPECT_EQ(relievo::best_depth_model()->info.name, "depth-anything-v2-small");
}

TEST_F(Registry, AFileIsAModel) {
  const fs::path known = write("deep/dpt_hybrid-midas-501f0c75.pt", "weights");
  EXPECT_EQ(relievo::find_model(known.string())->info.architecture, "dpt-hybrid");
  EXPECT_EQ(relievo::find_model(known.string())->info.file, known);
  const fs::path unknown = write("deep/model.safetensors", "weights");
  EXPECT_EQ(relievo::find_model(unknown.string())->info.architecture, "");
  EXPECT_EQ(relievo::find_model(unknown.string())->info.file, unknown);
  EXPECT_FALSE(relievo::find_model("absent.pth"));
  EXPECT_FALSE(relievo::find_model(folder.string()));
  EXPECT_FALSE(relievo::find_model(""));
}

TEST_F(Registry, AddedModelsAreLikeTheirArchitecture) {
  const fs::path file = write("tuned.pth", "weights");
  relievo::ModelInfo mine;
  mine.name = "mine";
  mine.file = file.string();
  expect_refused([&] { relievo::add_model(mine); }, "does not tell its architecture");
  mine.architecture = "nonsense";
  expect_refused([&] { relievo::add_model(mine); },
                 "There is no architecture \"nonsense\"; there are depth-anything-3");
  mine.architecture = "depth-anything-v2-metric-outdoor-small";
  mine.sha256 = std::string(64, 'a');
  mine.bytes = 7;
  relievo::add_model(mine);
  const ModelEntry entry = *relievo::find_model("mine");
  EXPECT_EQ(entry.info.architecture, "depth-anything-v2-metric-outdoor-small");
  EXPECT_EQ(entry.info.file, file);
  EXPECT_EQ(entry.info.sha256, mine.sha256);
  EXPECT_EQ(entry.info.bytes, 7);
  EXPECT_EQ(entry.info.licence, "") << "nobody knows under which licence it is";
  EXPECT_FALSE(entry.info.commercial_use);
  EXPECT_EQ(relievo::models().back().name, "mine");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "mine"), {}), 1) << "nothing temporary stays";
}

TEST_F(Registry, RefusesWhatCannotBeAdded) {
  relievo::ModelInfo model;
  model.architecture = "midas-small";
  model.file = write("a.pt", "weights").string();
  for (const char* name : {"", ".", "..", "a/b", "../a", "-a", ".a", "auto", "cues", "a b", "a\n", "\xc3\xa4"}) {
    model.name = name;
    expect_refused([&] { relievo::add_model(model); }, "may not be called");
  }
  model.name = std::string(65, 'a');
  expect_refused([&] { relievo::add_model(model); }, "1 to 64 letters");
  model.name = "a";
  model.sha256 = "12";
  expect_refused([&] { relievo::add_model(model); }, "64 hexadecimal digits");
  model.sha256.clear();
  model.bytes = -1;
  expect_refused([&] { relievo::add_model(model); }, "-1 bytes");
  model.bytes = 0;
  model.file = (folder / "absent").string();
  EXPECT_ERROR(relievo::add_model(model), not_found, ("There is no file '" + model.file + "'.").c_str());
  model.file = write("b\n.pt", "weights").string();
  expect_refused([&] { relievo::add_model(model); }, "control character");
  model.file = write("b\xff.pt", "weights").string();
  expect_refused([&] { relievo::add_model(model); }, "not UTF-8");
  EXPECT_FALSE(fs::exists(folder / "a" / "model.json"));
}

TEST_F(Registry, RecordsAreHostileUntilRead) {
  EXPECT_THAT(problem_with(""), HasSubstr("model.json' is not JSON."));
  EXPECT_THAT(problem_with("{\"architecture\": \"midas-small\""), HasSubstr("not JSON"));
  EXPECT_THAT(problem_with(std::string(60000, '[')), HasSubstr("not JSON"));
  EXPECT_THAT(problem_with("[]"), HasSubstr("an object"));
  EXPECT_THAT(problem_with("{}"), HasSubstr("\"architecture\" must be a string"));
  EXPECT_THAT(problem_with(R"({"architecture": 3, "file": "a"})"), HasSubstr("\"architecture\""));
  EXPECT_THAT(problem_with(R"({"architecture": "nonsense", "file": "a"})"), HasSubstr("which the registry has not"));
  EXPECT_THAT(problem_with(R"({"architecture": "midas-small", "file": null})"), HasSubstr("\"file\""));
  EXPECT_THAT(problem_with(R"({"architecture": "midas-small", "file": "a\u0000b"})"), HasSubstr("control character"));
  EXPECT_THAT(problem_with(R"({"architecture": "midas-small", "file": "a\u001b[2J"})"), HasSubstr("control character"));
  EXPECT_THAT(problem_with("{\"architecture\": \"midas-small\", \"file\": \"\xff\"}"), HasSubstr("not JSON"));
  const std::string start = R"({"architecture": "midas-small", "file": "a", )";
  EXPECT_THAT(problem_with(start + R"("sha256": "ABCD"})"), HasSubstr("64 hexadecimal digits"));
  for (const char* bytes : {"-1", "1.5", "1e300", "\"7\"", "9007199254740993", "18446744073709551615", "[]"}) {
    EXPECT_THAT(problem_with(start + "\"bytes\": " + bytes + "}"), HasSubstr("2^53")) << bytes;
  }
  EXPECT_THAT(problem_with(start + "\"address\": \"" + std::string(5000, 'a') + "\"}"), HasSubstr("4096"));
  EXPECT_THAT(problem_with(start + "\"x\": \"" + std::string(70000, 'a') + "\"}"), HasSubstr("65536 bytes"));
  EXPECT_EQ(problem_with(start + R"("more": {"a": [1]}})"), "") << "what a later version adds does no harm";
}

TEST_F(Registry, ADamagedRecordIsOfOneModelOnly) {
  write("midas_v21_small_256.pt", "weights");
  write("mine/model.json", "[");
  write("dpt-large/model.json", "[");
  EXPECT_EQ(relievo::best_depth_model()->info.name, "midas-small");
  EXPECT_EQ(relievo::models().size(), 20u);
  try {
    relievo::model_file("dpt-large");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const relievo::Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
    EXPECT_THAT(error.what(), HasSubstr("dpt-large/model.json"));
  }
}

TEST_F(Registry, WhatIsNoRegularFileIsNoModel) {
  fs::create_directories(folder / "midas-small" / "midas_v21_small_256.pt");
  EXPECT_TRUE(relievo::find_model("midas-small")->info.file.empty());
  ASSERT_EQ(mkfifo((folder / "dpt_large_384.pt").c_str(), 0600), 0);
  EXPECT_TRUE(relievo::find_model("dpt-large")->info.file.empty());
  fs::create_directories(folder / "mine");
  ASSERT_EQ(mkfifo((folder / "mine" / "model.json").c_str(), 0600), 0);
  EXPECT_THAT(relievo::find_model("mine")->info.problem, HasSubstr("not a regular file"));
  fs::remove(folder / "mine" / "model.json");
  EXPECT_EQ(problem_with(R"({"architecture": "midas-small", "file": "/dev/zero"})"), "");
  EXPECT_TRUE(relievo::find_model("mine")->info.file.empty());
}

TEST_F(Registry, SaysHowToGetWhatIsAbsent) {
  EXPECT_ERROR(relievo::model_file("yunet"), not_found,
               "The model \"yunet\" is not installed; run \"relievo models fetch yunet\", or \"relievo models add "
               "yunet FILE\" for a file that you have.");
  try {
    relievo::model_file("nonsense");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const relievo::Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("There is no model \"nonsense\"; there are depth-anything-3-mono-large, "));
  }
}

TEST_F(Registry, RefusesARegistryThatIsWrong) {
  const auto words = [](const std::string& text) -> std::string {
    try {
      relievo::parse_models(text, "The text");
      return "";
    } catch (const relievo::Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::corrupt_data);
      return error.what();
    }
  };
  EXPECT_EQ(words(R"({"models": []})"), "");
  EXPECT_EQ(words(R"({"models": {}})"), "The text is damaged: \"models\" must be a list.");
  std::ifstream file(RELIEVO_SOURCE_DIR "/data/models.json");
  const std::string good(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(words(good), "");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    return words(text.replace(text.find(from), from.size(), to));
  };
  EXPECT_THAT(with("\"task\": \"depth\"", "\"task\": \"dreams\""), HasSubstr("one of depth, faces, matte"));
  EXPECT_THAT(with("\"commercial_use\": true", "\"commercial_use\": \"yes\""), HasSubstr("true or false"));
  EXPECT_THAT(with("[\"model.safetensors\"]", "[]"), HasSubstr("at least one name"));
  EXPECT_THAT(with("depth-anything-v2-base", "depth-anything-v2-large"), HasSubstr("twice"));
}

TEST(ModelFolder, FollowsTheVariables) {
  const auto value = [](const char* name) { return std::string(std::getenv(name) ? std::getenv(name) : ""); };
  const std::string cache = value("XDG_CACHE_HOME"), home = value("HOME");
  unsetenv("RELIEVO_MODELS");
  setenv("HOME", "home", 1);
  setenv("XDG_CACHE_HOME", "", 1);
  EXPECT_EQ(relievo::model_folder(), "home/.cache/relievo/models");
  setenv("XDG_CACHE_HOME", "cache", 1);
  EXPECT_EQ(relievo::model_folder(), "cache/relievo/models");
  setenv("RELIEVO_MODELS", "own", 1);
  EXPECT_EQ(relievo::model_folder(), "own");
  unsetenv("RELIEVO_MODELS");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  EXPECT_ERROR(relievo::model_folder(), not_found,
               "There is no folder for models; set RELIEVO_MODELS, XDG_CACHE_HOME or HOME.");
  EXPECT_FALSE(relievo::best_depth_model()) << "a program without a home works, too";
  EXPECT_TRUE(relievo::find_model("yunet")->info.file.empty());
  EXPECT_FALSE(relievo::find_model("mine"));
  if (!cache.empty()) setenv("XDG_CACHE_HOME", cache.c_str(), 1);
  if (!home.empty()) setenv("HOME", home.c_str(), 1);
}

}  // namespace
