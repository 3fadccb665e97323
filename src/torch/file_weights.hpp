// Weights of a network out of a file.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "torch/weight_source.hpp"
#include "torch/weights/weight_file.hpp"

namespace relievo {
inline namespace v1 {

/// A file's tensors under the names of the original repositories, whichever of the two naming schemes the file has.
class FileWeights final : public WeightSource {
 public:
  /// Tensors are given out as `type` on `device`; what already is so in the file is not copied.
  FileWeights(std::shared_ptr<const WeightFile> file, const std::filesystem::path& path, at::ScalarType type,
              at::Device device);

  bool has(const std::string& name) const { return tensors_.count(name) > 0; }
  /// Size of a tensor along a dimension; 0 where there is none of that name or dimension.
  std::int64_t size(const std::string& name, std::size_t dimension) const;

  /// Tensors are given out in this type from now on.
  void give_as(at::ScalarType type) { type_ = type; }
  at::Tensor take(const std::string& name, at::IntArrayRef shape) override;
  void ignore(const std::string& prefix) override { ignored_.push_back(prefix); }
  /// Throws Error{corrupt_data} that names a tensor which the network has no place for. An ONNX graph's own constants
  /// need none.
  void finish() const;
  /// For the end of a sentence on what is not there: why an ONNX file may lack it; empty for other files.
  std::string folded() const;
  /// Elements taken so far.
  std::int64_t taken_elements() const noexcept { return taken_elements_; }

 private:
  bool is_onnx() const { return file_->format() == "onnx"; }
  at::Tensor read(const Weight& weight) const;

  std::shared_ptr<const WeightFile> file_;
  std::string path_;
  at::ScalarType type_;
  at::Device device_;
  /// Parts along the first dimension, in order.
  std::map<std::string, std::vector<const Weight*>> tensors_;
  std::set<std::string> taken_;
  std::vector<std::string> ignored_;
  std::int64_t taken_elements_ = 0;
};

}  // namespace v1
}  // namespace relievo
