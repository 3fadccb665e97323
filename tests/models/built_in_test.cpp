// The network that comes with relievo, whatever its weights are.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <relievo/models.hpp>
#include <relievo/relievo.hpp>

#include "common/images.hpp"

namespace relievo {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
namespace fs = std::filesystem;

ModelInfo info_of(const std::string& name) {
  for (const ModelInfo& model : models()) {
    if (model.name == name) return model;
  }
  return {};
}

/// With a folder of models of its own, where nothing is.
class BuiltIn : public ::testing::Test {
 protected:
  BuiltIn() {
    std::string pattern = (fs::temp_directory_path() / "relievo-test-XXXXXX").string();
    folder_ = mkdtemp(pattern.data());
    setenv("RELIEVO_MODELS", folder_.c_str(), 1);
  }
  ~BuiltIn() override {
    unsetenv("RELIEVO_MODELS");
    fs::remove_all(folder_);
  }

  fs::path folder_;
};

void expect_depth(const DepthMap& depth, int width, int height) {
  ASSERT_EQ(depth.width(), width);
  ASSERT_EQ(depth.height(), height);
  EXPECT_EQ(depth.kind(), DepthKind::disparity);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) ASSERT_TRUE(std::isfinite(depth.values().row<float>(y)[x])) << x << ", " << y;
  }
}

TEST_F(BuiltIn, IsWhatAutoTakesWhereNothingElseIsInstalled) {
  const DepthEstimator estimator(Device::cpu());
  EXPECT_EQ(estimator.model(), "relievo-tiny");
  EXPECT_EQ(estimator.architecture(), "relievo-tiny");
  const ModelInfo model = info_of("relievo-tiny");
  EXPECT_TRUE(model.built_in);
  EXPECT_EQ(model.licence, "Apache-2.0");
  EXPECT_EQ(model.file, model_file("relievo-tiny"));
  EXPECT_EQ(static_cast<std::uintmax_t>(model.bytes), fs::file_size(model.file));
  EXPECT_LE(model.bytes, 3 << 20);
  EXPECT_EQ(model.sha256.size(), 64u);
}

TEST_F(BuiltIn, IsTheLastThatAutoTakes) {
  std::ofstream(folder_ / "midas_v21_small_256.pt") << "no weights";
  EXPECT_THAT([] { DepthEstimator(Device::cpu()); }, ThrowsMessage<Error>(HasSubstr("midas_v21_small_256.pt")));
}

TEST_F(BuiltIn, GivesWayToAFileOfItsUser) {
  const fs::path theirs = folder_ / "relievo-tiny" / "relievo-tiny.safetensors";
  fs::create_directory(theirs.parent_path());
  fs::copy_file(model_file("relievo-tiny"), theirs);
  const ModelInfo model = info_of("relievo-tiny");
  EXPECT_EQ(model.file, theirs);
  EXPECT_FALSE(model.built_in);
  EXPECT_EQ(model.sha256, "") << "the digest is of another file";
  EXPECT_EQ(DepthEstimator(Device::cpu()).model(), "relievo-tiny");
  fs::resize_file(theirs, 1000);
  EXPECT_THAT([] { DepthEstimator(Device::cpu()); },
              ThrowsMessage<Error>(AllOf(HasSubstr(theirs), Not(HasSubstr("comes with relievo")))));
}

TEST_F(BuiltIn, SeesPhotosOfEverySize) {
  const DepthEstimator estimator(Device::cpu());
  for (const auto& [width, height] : {std::pair{1, 1}, std::pair{33, 33}, std::pair{5, 3}, std::pair{160, 120},
                                      std::pair{120, 160}, std::pair{40, 4000}, std::pair{4000, 40}}) {
    SCOPED_TRACE(std::to_string(width) + " x " + std::to_string(height));
    expect_depth(estimator.estimate(test::photo(width, height)), width, height);
  }
  expect_depth(estimator.estimate(test::flat(64, 48, test::u8_3, 0.4)), 64, 48);
}

TEST_F(BuiltIn, LooksAtTiles) {
  const DepthOptions options{.tiles = 3};
  const Image photo = test::photo(640, 480);
  const DepthMap whole = DepthEstimator(Device::cpu()).estimate(photo);
  const DepthMap tiled = DepthEstimator(Device::cpu(), options).estimate(photo);
  expect_depth(tiled, 640, 480);
  EXPECT_FALSE(test::same(tiled.values(), whole.values()));
}

TEST_F(BuiltIn, SeesAMirrorImageAsTheMirrorImageOfWhatItSees) {
  const DepthEstimator estimator(Device::cpu(), {.edge_aware = false});
  const Image photo = test::photo(320, 200);
  Image mirrored(320, 200, photo.format());
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 320; ++x) {
      for (int k = 0; k < 3; ++k) {
        mirrored.row<std::uint8_t>(y)[3 * x + k] = photo.row<std::uint8_t>(y)[3 * (319 - x) + k];
      }
    }
  }
  const DepthMap one = estimator.estimate(photo), other = estimator.estimate(mirrored);
  for (int y = 0; y < 200; ++y) {
    for (int x = 0; x < 320; ++x) {
      ASSERT_NEAR(one.values().row<float>(y)[x], other.values().row<float>(y)[319 - x], 1e-4f) << x << ", " << y;
    }
  }
}

TEST_F(BuiltIn, TakesWhatIsLowerForNearerWhereThereIsNothingToSee) {
  Image grey(200, 200, {Scalar::u8, 3});
  for (int y = 0; y < 200; ++y) std::fill_n(grey.row<std::uint8_t>(y), 600, std::uint8_t{128});
  const DepthMap depth = DepthEstimator(Device::cpu()).estimate(grey);
  EXPECT_GT(depth.values().row<float>(180)[100], depth.values().row<float>(20)[100]);
}

TEST_F(BuiltIn, IsDeterministic) {
  const Image photo = test::photo(300, 200);
  const DepthMap a = DepthEstimator(Device::cpu()).estimate(photo);
  const DepthMap b = DepthEstimator(Device::cpu()).estimate(photo);
  EXPECT_TRUE(test::same(a.values(), b.values()));
}

}  // namespace
}  // namespace relievo
