#include "learning_weights.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "core/check.hpp"
#include "random.hpp"

namespace tool {
namespace {

std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325u;  // FNV-1a
  for (const char byte : text) value = (value ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return value;
}

at::Tensor normal(at::IntArrayRef shape, double deviation, Random random) {
  at::Tensor out = at::empty(shape, at::kFloat);
  auto* values = out.mutable_data_ptr<float>();
  std::generate(values, values + out.numel(), [&] { return static_cast<float>(deviation * random.normal()); });
  return out;
}

}  // namespace

at::Tensor LearningWeights::take(const std::string& name, at::IntArrayRef shape) {
  at::Tensor value;
  const bool statistic = name.ends_with("running_mean") || name.ends_with("running_var");
  if (shape.size() > 1) {
    double inputs = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) inputs *= static_cast<double>(shape[i]);
    // What puts out the depth begins near a constant.
    const double deviation = shape[0] == 1       ? 0.1 * std::sqrt(1 / inputs)
                             : shape.size() == 4 ? std::sqrt(2 / inputs)
                                                 : std::sqrt(1 / (3 * inputs));
    value = normal(shape, deviation, Random(seed_, hash(name)));
  } else {
    const bool one = name.ends_with("running_var") || name.ends_with("weight");
    value = at::full(shape, one ? 1.0 : 0.0, at::kFloat);
  }
  value = value.to(device_);
  at::Tensor average = value.clone();
  value.set_requires_grad(!statistic);
  all_.push_back({name, value, average, statistic});
  return value;
}

void LearningWeights::average(double decay) {
  const at::NoGradGuard no_gradients;
  for (Named& one : all_) one.average.lerp_(one.value, 1 - decay);
}

at::Tensor AveragedWeights::take(const std::string& name, at::IntArrayRef) {
  const auto& all = weights_.all();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == name; });
  if (found == all.end()) relievo::fail(relievo::ErrorCode::internal, "No weight ", name, " was learnt.");
  return found->average;
}

}  // namespace tool
