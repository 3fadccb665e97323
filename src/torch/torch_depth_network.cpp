#include "torch/torch_depth_network.hpp"

#include <utility>

#include <ATen/ops/empty.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>
#include <relievo/interop/torch.hpp>

#include "core/check.hpp"
#include "core/engine.hpp"
#include "torch/depth_architecture.hpp"
#include "torch/file_weights.hpp"
#include "torch/precision.hpp"
#include "torch/which_architecture.hpp"

namespace relievo {
inline namespace v1 {
namespace {

// What LibTorch throws, in one sentence.
template <class Body>
auto translated(const std::string& what, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const c10::OutOfMemoryError&) {
    fail(ErrorCode::out_of_memory, "No memory left in running ", what, "; a smaller resolution or batch needs less.");
  } catch (const c10::Error& error) {
    const std::string text = error.what_without_backtrace();
    if (text.find("DefaultCPUAllocator") != std::string::npos) {
      fail(ErrorCode::out_of_memory, "No memory left in running ", what, "; a smaller resolution or batch needs less.");
    }
    fail(ErrorCode::internal, "Running ", what, " failed: ", text, ".");
  }
}

class TorchDepthNetwork final : public DepthNetwork {
 public:
  TorchDepthNetwork(Engine& engine, const DepthArchitecture& architecture, DepthForward forward, at::ScalarType type,
                    std::int64_t parameters)
      : engine_(engine.shared_from_this()), architecture_(&architecture), forward_(std::move(forward)), type_(type) {
    facts_ = {architecture.name, architecture.input, architecture.kind, parameters,
              type == at::kFloat  ? "f32"
              : type == at::kHalf ? "f16"
                                  : "bf16"};
    const auto channels = [](const std::array<float, 3>& values) {
      return at::tensor(at::ArrayRef<float>(values.data(), values.size())).view({1, 1, 1, 3});
    };
    mean_ = channels(architecture.input.mean);
    deviation_ = channels(architecture.input.deviation);
  }

  const Facts& facts() const override { return facts_; }

  void infer(const ImageView* photos, const MutableImageView* depths, int count) override {
    translated(facts_.architecture, [&] {
      const c10::InferenceMode no_gradients;
      std::vector<at::Tensor> pixels;
      for (int i = 0; i < count; ++i) pixels.push_back(on_host(photos[i]));
      // Pixels lie as a network's channels-last input does.
      const at::Tensor input = at::stack(pixels).sub_(mean_).div_(deviation_).to(type_).permute({0, 3, 1, 2});
      at::Tensor depth = forward_(input);
      if (architecture_->dpt.activation == DepthActivation::exp) depth.reciprocal_();
      for (int i = 0; i < count; ++i) put(depth[i], depths[i]);
    });
  }

 private:
  bool elsewhere() const { return engine_->id().kind != DeviceKind::cpu; }

  at::Tensor on_host(const ImageView& photo) const {
    if (!elsewhere()) return interop::as_tensor(photo);
    at::Tensor copy = at::empty({photo.height, photo.width, photo.format.channels}, at::kFloat);
    engine_->copy(photo, interop::as_mutable_view(copy, photo.color));
    return copy;
  }

  void put(const at::Tensor& depth, const MutableImageView& out) const {
    if (!elsewhere()) {
      interop::as_tensor(out).squeeze(2).copy_(depth);
    } else {
      engine_->copy(interop::as_view(depth.contiguous(), out.color), out);
    }
  }

  std::shared_ptr<Engine> engine_;
  const DepthArchitecture* architecture_;
  DepthForward forward_;
  at::ScalarType type_;
  Facts facts_;
  at::Tensor mean_, deviation_;
};

}  // namespace

std::unique_ptr<DepthNetwork> open_torch_depth(Engine& engine, const DepthNetworkRequest& request) {
  return translated(request.file, [&]() -> std::unique_ptr<DepthNetwork> {
    const c10::InferenceMode no_gradients;
    const at::Device device(at::kCPU);
    const at::ScalarType type = precision_on(device, request.precision);
    FileWeights weights(WeightFile::open(request.file), request.file, type, device);
    const DepthArchitecture& architecture = which_architecture(weights, request);
    DepthForward forward = build_depth(architecture, WeightScope(weights));
    weights.finish();
    return std::make_unique<TorchDepthNetwork>(engine, architecture, std::move(forward), type,
                                               weights.taken_elements());
  });
}

}  // namespace v1
}  // namespace relievo
