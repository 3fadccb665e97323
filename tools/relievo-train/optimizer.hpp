// How weights follow their gradients.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "learning_weights.hpp"

namespace tool {

/// AdamW (Loshchilov and Hutter, ICLR 2019), moments 0.9 and 0.99, decay of tensors of two and more dimensions only.
class Optimizer {
 public:
  Optimizer(LearningWeights& weights, double decay);

  /// Shortens the gradients to `longest` altogether, steps, and forgets them. Returns how long they were.
  double step(double rate, double longest);

  /// A weight's moments and steps, by its name in a checkpoint.
  std::vector<std::pair<std::string, at::Tensor>> state() const;

 private:
  struct Group {
    std::vector<at::Tensor> weights, first, second, steps;
    double decay = 0;
  };
  std::vector<Group> groups_;
  std::vector<std::pair<std::string, at::Tensor>> state_;
};

}  // namespace tool
