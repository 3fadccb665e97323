// https://github.com/huggingface/safetensors#format
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

using NamedShapes = std::vector<std::pair<std::string, std::vector<std::int64_t>>>;

/// f32 tensors of these names and shapes, in their order; each is asked for once, when its turn comes, so that no two
/// need to be held. Throws Error{io}.
inline void write_safetensors(const std::filesystem::path& path, const NamedShapes& shapes,
                              const std::function<at::Tensor(std::size_t)>& tensor) {
  nlohmann::json header;
  std::int64_t offset = 0;
  for (const auto& [name, shape] : shapes) {
    const std::int64_t end = offset + 4 * c10::multiply_integers(shape);
    header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << text;
  for (std::size_t i = 0; i < shapes.size() && out; ++i) {
    const at::Tensor values = tensor(i).contiguous();
    out.write(static_cast<const char*>(values.const_data_ptr()), 4 * values.numel());
  }
  if (!out.flush()) fail(ErrorCode::io, "Cannot write '", path.string(), "': ", std::strerror(errno), ".");
}

}  // namespace v1
}  // namespace relievo
