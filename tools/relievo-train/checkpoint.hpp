// What training goes on from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "learning_weights.hpp"

namespace tool {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A safetensors file with tensors as they are, f32, and `facts`. It appears whole or not at all, also when the
/// process is killed or the disk is full meanwhile: what stood under the name stays until the new one is on the disk.
/// Throws relievo::Error{io}.
void write_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& facts);

/// Fills the tensors and returns the facts. Throws relievo::Error{corrupt_data} that names the file for one that lacks
/// a tensor or has another shape of it.
std::map<std::string, std::string> read_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors);

/// A trained network: averages, f16, those of normalisation f32. Appears whole or not at all.
void write_network(const std::filesystem::path& path, const LearningWeights& weights,
                   const std::map<std::string, std::string>& facts);

}  // namespace tool
