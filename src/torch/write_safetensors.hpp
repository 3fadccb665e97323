// https://github.com/huggingface/safetensors#format
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

#include "core/check.hpp"

namespace relievo {
inline namespace v1 {

/// A tensor of a file that is to be written.
struct TensorPlace {
  std::string name;
  std::vector<std::int64_t> shape;
  at::ScalarType type = at::kFloat;
};

/// Tensors in their order; each is asked for once, when its turn comes, so that no two need to be held, and brought to
/// the type of its place: f32, f16, bf16 or i64. Throws Error{io}.
inline void write_safetensors(const std::filesystem::path& path, const std::vector<TensorPlace>& places,
                              const std::function<at::Tensor(std::size_t)>& tensor,
                              const std::map<std::string, std::string>& metadata = {}) {
  const auto name_of = [](at::ScalarType type) {
    switch (type) {
      case at::kFloat:
        return "F32";
      case at::kHalf:
        return "F16";
      case at::kBFloat16:
        return "BF16";
      case at::kLong:
        return "I64";
      default:
        fail(ErrorCode::internal, "No tensor of type ", at::toString(type), " is written.");
    }
  };
  nlohmann::json header;
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::int64_t offset = 0;
  for (const TensorPlace& place : places) {
    const std::int64_t end =
        offset + static_cast<std::int64_t>(at::elementSize(place.type)) * c10::multiply_integers(place.shape);
    header[place.name] = {{"dtype", name_of(place.type)}, {"shape", place.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = text.size();
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(&length), sizeof length);
  out << text;
  for (std::size_t i = 0; i < places.size() && out; ++i) {
    const at::Tensor values = tensor(i).detach().to(at::kCPU, places[i].type).contiguous();
    out.write(static_cast<const char*>(values.const_data_ptr()), static_cast<std::streamsize>(values.nbytes()));
  }
  if (!out.flush()) fail(ErrorCode::io, "Cannot write '", path.string(), "': ", std::strerror(errno), ".");
}

}  // namespace v1
}  // namespace relievo
