// Tensors at hand as a file.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "torch/write_safetensors.hpp"

namespace relievo::testing {

/// f32 tensors, in their order.
inline void write_safetensors(const std::filesystem::path& path,
                              const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  std::vector<TensorPlace> places;
  for (const auto& [name, tensor] : tensors) places.push_back({name, tensor.sizes().vec()});
  relievo::write_safetensors(path, places, [&](std::size_t i) { return tensors[i].second; });
}

}  // namespace relievo::testing
