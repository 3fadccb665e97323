#include "trainer.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/Context.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/tensor.h>

#include "checkpoint.hpp"
#include "core/check.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/file_weights.hpp"
#include "torch/openmp.hpp"
#include "torch/precision.hpp"

namespace tool {
namespace {

constexpr std::int64_t warm_up = 300;
constexpr double longest_gradient = 5;

// While it lives, convolutions and products are in bf16.
class Bf16 {
 public:
  Bf16(at::DeviceType device, bool wanted) : device_(device), before_(at::autocast::is_autocast_enabled(device)) {
    if (wanted) at::autocast::set_autocast_dtype(device, at::kBFloat16);
    at::autocast::set_autocast_enabled(device, wanted);
    at::autocast::increment_nesting();
  }
  ~Bf16() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, before_);
  }
  Bf16(const Bf16&) = delete;
  Bf16& operator=(const Bf16&) = delete;

 private:
  at::DeviceType device_;
  bool before_;
};

// Rises for the first steps, then falls along a cosine to none (Loshchilov and Hutter, ICLR 2017).
double rate_at(const TrainerOptions& options, std::int64_t number) {
  const double part = static_cast<double>(number - 1) / static_cast<double>(std::max<std::int64_t>(options.steps, 1));
  const double rise =
      std::min(1.0, static_cast<double>(number) / static_cast<double>(std::min(warm_up, options.steps)));
  return options.rate * rise * (0.5 + 0.5 * std::cos(3.14159265358979323846 * std::min(part, 1.0)));
}

// A side that the network halves without a rest most of the time.
int whole(double side) { return std::max(32, static_cast<int>(std::lround(side / 16)) * 16); }

std::pair<int, int> size_of(const TrainerOptions& options, std::int64_t number) {
  Random random(options.seed ^ 0x5125, static_cast<std::uint64_t>(number));
  const double kind = random.unit();
  if (kind < 0.5) return {options.width, options.height};
  if (kind < 0.75) return {options.height, options.width};
  const int side = whole(std::sqrt(static_cast<double>(options.width) * options.height));
  return {side, side};
}

std::string fact_of(const TrainerOptions& options) {
  return relievo::sentence("steps ", options.steps, ", batch ", options.batch, ", size ", options.width, "x",
                           options.height, ", rate ", options.rate, ", decay ", options.decay, ", average ",
                           options.average, ", align ", relievo::name_of(options.loss.align), ", gradient ",
                           options.loss.gradient, ", order ", options.loss.order, ", seed ", options.seed);
}

bool wants_bf16(at::Device device, relievo::Precision wish) {
  relievo::require(wish != relievo::Precision::f16, "precision is f16; allowed in training are auto, f32 and bf16.");
  return relievo::precision_on(device, wish) != at::kFloat;
}

}  // namespace

Trainer::Trainer(const TrainerOptions& options, const DepthMix& mix, at::Device device)
    : options_(options),
      mix_(mix),
      device_(device),
      bf16_(wants_bf16(device, options.precision)),
      weights_(options.seed, device),
      network_(relievo::WeightScope(weights_)),
      optimizer_(weights_, options.decay) {}

void Trainer::start_from(const std::filesystem::path& network) {
  const at::NoGradGuard no_gradients;
  relievo::FileWeights weights(relievo::WeightFile::open(network), network, at::kFloat, device_);
  for (const LearningWeights::Named& one : weights_.all()) {
    const at::Tensor value = weights.take(one.name, one.value.sizes());
    one.value.copy_(value);
    one.average.copy_(value);
  }
  weights.finish();
}

Trainer::Batch Trainer::batch(std::int64_t number) const {
  const auto [width, height] = size_of(options_, number);
  const std::int64_t count = options_.batch, plane = static_cast<std::int64_t>(width) * height;
  const at::Tensor photos = at::empty({count, 3, height, width}, at::kFloat);
  const at::Tensor disparity = at::empty({count, height, width}, at::kFloat);
  const at::Tensor measured = at::empty({count}, at::kFloat);
  auto* pixels = photos.mutable_data_ptr<float>();
  auto* depths = disparity.mutable_data_ptr<float>();
  auto* is_measured = measured.mutable_data_ptr<float>();
  relievo::share_out(count, [&, w = width, h = height](std::int64_t i) {
    const DepthSample sample = mix_.draw(options_.seed, static_cast<std::uint64_t>(number * count + i), w, h);
    std::copy(sample.photo.begin(), sample.photo.end(), pixels + 3 * plane * i);
    std::copy(sample.disparity.begin(), sample.disparity.end(), depths + plane * i);
    is_measured[i] = sample.ordered ? 0.0f : 1.0f;
  });
  const relievo::NetworkInput& input = relievo::depth_architecture(relievo::relievo_tiny).input;
  const auto channels = [](const std::array<float, 3>& values) {
    return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({1, 3, 1, 1});
  };
  Batch made;
  made.photos = photos.sub(channels(input.mean)).div_(channels(input.deviation)).to(device_);
  made.targets.disparity = disparity.to(device_);
  made.targets.known = at::isnan(made.targets.disparity).logical_not();
  made.targets.measured = measured.to(device_);
  return made;
}

Trainer::Step Trainer::step(const std::filesystem::path& failed) {
  const std::int64_t number = done_ + 1;
  const Batch batch = this->batch(number);
  at::Tensor predicted;
  {
    const Bf16 faster(device_.type(), bf16_);
    predicted = network_(batch.photos);
  }
  const DepthLoss loss = depth_loss(predicted.to(at::kFloat), batch.targets, options_.loss,
                                    options_.seed + static_cast<std::uint64_t>(number));
  const Step step{number,
                  loss.total.item<double>(),
                  loss.value.item<double>(),
                  loss.gradient.item<double>(),
                  loss.order.item<double>(),
                  rate_at(options_, number)};
  double length = 0;
  if (std::isfinite(step.total)) {
    loss.total.backward();
    length = optimizer_.step(step.rate, longest_gradient);
  }
  if (!std::isfinite(step.total) || !std::isfinite(length)) {
    write_checkpoint(failed, {{"photos", batch.photos}, {"disparity", batch.targets.disparity}},
                     {{"step", std::to_string(number)}});
    relievo::fail(relievo::ErrorCode::internal, "The loss of step ", number, " is ", step.total, " and its gradient ",
                  length, " long, which nothing can be learnt from; its batch is in '", failed.string(), "'.");
  }
  // Early averages are of few steps.
  weights_.average(std::min(options_.average, static_cast<double>(number) / static_cast<double>(number + 10)));
  done_ = number;
  return step;
}

NamedTensors Trainer::state() const {
  NamedTensors all;
  for (const LearningWeights::Named& one : weights_.all()) {
    all.emplace_back(one.name, one.value);
    all.emplace_back("average/" + one.name, one.average);
  }
  for (auto& one : optimizer_.state()) all.push_back(std::move(one));
  return all;
}

void Trainer::save(const std::filesystem::path& path, std::map<std::string, std::string> facts) const {
  facts["step"] = std::to_string(done_);
  facts["options"] = fact_of(options_);
  write_checkpoint(path, state(), facts);
}

std::map<std::string, std::string> Trainer::load(const std::filesystem::path& path) {
  std::map<std::string, std::string> facts = read_checkpoint(path, state());
  if (facts["options"] != fact_of(options_)) {
    relievo::fail(relievo::ErrorCode::invalid_argument, "'", path.string(), "' was trained with ", facts["options"],
                  "; these options are ", fact_of(options_), ".");
  }
  const std::string& number = facts["step"];
  const bool is_number =
      !number.empty() && number.size() < 15 &&
      std::all_of(number.begin(), number.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
  if (!is_number) {
    relievo::fail(relievo::ErrorCode::corrupt_data, "'", path.string(), "' says \"", number, "\" for its step.");
  }
  done_ = std::stoll(number);
  return facts;
}

}  // namespace tool
