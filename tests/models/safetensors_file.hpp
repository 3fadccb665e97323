// Files of weights for tests, in the published layout of safetensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace relievo::testing {

/// f32 tensors, in their order.
inline void write_safetensors(const std::filesystem::path& path,
                              const std::vector<std::pair<std::string, at::Tensor>>& tensors) {
  nlohmann::json header;
  std::int64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::int64_t end = offset + 4 * tensor.numel();
    header[name] = {{"dtype", "F32"}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << text;
  for (const auto& [name, tensor] : tensors) {
    const at::Tensor values = tensor.contiguous();
    out.write(static_cast<const char*>(values.const_data_ptr()), 4 * values.numel());
  }
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace relievo::testing
