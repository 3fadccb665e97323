#include "torch/onednn.hpp"

#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <c10/core/InferenceMode.h>

namespace relievo {
inline namespace v1 {
namespace onednn {
namespace {

using Operator = std::optional<c10::OperatorHandle>;

Operator find(const char* name, const char* overload = "") {
  return c10::Dispatcher::singleton().findSchema({name, overload});
}

const Operator& linear_operator() {
  static const Operator found = find("mkldnn::_linear_pointwise");
  return found;
}

const Operator& conv_operator() {
  static const Operator found = find("mkldnn::_convolution_pointwise");
  return found;
}

at::Tensor call(const Operator& op, std::vector<c10::IValue> stack) {
  op->callBoxed(&stack);
  return stack.front().toTensor();
}

// Without AVX-512 or the like oneDNN's layers refuse bf16, LibTorch's own are slow.
bool takes_bf16() {
  static const bool takes = [] {
    const Operator op = find("mkldnn::_is_mkldnn_bf16_supported");
    std::vector<c10::IValue> stack;
    if (op) op->callBoxed(&stack);
    return op && stack.front().toBool();
  }();
  return takes;
}

c10::IValue optional(const at::Tensor& tensor) { return tensor.defined() ? c10::IValue(tensor) : c10::IValue(); }

std::vector<std::int64_t> pair(int value) { return {value, value}; }

const char* name_of(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::relu6:
      return "hardtanh";
    case Activation::gelu:
      return "gelu";
    case Activation::hard_swish:
      return "hardswish";
  }
  return "none";
}

c10::List<std::optional<at::Scalar>> scalars_of(Activation activation) {
  c10::List<std::optional<at::Scalar>> scalars;
  if (activation == Activation::relu6) {
    scalars.push_back(at::Scalar(0));
    scalars.push_back(at::Scalar(6));
  }
  return scalars;
}

c10::IValue algorithm_of(Activation activation) {
  return activation == Activation::gelu ? c10::IValue("none") : c10::IValue("");
}

}  // namespace

bool usable(const at::Tensor& tensor) {
  const bool type = tensor.scalar_type() == at::kFloat || (tensor.scalar_type() == at::kBFloat16 && takes_bf16());
  return linear_operator() && conv_operator() && type && tensor.is_cpu() && c10::InferenceMode::is_enabled();
}

at::Tensor linear_weight(const at::Tensor& weight) {
  static const Operator reorder = find("mkldnn::_reorder_linear_weight");
  if (!reorder || !usable(weight)) return weight;
  return call(reorder, {weight.contiguous(), c10::IValue()});
}

at::Tensor conv_weight(const at::Tensor& weight, int stride, int padding, int groups) {
  static const Operator reorder = find("mkldnn::_reorder_convolution_weight");
  if (!reorder || !usable(weight)) return weight;
  return call(reorder, {weight, pair(padding), pair(stride), pair(1), groups, c10::IValue()});
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, Activation activation) {
  return call(linear_operator(),
              {x, weight, optional(bias), name_of(activation), scalars_of(activation), algorithm_of(activation)});
}

at::Tensor linear_plus(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& other) {
  static const Operator op = find("mkldnn::_linear_pointwise", "binary");
  return call(op, {x, other, weight, optional(bias), "add"});
}

at::Tensor conv(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, int stride, int padding,
                int groups, Activation activation) {
  return call(conv_operator(), {x, weight, optional(bias), pair(padding), pair(stride), pair(1), groups,
                                name_of(activation), scalars_of(activation), algorithm_of(activation)});
}

}  // namespace onednn
}  // namespace v1
}  // namespace relievo
