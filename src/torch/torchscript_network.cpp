#include "torch/torchscript_network.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <sstream>

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/serialization/import.h>

#include "torch/errors.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// Without the trace of calls, which has the error itself last.
std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \n.");
  if (end == text.npos) return "it does not say why";
  const std::size_t before = text.rfind('\n', end);
  const std::size_t start = before == text.npos ? 0 : before + 1;
  return text.substr(start, end + 1 - start);
}

// Without advice and where in LibTorch it was.
std::string first_sentence(const std::string& text) {
  return last_line(text.substr(0, std::min(text.find('\n'), text.find(". "))));
}

at::Tensor depth_in(const std::string& file, const c10::IValue& output, const at::Tensor& input) {
  std::ostringstream wanted, shape;
  const std::vector<std::int64_t> sizes{input.size(0), input.size(2), input.size(3)};
  wanted << "; allowed is one of floating point, " << at::IntArrayRef(sizes) << " or with one channel.";
  if (!output.isTensor())
    fail(ErrorCode::unsupported, file, " puts out ", output.tagKind(), ", not a tensor", wanted.str());
  at::Tensor depth = output.toTensor();
  shape << depth.sizes();
  const bool has_channel = depth.dim() == 4 && depth.size(1) == 1;
  const at::Tensor map = has_channel ? depth.squeeze(1) : depth;
  if (map.sizes() != at::IntArrayRef(sizes) || !map.is_floating_point()) {
    fail(ErrorCode::unsupported, file, " puts out a tensor of ", c10::toString(depth.scalar_type()), ", ", shape.str(),
         wanted.str());
  }
  return map;
}

}  // namespace

TorchscriptNetwork open_torchscript(const std::string& file, at::Device device) {
  TorchscriptNetwork network;
  std::shared_ptr<torch::jit::Module> module;
  const auto refuse = [&](const std::string& why) {
    fail(ErrorCode::corrupt_data, file, " is no TorchScript program that can be loaded: ", first_sentence(why), ".");
  };
  try {
    module = std::make_shared<torch::jit::Module>(torch::jit::load(file, device));
  } catch (const c10::Error& error) {
    refuse(error.what_without_backtrace());
  } catch (const std::exception& error) {
    refuse(error.what());
  }
  module->eval();
  for (const at::Tensor& parameter : module->parameters()) network.parameters += parameter.numel();
  network.forward = [module, file](const at::Tensor& x) {
    try {
      return depth_in(file, module->forward({x}), x);
    } catch (const Error&) {
      throw;
    } catch (const c10::Error& error) {
      fail_running(file, first_sentence(error.what_without_backtrace()), ErrorCode::unsupported);
    } catch (const std::exception& error) {
      fail_running(file, last_line(error.what()), ErrorCode::unsupported);
    }
  };
  return network;
}

}  // namespace v1
}  // namespace relievo
