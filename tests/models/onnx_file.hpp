// Tensors at hand as torch exports them to ONNX.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "common/protobuf.hpp"

namespace relievo::testing {

/// f32 tensors of a vision transformer, in their order. Matrices are transposed and lose their names, as in
/// tests/unit/weights/files. So do, `traced`, the positions, in two parts that a resize parted; else the class token.
inline void write_onnx(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, at::Tensor>>& tensors, bool traced) {
  using relievo_tests::field;
  std::string graph;
  const auto initializer = [&](const std::string& name, const at::Tensor& values) {
    const at::Tensor plain = values.contiguous();
    std::string fields = field(8, name) + field(2, std::uint64_t{1});
    for (const std::int64_t size : plain.sizes()) fields += field(1, static_cast<std::uint64_t>(size));
    fields += field(9, std::string(static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()));
    graph += field(5, fields);
  };
  const auto node = [&](const std::string& operation, const std::vector<std::string>& inputs,
                        const std::string& output) {
    std::string fields;
    for (const std::string& input : inputs) fields += field(1, input);
    graph += field(1, fields + field(2, output) + field(4, operation));
  };
  for (const auto& [name, tensor] : tensors) {
    const std::string made_up = "val_" + std::to_string(graph.size());
    if (name.ends_with(".weight") && tensor.dim() == 2) {
      initializer(made_up, tensor.t());
      node("MatMul", {"tokens", made_up}, made_up + "_product");
      node("Add", {name.substr(0, name.size() - 6) + "bias", made_up + "_product"}, made_up + "_sum");
    } else if (traced && tensor.dim() == 3 && tensor.size(1) > 1) {
      const std::int64_t side = 37;
      initializer(made_up, tensor.narrow(1, 0, 1));
      initializer(made_up + "_grid", tensor.narrow(1, 1, side * side).view({1, side, side, -1}).permute({0, 3, 1, 2}));
      node("Resize", {made_up + "_grid"}, made_up + "_resized");
      node("Concat", {made_up, made_up + "_resized"}, made_up + "_positions");
    } else if (!traced && name.ends_with("cls_token")) {
      initializer(made_up, tensor);
      node("Concat", {made_up, "patches"}, made_up + "_tokens");
    } else {
      initializer(name, tensor);
    }
  }
  initializer("onnx::Resize_7", at::ones({4}));
  std::ofstream(path, std::ios::binary) << field(1, std::uint64_t{8}) << field(7, graph);
}

}  // namespace relievo::testing
