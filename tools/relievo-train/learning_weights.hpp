// The weights of a network that learns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "torch/weight_source.hpp"

namespace tool {

/// Makes what a network asks for. The numbers are the same on every machine.
class LearningWeights final : public relievo::WeightSource {
 public:
  LearningWeights(std::uint64_t seed, at::Device device) : seed_(seed), device_(device) {}

  /// A weight as it is before training: convolutions normal with deviation sqrt(2 / inputs) (He et al., ICCV 2015),
  /// products of tokens with sqrt(1 / (3 inputs)), normalisation the identity.
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override;
  void ignore(const std::string&) override {}

  struct Named {
    std::string name;
    at::Tensor value;
    /// Exponential mean over steps (Polyak and Juditsky, 1992); what a trained network is made of.
    at::Tensor average;
    bool statistic = false;  ///< counted, not learnt
  };
  std::vector<Named>& all() { return all_; }
  const std::vector<Named>& all() const { return all_; }

  /// Moves the averages towards the values by 1 - `decay`.
  void average(double decay);

 private:
  std::uint64_t seed_;
  at::Device device_;
  std::vector<Named> all_;
};

/// The averages of a network that learns, for one that does not.
class AveragedWeights final : public relievo::WeightSource {
 public:
  explicit AveragedWeights(const LearningWeights& weights) : weights_(weights) {}
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override;
  void ignore(const std::string&) override {}

 private:
  const LearningWeights& weights_;
};

}  // namespace tool
