// Weights by a formula of name and index, the same as in tests/models/formula.py: they stand in for real ones where
// only what a network computes, or how fast, is in question, never how well.
#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>

#include "torch/weight_source.hpp"

namespace relievo {
inline namespace v1 {

/// The same in [-1, 1) for the same name and index, exact in float.
inline float formula_uniform(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + index + 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  return static_cast<float>(static_cast<double>(z >> 40) * 0x1p-23 - 1);
}

inline std::uint64_t formula_seed(std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char byte : name) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3u;
  return hash;
}

inline at::Tensor formula_tensor(std::string_view name, at::IntArrayRef shape) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  float scale = 0.125f, shift = 0;
  if (has("pos_embed") || has("cls_token") || has("mask_token")) {
    scale = 0.5f;
  } else if (shape.size() > 1) {
    double fan_in = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= static_cast<double>(shape[i]);
    // What puts out the one channel is weak and its bias strong, so that a rectifier lets most of it through.
    scale = static_cast<float>((shape[0] == 1 ? 0.25 : 1) * std::sqrt(3 / fan_in));
  } else if (shape == at::IntArrayRef{1}) {
    shift = 1;
  } else if (name.ends_with(".gamma")) {
    scale = 0.25f;
    shift = 0.5f;
  } else if (name.ends_with(".weight") || name.ends_with(".running_var")) {
    shift = 1;
  }
  at::Tensor tensor = at::empty(shape, at::kFloat);
  auto* values = tensor.mutable_data_ptr<float>();
  const std::uint64_t seed = formula_seed(name);
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    const float u = formula_uniform(seed, static_cast<std::uint64_t>(i));
    values[i] = shift != 0 ? shift + scale * u : scale * u;
  }
  return tensor;
}

/// Answers every name, and remembers what was asked for.
class FormulaWeights : public WeightSource {
 public:
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override {
    taken[name] = shape.vec();
    return formula_tensor(name, shape);
  }
  void ignore(const std::string& prefix) override { ignored.push_back(prefix); }

  std::map<std::string, std::vector<std::int64_t>> taken;
  std::vector<std::string> ignored;
};

/// What a network gets instead of a photo: 1 x 3 x height x width, noise on a ramp.
inline at::Tensor formula_input(std::int64_t height, std::int64_t width) {
  at::Tensor input = at::empty({1, 3, height, width}, at::kFloat);
  auto* values = input.mutable_data_ptr<float>();
  const std::uint64_t seed = formula_seed("input");
  std::uint64_t i = 0;
  for (int channel = 0; channel < 3; ++channel) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x, ++i) {
        const double ramp = 1.5 * (static_cast<double>(x) / static_cast<double>(width - 1)) -
                            0.75 * (static_cast<double>(y) / static_cast<double>(height - 1));
        values[i] = 0.75f * formula_uniform(seed, i) + static_cast<float>(ramp);
      }
    }
  }
  return input;
}

}  // namespace v1
}  // namespace relievo
