// Trains a depth network.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <relievo/depth_estimator.hpp>

#include "checkpoint.hpp"
#include "depth_loss.hpp"
#include "depth_mix.hpp"
#include "learning_weights.hpp"
#include "optimizer.hpp"
#include "torch/relievo_tiny.hpp"

namespace tool {

struct TrainerOptions {
  std::int64_t steps = 20'000;
  int batch = 16;                 ///< pictures a step
  int width = 192, height = 144;  ///< Every other step; the others are upright or square, of as many pixels.
  double rate = 5e-4;             ///< of learning, at its highest
  double decay = 0.02;            ///< of weights (AdamW)
  double average = 0.999;         ///< part of the averaged weights that a step leaves
  DepthLossOptions loss;
  std::uint64_t seed = 1;
  relievo::Precision precision = relievo::Precision::automatic;  ///< f32 or bf16
};

/// A network that learns, step after step. The same options and sources give the same losses on the same machine, also
/// where it went on from a checkpoint.
class Trainer {
 public:
  /// Weights as before training, on `device`.
  Trainer(const TrainerOptions& options, const DepthMix& mix, at::Device device);

  struct Step {
    std::int64_t number = 0;  ///< The first is 1.
    double total = 0, value = 0, gradient = 0, order = 0;
    double rate = 0;
  };
  /// Learns from the next batch. Throws relievo::Error where a loss is not finite, after the batch was written to
  /// `failed`, a safetensors file.
  Step step(const std::filesystem::path& failed);

  /// Takes the weights of a trained network, before the first step. Throws relievo::Error that names the file where it
  /// holds no such network.
  void start_from(const std::filesystem::path& network);

  std::int64_t steps_done() const { return done_; }
  const LearningWeights& weights() const { return weights_; }

  /// Everything that the next steps depend on. `facts` are the caller's own. Throws relievo::Error{io}.
  void save(const std::filesystem::path& path, std::map<std::string, std::string> facts = {}) const;
  /// Returns the caller's facts. Throws relievo::Error that names the file, also where it was trained with other
  /// options.
  std::map<std::string, std::string> load(const std::filesystem::path& path);

 private:
  struct Batch {
    at::Tensor photos;
    DepthTargets targets;
  };
  Batch batch(std::int64_t number) const;
  NamedTensors state() const;

  TrainerOptions options_;
  const DepthMix& mix_;
  at::Device device_;
  bool bf16_;
  LearningWeights weights_;
  relievo::RelievoTiny network_;
  Optimizer optimizer_;
  std::int64_t done_ = 0;
};

}  // namespace tool
