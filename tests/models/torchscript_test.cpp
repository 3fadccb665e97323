// TorchScript programs through the public class (make_torchscript.py).
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <relievo/relievo.hpp>

namespace relievo {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::ThrowsMessage;

std::string file(const std::string& name) { return RELIEVO_SOURCE_DIR "/tests/models/files/" + name; }

DepthOptions by(const std::string& path, std::string_view architecture) {
  DepthOptions options;
  options.model = path;
  options.architecture = architecture;
  options.torchscript = true;
  options.edge_aware = false;
  return options;
}

/// Of the network's own size, so that nothing is resized.
Image photo(int side) {
  Image image(side, side, {Scalar::u8, 3});
  for (int y = 0; y < side; ++y) {
    for (int i = 0; i < 3 * side; ++i) image.row<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(37 * y + 11 * i);
  }
  return image;
}

struct Rule {
  const char* architecture;
  int side;
  std::array<double, 3> mean, deviation;
};
const Rule midas{"midas-small", 256, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}};
const Rule dpt{"dpt-large", 384, {0.5, 0.5, 0.5}, {0.5, 0.5, 0.5}};

/// What `weights` of the normalised channels add up to, and 4.
void expect_sum(const std::string& path, const Rule& rule, const std::array<double, 3>& weights) {
  const Image image = photo(rule.side);
  const DepthMap depth = DepthEstimator(Device::cpu(), by(path, rule.architecture)).estimate(image);
  EXPECT_EQ(depth.kind(), DepthKind::disparity);
  ASSERT_EQ(depth.width(), rule.side);
  for (int y = 0; y < rule.side; ++y) {
    for (int x = 0; x < rule.side; ++x) {
      double sum = 4;
      for (std::size_t c = 0; c < 3; ++c) {
        const double code = image.row<std::uint8_t>(y)[3 * x + static_cast<int>(c)] / 255.0;
        sum += weights[c] * (code - rule.mean[c]) / rule.deviation[c];
      }
      ASSERT_NEAR(depth.values().row<float>(y)[x], sum, 1e-5) << x << ", " << y;
    }
  }
}

TEST(Torchscript, IsGivenWhatTheArchitectureExpects) {
  expect_sum(file("mean.pt"), midas, {0.5, 0.25, 0.25});
  expect_sum(file("mean.pt"), dpt, {0.5, 0.25, 0.25});
}

TEST(Torchscript, MayGiveOneChannel) { expect_sum(file("channel.pt"), midas, {0, 1, 0}); }

TEST(Torchscript, GivesEachPhotoOfABatchItsOwn) {
  const DepthEstimator estimator(Device::cpu(), by(file("mean.pt"), "midas-small"));
  EXPECT_EQ(estimator.architecture(), "midas-small");
  const Image one = photo(256);
  Image other(256, 256, {Scalar::u8, 3});
  for (int y = 0; y < 256; ++y) std::fill_n(other.row<std::uint8_t>(y), 3 * 256, std::uint8_t{200});
  const std::vector<DepthMap> depths = estimator.estimate({one.view(), other.view()});
  EXPECT_EQ(depths[0].values().row<float>(9)[17], estimator.estimate(one).values().row<float>(9)[17]);
  EXPECT_EQ(depths[1].values().row<float>(9)[17], estimator.estimate(other).values().row<float>(9)[17]);
}

TEST(Torchscript, RunsOnlyWhereItIsAskedFor) {
  DepthOptions options;
  const std::string path = file("mean.pt");
  options.model = path;
  EXPECT_THAT(
      [&] { DepthEstimator(Device::cpu(), options); },
      ThrowsMessage<Error>(HasSubstr("mean.pt' is a TorchScript program, of which no weights are read; save its "
                                     "state_dict() instead, or execute it by the option torchscript if you "
                                     "trust its source.")));
}

TEST(Torchscript, NeedsAnArchitectureAndF32) {
  const std::string path = file("mean.pt");
  EXPECT_THAT(
      [&] { DepthEstimator(Device::cpu(), by(path, "")); },
      ThrowsMessage<Error>("architecture is \"\"; a TorchScript program does not tell, so name the network whose "
                           "input it expects."));
  EXPECT_THAT(
      [&] { DepthEstimator(Device::cpu(), by(path, "midas")); },
      ThrowsMessage<Error>(HasSubstr("architecture is \"midas\"; allowed are midas-small, relievo-tiny, dpt-hybrid")));
  DepthOptions options = by(path, "midas-small");
  options.precision = Precision::bf16;
  EXPECT_THAT([&] { DepthEstimator(Device::cpu(), options); },
              ThrowsMessage<Error>("precision is bf16, which TorchScript does not run in; allowed are auto and f32."));
}

TEST(Torchscript, WhatGoesWrongInItIsOneSentence) {
  const auto says = [](const char* name, const std::string& sentence) {
    const std::string path = file(name);
    const DepthEstimator estimator(Device::cpu(), by(path, "midas-small"));
    EXPECT_THAT([&] { estimator.estimate(photo(256)); },
                ThrowsMessage<Error>(AllOf(HasSubstr(name + sentence), Not(HasSubstr("\n")))));
  };
  const std::string allowed = "; allowed is one of floating point, [1, 256, 256] or with one channel.";
  says("raises.pt", " failed: builtins.ValueError: no depth today.");
  says("mismatch.pt", " failed: RuntimeError: The size of tensor a (256) must match the size of tensor b (5)");
  says("pair.pt", " puts out Tuple, not a tensor" + allowed);
  says("half.pt", " puts out a tensor of Float, [1, 128, 128]" + allowed);
  says("whole.pt", " puts out a tensor of Int, [1, 256, 256]" + allowed);
}

TEST(Torchscript, FilesThatAreNoneAreOneSentence) {
  std::ifstream in(file("mean.pt"), std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(in), {});
  const auto path = std::filesystem::path(::testing::TempDir()) / "relievo_cut.pt";
  const std::string name = path.string();
  const auto refused = ThrowsMessage<Error>(
      AllOf(HasSubstr("relievo_cut.pt is no TorchScript program that can be loaded: "), Not(HasSubstr("\n"))));
  for (std::size_t length = 0; length < whole.size(); length += 61) {
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(name, "midas-small")); }, refused) << length;
  }
  std::string broken = whole;
  broken.replace(broken.find("def forward"), 11, "def f0rwar(");
  std::ofstream(path, std::ios::binary) << broken;
  EXPECT_THAT([&] { DepthEstimator(Device::cpu(), by(name, "midas-small")); }, refused);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace relievo
