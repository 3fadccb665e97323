// Training: it learns, every weight of it, and goes on from a checkpoint as if it had never stopped.
#include "relievo-train/trainer.hpp"

#include <filesystem>
#include <limits>

#include <ATen/Parallel.h>
#include <ATen/ops/equal.h>
#include <gmock/gmock.h>
#include <relievo/error.hpp>

#include "train/discs.hpp"

namespace tool {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TrainerOptions small() {
  TrainerOptions options;
  options.steps = 120;
  options.batch = 4;
  options.width = 96;
  options.height = 64;
  options.rate = 2e-3;
  options.precision = relievo::Precision::f32;
  return options;
}

DepthMix discs(bool ordered = false) {
  DepthMix mix;
  mix.add(std::make_unique<test::Discs>(ordered), 1);
  return mix;
}

std::filesystem::path file(const char* name) {
  return std::filesystem::path(::testing::TempDir()) /
         (std::string("relievo_train_") + ::testing::UnitTest::GetInstance()->current_test_info()->name() + name);
}

// Of 10 steps.
double mean_loss(Trainer& trainer) {
  double sum = 0;
  for (int i = 0; i < 10; ++i) sum += trainer.step(file(".failed")).total;
  return sum / 10;
}

TEST(Trainer, LearnsWhatIsNear) {
  const DepthMix mix = discs();
  Trainer trainer(small(), mix, at::kCPU);
  const double before = mean_loss(trainer);
  for (int i = 0; i < 80; ++i) trainer.step(file(".failed"));
  EXPECT_LT(mean_loss(trainer), 0.6 * before);
}

TEST(Trainer, LearnsFromOrderAlone) {
  const DepthMix mix = discs(true);
  Trainer trainer(small(), mix, at::kCPU);
  const double before = mean_loss(trainer);
  for (int i = 0; i < 40; ++i) trainer.step(file(".failed"));
  EXPECT_LT(mean_loss(trainer), 0.6 * before);
}

// A gradient that is cut somewhere leaves the weights above it as they were.
TEST(Trainer, MovesEveryWeight) {
  const DepthMix mix = discs();
  TrainerOptions options = small();
  options.decay = 0;
  Trainer trainer(options, mix, at::kCPU);
  std::vector<at::Tensor> before;
  for (const auto& one : trainer.weights().all()) before.push_back(one.value.detach().clone());
  for (int i = 0; i < 3; ++i) trainer.step(file(".failed"));
  std::size_t i = 0;
  for (const auto& one : trainer.weights().all()) {
    EXPECT_FALSE(at::equal(one.value.detach(), before[i])) << one.name;
    EXPECT_FALSE(at::equal(one.average, before[i])) << one.name;
    ++i;
  }
}

TEST(Trainer, GoesOnAsIfItHadNeverStopped) {
  const DepthMix mix = discs();
  Trainer whole(small(), mix, at::kCPU);
  std::vector<double> losses;
  for (int i = 0; i < 12; ++i) losses.push_back(whole.step(file(".failed")).total);

  Trainer first(small(), mix, at::kCPU);
  for (int i = 0; i < 6; ++i) EXPECT_EQ(first.step(file(".failed")).total, losses[i]) << i;
  first.save(file(".safetensors"), {{"best", "0.5"}});
  Trainer second(small(), mix, at::kCPU);
  EXPECT_EQ(second.load(file(".safetensors")).at("best"), "0.5");
  EXPECT_EQ(second.steps_done(), 6);
  for (int i = 6; i < 12; ++i) EXPECT_EQ(second.step(file(".failed")).total, losses[i]) << i;
  for (std::size_t i = 0; i < whole.weights().all().size(); ++i) {
    const auto &a = whole.weights().all()[i], &b = second.weights().all()[i];
    EXPECT_TRUE(at::equal(a.value.detach(), b.value.detach())) << a.name;
    EXPECT_TRUE(at::equal(a.average, b.average)) << a.name;
  }
}

TEST(Trainer, GoesOnWithItsOwnOptionsOnly) {
  const DepthMix mix = discs();
  Trainer trainer(small(), mix, at::kCPU);
  trainer.step(file(".failed"));
  trainer.save(file(".safetensors"));
  TrainerOptions other = small();
  other.rate = 1e-4;
  Trainer second(other, mix, at::kCPU);
  EXPECT_THAT([&] { second.load(file(".safetensors")); },
              ThrowsMessage<relievo::Error>(AllOf(HasSubstr("was trained with"), HasSubstr("rate 0.002"),
                                                  HasSubstr("these options are"), HasSubstr("rate 0.0001"))));
}

TEST(Trainer, StartsFromATrainedNetwork) {
  const DepthMix mix = discs();
  Trainer first(small(), mix, at::kCPU);
  for (int i = 0; i < 60; ++i) first.step(file(".failed"));
  write_network(file(".safetensors"), first.weights(), {});
  TrainerOptions other = small();
  other.seed = 2;
  Trainer fresh(other, mix, at::kCPU), second(other, mix, at::kCPU);
  second.start_from(file(".safetensors"));
  EXPECT_LT(second.step(file(".failed")).total, 0.8 * fresh.step(file(".failed")).total);
}

class Broken final : public DepthSource {
 public:
  const std::string& name() const override { return name_; }
  DepthSample draw(int width, int height, Random& random) const override {
    DepthSample sample = test::Discs().draw(width, height, random);
    sample.photo[5] = std::numeric_limits<float>::infinity();
    return sample;
  }

 private:
  std::string name_ = "broken";
};

TEST(Trainer, StopsWhereNothingCanBeLearntAndKeepsTheBatch) {
  DepthMix mix;
  mix.add(std::make_unique<Broken>(), 1);
  Trainer trainer(small(), mix, at::kCPU);
  const std::filesystem::path failed = file(".failed");
  std::filesystem::remove(failed);
  EXPECT_THAT([&] { trainer.step(failed); },
              ThrowsMessage<relievo::Error>(AllOf(HasSubstr("The loss of step 1 is"), HasSubstr(failed.string()))));
  EXPECT_GT(std::filesystem::file_size(failed), 4u * 3 * 96 * 64);
  EXPECT_EQ(trainer.steps_done(), 0);
}

TEST(DepthMix, DrawsTheSameWhateverWasDrawnBefore) {
  const DepthMix mix = discs();
  const DepthSample once = mix.draw(7, 123, 48, 32);
  mix.draw(7, 5, 48, 32);
  const DepthSample again = mix.draw(7, 123, 48, 32), other = mix.draw(7, 124, 48, 32), seed = mix.draw(8, 123, 48, 32);
  EXPECT_EQ(once.photo, again.photo);
  EXPECT_EQ(once.disparity, again.disparity);
  EXPECT_NE(once.disparity, other.disparity);
  EXPECT_NE(once.disparity, seed.disparity);
}

TEST(DepthMix, DrawsAsOftenAsWeightsSay) {
  DepthMix mix;
  mix.add(std::make_unique<test::Discs>(false), 3);
  mix.add(std::make_unique<test::Discs>(true), 1);
  int ordered = 0;
  for (std::uint64_t i = 0; i < 2000; ++i) ordered += mix.draw(1, i, 16, 16).ordered ? 1 : 0;
  EXPECT_NEAR(ordered / 2000.0, 0.25, 0.04);
}

}  // namespace
}  // namespace tool
