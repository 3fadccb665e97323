#include "checkpoint.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include "core/check.hpp"
#include "torch/weights/weight_file.hpp"
#include "torch/write_safetensors.hpp"

namespace tool {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int error) {
  relievo::fail(relievo::ErrorCode::io, "Cannot write '", path.string(), "': ", std::strerror(error), ".");
}

void bring_to_disk(const fs::path& path, int flags) {
  const int file = ::open(path.c_str(), flags | O_CLOEXEC);
  if (file < 0) refuse(path, errno);
  const int result = ::fsync(file), error = errno;
  ::close(file);
  if (result != 0) refuse(path, error);
}

void write_whole(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  fs::path part = path;
  part += ".part";
  try {
    write(part);
    bring_to_disk(part, O_RDONLY);
    std::error_code error;
    fs::rename(part, path, error);
    if (error) refuse(path, error.value());
    bring_to_disk(path.has_parent_path() ? path.parent_path() : ".", O_RDONLY | O_DIRECTORY);
  } catch (...) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw;
  }
}

}  // namespace

void write_checkpoint(const fs::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& facts) {
  std::vector<relievo::TensorPlace> places;
  for (const auto& [name, tensor] : tensors) places.push_back({name, tensor.sizes().vec()});
  write_whole(path, [&](const fs::path& part) {
    relievo::write_safetensors(
        part, places, [&](std::size_t i) { return tensors[i].second; }, facts);
  });
}

std::map<std::string, std::string> read_checkpoint(const fs::path& path, const NamedTensors& tensors) {
  const at::NoGradGuard no_gradients;
  const auto file = relievo::WeightFile::open(path);
  std::map<std::string, const relievo::Weight*> found;
  for (const relievo::Weight& weight : file->weights()) found[weight.name] = &weight;
  for (const auto& [name, tensor] : tensors) {
    const auto at = found.find(name);
    if (at == found.end() || at->second->type != relievo::WeightType::f32 ||
        at->second->shape != tensor.sizes().vec()) {
      relievo::fail(relievo::ErrorCode::corrupt_data, "'", path.string(), "' is no checkpoint of this network: ", name,
                    at == found.end() ? " is missing." : " has another type or shape.");
    }
    const at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    relievo::copy_row_major(*at->second, static_cast<std::byte*>(values.mutable_data_ptr()));
    tensor.copy_(values);
  }
  return file->metadata();
}

void write_network(const fs::path& path, const LearningWeights& weights,
                   const std::map<std::string, std::string>& facts) {
  std::vector<relievo::TensorPlace> places;
  for (const auto& one : weights.all()) {
    places.push_back({one.name, one.average.sizes().vec(), one.average.dim() > 1 ? at::kHalf : at::kFloat});
  }
  write_whole(path, [&](const fs::path& part) {
    relievo::write_safetensors(
        part, places, [&](std::size_t i) { return weights.all()[i].average; }, facts);
  });
}

}  // namespace tool
