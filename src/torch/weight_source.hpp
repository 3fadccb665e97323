// Where a network takes its weights from.
#pragma once

#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace relievo {
inline namespace v1 {

/// Hands out tensors by the names of the network's original repository, in the type and on the device that the network
/// is to run with.
class WeightSource {
 public:
  virtual ~WeightSource() = default;
  /// The tensor called `name`. Throws Error that names it where it is missing or of another shape.
  virtual at::Tensor take(const std::string& name, at::IntArrayRef shape) = 0;
  /// Weights whose names begin with `prefix` may be there and are of no use.
  virtual void ignore(const std::string& prefix) = 0;
};

/// A source as one part of a network sees it: every name has the part's own in front.
class WeightScope {
 public:
  explicit WeightScope(WeightSource& source, std::string prefix = {}) : source_(&source), prefix_(std::move(prefix)) {}

  WeightScope operator/(std::string_view part) const {
    std::string prefix = prefix_;
    prefix += part;
    prefix += '.';
    return WeightScope(*source_, std::move(prefix));
  }
  WeightScope operator/(int part) const { return *this / std::to_string(part); }
  at::Tensor operator()(std::string_view name, at::IntArrayRef shape) const {
    return source_->take(prefix_ + std::string(name), shape);
  }
  void ignore(std::string_view prefix) const { source_->ignore(prefix_ + std::string(prefix)); }

 private:
  WeightSource* source_;
  std::string prefix_;
};

}  // namespace v1
}  // namespace relievo
