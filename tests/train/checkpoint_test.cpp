// Checkpoints: whole or not there.
#include "relievo-train/checkpoint.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>
#include <gmock/gmock.h>
#include <relievo/error.hpp>

#include "core/check.hpp"
#include "torch/weights/weight_file.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

class Checkpoint : public ::testing::Test {
 protected:
  Checkpoint() { fs::create_directories(folder); }
  ~Checkpoint() override { fs::remove_all(folder); }

  std::string bytes() const {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  const fs::path folder =
      fs::path(::testing::TempDir()) /
      (std::string("relievo_checkpoint_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
  const fs::path path = folder / "checkpoint.safetensors";
  const at::Tensor values = at::arange(12, at::kFloat).view({3, 4});
};

TEST_F(Checkpoint, GivesBackWhatItWasGiven) {
  write_checkpoint(path, {{"a", values}, {"one", at::full({}, 7, at::kFloat)}}, {{"step", "12"}});
  const at::Tensor a = at::zeros({3, 4}), one = at::zeros({});
  const auto facts = read_checkpoint(path, {{"a", a}, {"one", one}});
  EXPECT_TRUE(at::equal(a, values));
  EXPECT_EQ(one.item<float>(), 7);
  EXPECT_EQ(facts.at("step"), "12");
}

TEST_F(Checkpoint, OfAnotherNetworkIsRefusedByName) {
  write_checkpoint(path, {{"a", values}}, {});
  EXPECT_THAT(
      [&] {
        read_checkpoint(path, {{"b", at::zeros({3, 4})}});
      },
      ThrowsMessage<relievo::Error>(
          relievo::sentence("'", path.string(), "' is no checkpoint of this network: b is missing.")));
  EXPECT_THAT(
      [&] {
        read_checkpoint(path, {{"a", at::zeros({4, 3})}});
      },
      ThrowsMessage<relievo::Error>(HasSubstr("a has another type or shape.")));
}

// A limit on the size of files does to a write what a full disk does.
TEST_F(Checkpoint, StaysAsItWasWhereThereIsNoRoomForTheNext) {
  write_checkpoint(path, {{"a", values}}, {{"step", "1"}});
  const std::string before = bytes();
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  rlimit little = old;
  little.rlim_cur = 4096;
  setrlimit(RLIMIT_FSIZE, &little);
  EXPECT_THAT(
      [&] {
        write_checkpoint(path, {{"a", at::zeros({1 << 16})}}, {{"step", "2"}});
      },
      ThrowsMessage<relievo::Error>(HasSubstr(relievo::sentence("Cannot write '", path.string()))));
  setrlimit(RLIMIT_FSIZE, &old);
  EXPECT_EQ(bytes(), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "a part of a file was left";
}

TEST_F(Checkpoint, OfNoFolderIsAnError) {
  EXPECT_THAT(
      [&] {
        write_checkpoint(folder / "none" / "c.safetensors", {{"a", values}}, {});
      },
      ThrowsMessage<relievo::Error>(HasSubstr("No such file or directory")));
}

TEST_F(Checkpoint, NetworksHoldHalvesButForNormalisation) {
  LearningWeights weights(1, at::kCPU);
  weights.take("conv.weight", {8, 3, 3, 3});
  weights.take("norm.running_var", {8});
  write_network(path, weights, {{"model", "relievo-tiny"}});
  const auto file = relievo::WeightFile::open(path);
  ASSERT_EQ(file->weights().size(), 2u);
  EXPECT_EQ(file->weights()[0].type, relievo::WeightType::f16);
  EXPECT_EQ(file->weights()[1].type, relievo::WeightType::f32);
  EXPECT_EQ(file->metadata().at("model"), "relievo-tiny");
}

}  // namespace
}  // namespace tool
