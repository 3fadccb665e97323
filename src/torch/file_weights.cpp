#include "torch/file_weights.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/isfinite.h>

#include "core/check.hpp"
#include "torch/weight_names.hpp"

namespace relievo {
inline namespace v1 {
namespace {

at::ScalarType torch_type_of(WeightType type) {
  switch (type) {
    case WeightType::f64:
      return at::kDouble;
    case WeightType::f32:
      return at::kFloat;
    case WeightType::f16:
      return at::kHalf;
    case WeightType::bf16:
      return at::kBFloat16;
    default:
      return at::ScalarType::Undefined;
  }
}

std::string text_of(at::IntArrayRef shape) {
  std::string text;
  for (const std::int64_t size : shape) text += (text.empty() ? "" : " x ") + std::to_string(size);
  return text.empty() ? "a single number" : text;
}

}  // namespace

FileWeights::FileWeights(std::shared_ptr<const WeightFile> file, const std::filesystem::path& path, at::ScalarType type,
                         at::Device device)
    : file_(std::move(file)), path_(path.string()), type_(type), device_(device) {
  const WeightNames names(file_->weights());
  for (const Weight& weight : file_->weights()) {
    const auto [name, part, parts] = names.original(weight.name);
    std::vector<const Weight*>& place = tensors_[name];
    place.resize(std::max<std::size_t>(place.size(), parts));
    if (place[part] != nullptr) {
      fail(ErrorCode::corrupt_data, path_, " holds the tensor ", name, " twice.");
    }
    place[part] = &weight;
  }
}

std::int64_t FileWeights::size(const std::string& name, std::size_t dimension) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end() || found->second.size() != 1) return 0;
  const Weight& weight = *found->second.front();
  return dimension < weight.shape.size() ? weight.shape[dimension] : 0;
}

at::Tensor FileWeights::read(const Weight& weight) const {
  const at::ScalarType type = torch_type_of(weight.type);
  if (type == at::ScalarType::Undefined) {
    fail(ErrorCode::unsupported, path_, ": the tensor ", weight.name, " has type ", to_string(weight.type),
         "; allowed are f64, f32, f16 and bf16.");
  }
  at::Tensor tensor;
  if (reinterpret_cast<std::uintptr_t>(weight.data) % size_of(weight.type) == 0) {
    // The mapping is only ever read, and lives as long as a tensor that looks at it.
    tensor = at::from_blob(
        const_cast<std::byte*>(weight.data), weight.shape, weight.strides, [file = file_](void*) {},
        at::TensorOptions().dtype(type));
  } else {
    tensor = at::empty(weight.shape, at::TensorOptions().dtype(type));
    copy_row_major(weight, static_cast<std::byte*>(tensor.mutable_data_ptr()));
  }
  // A sum is finite where every term is, but for sums of huge ones.
  if (tensor.numel() > 0 && !std::isfinite(tensor.sum(at::kFloat).item<float>()) &&
      !at::isfinite(tensor).all().item<bool>()) {
    fail(ErrorCode::corrupt_data, path_, ": the tensor ", weight.name, " holds values that are not finite.");
  }
  return tensor;
}

at::Tensor FileWeights::take(const std::string& name, at::IntArrayRef shape) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) fail(ErrorCode::corrupt_data, path_, " lacks the tensor ", name, folded(), ".");
  std::vector<at::Tensor> parts;
  for (const Weight* weight : found->second) {
    if (weight == nullptr) fail(ErrorCode::corrupt_data, path_, " lacks a part of the tensor ", name, ".");
    parts.push_back(read(*weight));
    const bool stackable = parts.back().dim() > 0 && parts.back().sizes().slice(1) == parts.front().sizes().slice(1);
    if (found->second.size() > 1 && !stackable) {
      fail(ErrorCode::corrupt_data, path_, ": the tensor ", weight->name, " is ", text_of(parts.back().sizes()),
           ", which does not fit the other parts of ", name, ".");
    }
  }
  const at::Tensor whole = parts.size() == 1 ? parts.front() : at::cat(parts);
  if (whole.sizes() != shape) {
    fail(ErrorCode::corrupt_data, path_, ": the tensor ", name, " is ", text_of(whole.sizes()), "; the network needs ",
         text_of(shape), ".");
  }
  taken_.insert(name);
  taken_elements_ += whole.numel();
  // As other files hold it, so that operations round alike.
  return whole.contiguous().to(device_, type_);
}

std::string FileWeights::folded() const {
  if (!is_onnx()) return "";
  const auto convolution = std::find_if(tensors_.begin(), tensors_.end(), [](const auto& tensor) {
    return is_made_up(tensor.first) && tensor.second.front()->shape.size() == 4;
  });
  return "; where ONNX has norms folded into convolutions" +
         (convolution != tensors_.end() ? " (here " + convolution->first + ")" : "") +
         ", only the weights from before the export help";
}

void FileWeights::finish() const {
  for (const auto& [name, parts] : tensors_) {
    if (taken_.count(name) > 0 || (is_onnx() && is_made_up(name))) continue;
    const bool known = std::any_of(ignored_.begin(), ignored_.end(),
                                   [&, &extra = name](const std::string& prefix) { return extra.starts_with(prefix); });
    if (!known) {
      fail(ErrorCode::corrupt_data, path_, " holds the tensor ", name, ", which the network has no place for.");
    }
  }
}

}  // namespace v1
}  // namespace relievo
