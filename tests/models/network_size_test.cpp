// The sizes at which networks see photos, against those that the originals' own transforms choose.
#include <fstream>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <relievo/error.hpp>

#include "core/model_registry.hpp"
#include "effects/network_size.hpp"
#include "torch/depth_architecture.hpp"

namespace relievo {
namespace {

class NetworkSizes : public ::testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(NetworkSizes, AreTheOriginals) {
  std::ifstream in(RELIEVO_SOURCE_DIR "/tests/models/goldens/input_sizes.json");
  const auto table = nlohmann::json::parse(in);
  const NetworkInput& input = find_depth_architecture(GetParam().second)->input;
  const auto& photos = table["photos"];
  const auto& sizes = table["sizes"][GetParam().first];
  ASSERT_EQ(photos.size(), sizes.size());
  for (std::size_t i = 0; i < photos.size(); ++i) {
    const int width = photos[i][0], height = photos[i][1], wanted_width = sizes[i][0], wanted_height = sizes[i][1];
    // Of these the original fails, or makes a network's input without end.
    if (wanted_width == 0 || wanted_height == 0) continue;
    if (std::max(wanted_width, wanted_height) > 4 * input.side) continue;
    if (std::min(width, height) < input.multiple) continue;
    const NetworkSize size = network_size(input, width, height, 0);
    EXPECT_EQ(size.width, wanted_width) << width << " x " << height;
    EXPECT_EQ(size.height, wanted_height) << width << " x " << height;
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, NetworkSizes,
                         ::testing::Values(std::pair{"midas-small", "midas-small"},
                                           std::pair{"dpt-hybrid", "dpt-hybrid"},
                                           std::pair{"depth-anything", "depth-anything-v2-small"},
                                           std::pair{"depth-anything-3", "depth-anything-3-mono-large"}),
                         [](const auto& tested) {
                           std::string name = tested.param.first;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(DepthArchitectures, AreThoseOfTheRegistry) {
  if (model_entries().empty()) GTEST_SKIP() << "a build without the registry";
  std::set<std::string> registered, built;
  for (const ModelEntry& entry : model_entries()) {
    if (entry.info.task == "depth") registered.insert(entry.info.name);
  }
  for (const DepthArchitecture& known : depth_architectures()) built.insert(known.name);
  EXPECT_EQ(registered, built);
}

TEST(NetworkSize, OfAPanoramaIsBounded) {
  const NetworkInput& input = find_depth_architecture("depth-anything-v2-small")->input;
  const NetworkSize size = network_size(input, 20000, 500, 0);
  EXPECT_EQ(size.width, 4 * 518);
  EXPECT_EQ(size.height, 56);  // 2072 / 40 = 51.8, of 14 the nearest multiple
}

TEST(NetworkSize, ResolutionReplacesTheTrainedSide) {
  const NetworkInput& input = find_depth_architecture("depth-anything-v2-small")->input;
  const NetworkSize size = network_size(input, 1600, 1200, 300);
  EXPECT_EQ(size.height, 308);  // not below 300
  EXPECT_EQ(size.width, 406);   // 400 to the nearest multiple of 14
}

TEST(NetworkSize, APhotoSmallerThanAPatchIsEnlarged) {
  const NetworkInput& input = find_depth_architecture("depth-anything-v2-small")->input;
  const NetworkSize size = network_size(input, 100, 13, 0);
  EXPECT_EQ(size.width, 4 * 518);
  EXPECT_EQ(size.height, 266);  // 2072 * 13 / 100 = 269.4
}

TEST(NetworkSize, OfRelievoTinyHasFivePowersOfTwo) {
  const NetworkInput& input = find_depth_architecture(relievo_tiny)->input;
  const auto expect = [&](int width, int height, int wanted_width, int wanted_height) {
    const NetworkSize size = network_size(input, width, height, 0);
    EXPECT_EQ(size.width, wanted_width) << width << " x " << height;
    EXPECT_EQ(size.height, wanted_height) << width << " x " << height;
  };
  expect(1600, 1200, 192, 144);
  expect(1, 1, 192, 192);
  expect(33, 33, 192, 192);
  expect(40, 4000, 32, 192);
  expect(4000, 500, 192, 32);
}

}  // namespace
}  // namespace relievo
